"""Permits: sent by permit systems, held against the ledgers."""

from collections.abc import Iterator
from datetime import datetime
from typing import cast

from huanlian_client.pages import each
from huanlian_client.shapes.permit_imports import PermitImportOut, PermitImportRowOut
from huanlian_client.shapes.permit_reports import ExecutionReportOut, HeadroomOut, PermitComplianceOut
from huanlian_client.shapes.permits import (
    PermitIn,
    PermitOut,
    PermitPutOut,
    PermitSummaryOut,
    PermitVersionOut,
)
from huanlian_client.transport import Call, Transport, in_path, json_call


class Permits:
    """`huanlian.permits`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def put(self, number: str, permit: PermitIn, *, version: int | None = None) -> PermitPutOut:
        """Send a permit; the same content again changes nothing.

        With `version`, only if that is still the newest: else PreconditionFailed.
        """
        headers = {} if version is None else {"if-match": f'"{version}"'}
        call = json_call("PUT", _path(number), permit, repeatable=True, headers=headers)
        return cast("PermitPutOut", self._transport.send(call).json())

    def get(self, number: str, *, month: str | None = None, as_of: datetime | None = None) -> PermitOut:
        """Read a permit: its newest version, or the one that holds in a month, by what is or was known."""
        return cast("PermitOut", self._transport.get(_path(number), {"month": month, "as_of": as_of}))

    def versions(self, number: str) -> list[PermitVersionOut]:
        """Read every version of a permit, the newest first."""
        return cast("list[PermitVersionOut]", self._transport.get(f"{_path(number)}/versions")["items"])

    def find(self, *, region: str | None = None, matched: bool | None = None) -> Iterator[PermitSummaryOut]:
        """Go through the permits you may see; `matched` are those whose number a site has."""
        return each(self._transport, "/v1/permits", {"region": region, "matched": matched, "limit": 200})

    def compliance(self, number: str, first: str, last: str) -> PermitComplianceOut:
        """Hold the ledgers of some months against the permit."""
        asked = {"from": first, "to": last}
        return cast("PermitComplianceOut", self._transport.get(f"{_path(number)}/compliance", asked))

    def execution_report(self, number: str, period: str) -> ExecutionReportOut:
        """Read the execution report of a year, a quarter or a month: 2025, 2025-Q1, 2025-03."""
        found = self._transport.get(f"{_path(number)}/execution-report", {"period": period})
        return cast("ExecutionReportOut", found)

    def headroom(self, number: str, *, month: str | None = None) -> HeadroomOut:
        """Read what the facilities may still take, and when the present pace is too much."""
        return cast("HeadroomOut", self._transport.get(f"{_path(number)}/headroom", {"month": month}))

    def import_file(
        self, content: bytes, media_type: str, *, name: str = "permits", mapping: str = "national"
    ) -> PermitImportOut:
        """Send a file of many permits (.xlsx, .csv or .json); it is taken in by a job: see `get_import`."""
        asked = {"name": name, "mapping": mapping}
        headers = {"content-type": media_type}
        # A file taken in twice changes nothing the second time.
        call = Call("POST", "/v1/permits/import", asked, content, headers)
        return cast("PermitImportOut", self._transport.send(call).json())

    def get_import(self, import_id: str) -> PermitImportOut:
        """Read how far a file has come: `state`, and the rows by outcome in `counts`."""
        return cast("PermitImportOut", self._transport.get(_import_path(import_id)))

    def import_rows(self, import_id: str) -> Iterator[PermitImportRowOut]:
        """Go through what became of each row of a file."""
        return each(self._transport, f"{_import_path(import_id)}/rows", {"limit": 200})

    def import_answer(self, import_id: str) -> bytes:
        """Download the file with what became of each row in it."""
        return self._transport.send(Call("GET", f"{_import_path(import_id)}/answer")).content


def _import_path(import_id: str) -> str:
    return f"/v1/permits/imports/{in_path(import_id)}"


def _path(number: str) -> str:
    return f"/v1/permits/{in_path(number)}"
