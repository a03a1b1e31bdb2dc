"""Findings: what a rule objects to, and the enterprise's answer."""

from collections.abc import Iterator
from typing import cast

from huanlian_client.pages import each
from huanlian_client.shapes.findings import AttachmentOut, FindingDetailOut, FindingOut
from huanlian_client.transport import Call, Transport, in_path


class Findings:
    """`huanlian.findings`. An enterprise sees those it was notified of."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def find(
        self,
        *,
        rule: str | None = None,
        region: str | None = None,
        site: str | None = None,
        waste: str | None = None,
        first: str | None = None,
        last: str | None = None,
        state: str | None = None,
        present: bool | None = None,
    ) -> Iterator[FindingOut]:
        """Go through the findings you may see; `present` are those that still hold."""
        asked = {
            "rule": rule,
            "region": region,
            "site": site,
            "waste": waste,
            "from": first,
            "to": last,
            "state": state,
            "present": present,
            "limit": 200,
        }
        return each(self._transport, "/v1/findings", asked)

    def get(self, finding_id: str) -> FindingDetailOut:
        """Read a finding with its evidence and its case."""
        return cast("FindingDetailOut", self._transport.get(f"/v1/findings/{in_path(finding_id)}"))

    def answer(self, finding_id: str, text: str) -> FindingDetailOut:
        """Answer as the enterprise concerned."""
        path = f"/v1/findings/{in_path(finding_id)}/responses"
        return cast("FindingDetailOut", self._transport.post(path, {"text": text}))

    def attach(self, finding_id: str, name: str, content: bytes) -> AttachmentOut:
        """Add a file to the case."""
        path = f"/v1/findings/{in_path(finding_id)}/attachments"
        kind = {"content-type": "application/octet-stream"}
        call = Call("POST", path, {"name": name}, content, kind, repeatable=False)
        return cast("AttachmentOut", self._transport.send(call).json())
