"""Ledgers: tried out, filed, amended, read."""

import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Literal, cast

from huanlian_client.pages import each
from huanlian_client.shapes.ledgers import AmendmentIn, BulkOut, FiledOut, LedgerIn, LedgerOut, ValidatedOut
from huanlian_client.shapes.receipts import CopyOfRecordOut
from huanlian_client.transport import Call, Transport, in_path, json_bytes


class Ledgers:
    """`huanlian.ledgers`. A filing has an Idempotency-Key, made here unless you bring one, and is repeated with it.

    Bring your own (the number of the document in your system) when your program may end before it has the answer: the
    same key with the same content gets the first answer again, also tomorrow.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def validate(self, ledger: LedgerIn) -> ValidatedOut:
        """Ask what filing this would be answered; nothing is stored."""
        return cast("ValidatedOut", self._transport.post("/v1/ledgers/validate", ledger, repeatable=True))

    def file(self, ledger: LedgerIn, *, key: str | None = None) -> FiledOut:
        """File a site's month. Raises LedgerAlreadyFiled, MonthClosed, Invalid."""
        return cast(
            "FiledOut",
            self._transport.post("/v1/ledgers", ledger, repeatable=True, headers=_key(key)),
        )

    def bulk(
        self, ledgers: Iterable[LedgerIn], *, mode: Literal["each", "atomic"] = "each", key: str | None = None
    ) -> BulkOut:
        """File up to 1,000 ledgers in one call; what became of each stands in the order given.

        `atomic` files all or none; when none, Invalid is raised, with the items in its `document`.
        """
        call = Call(
            "POST",
            "/v1/ledgers/bulk",
            {"mode": mode},
            b"".join(json_bytes(ledger) + b"\n" for ledger in ledgers),
            {"content-type": "application/x-ndjson", **_key(key)},
        )
        return cast("BulkOut", self._transport.send(call).json())

    def amend(
        self, ledger_id: str, amendment: AmendmentIn, *, version: int, key: str | None = None
    ) -> FiledOut:
        """File a new version, based on the version that you have read. Raises PreconditionFailed when it is stale."""
        path = f"/v1/ledgers/{in_path(ledger_id)}/amendments"
        headers = {"if-match": f'"{version}"', **_key(key)}
        return cast("FiledOut", self._transport.post(path, amendment, repeatable=True, headers=headers))

    def get(self, ledger_id: str, *, as_of: datetime | None = None) -> LedgerOut:
        """Read one ledger, as it stands or as it stood."""
        return cast("LedgerOut", self._transport.get(f"/v1/ledgers/{in_path(ledger_id)}", {"as_of": as_of}))

    def versions(self, ledger_id: str) -> list[LedgerOut]:
        """Read every version of a ledger, newest first."""
        found = self._transport.get(f"/v1/ledgers/{in_path(ledger_id)}/versions")
        return cast("list[LedgerOut]", found["items"])

    def receipt(self, ledger_id: str, *, version: int | None = None) -> CopyOfRecordOut:
        """Read the copy of record of a filing, to keep and to check offline; without `version` of the newest."""
        path = f"/v1/ledgers/{in_path(ledger_id)}/receipt"
        return cast("CopyOfRecordOut", self._transport.get(path, {"version": version}))

    def find(
        self,
        *,
        site: str | None = None,
        region: str | None = None,
        first: str | None = None,
        last: str | None = None,
        state: str | None = None,
        as_of: datetime | None = None,
    ) -> Iterator[LedgerOut]:
        """Go through the ledgers you may see, by month; `first` and `last` are months."""
        asked = {
            "site": site,
            "region": region,
            "from": first,
            "to": last,
            "state": state,
            "as_of": as_of,
            "limit": 200,
        }
        return each(self._transport, "/v1/ledgers", asked)


def _key(key: str | None) -> dict[str, str]:
    return {"idempotency-key": key or str(uuid.uuid4())}
