"""Ledgers: as they are sent and as they are answered."""

from typing import Any, Literal, NotRequired, TypedDict

from huanlian_client.shapes.values import Quantity, TextOut


class ActivityIn(TypedDict):
    """What the site did in the month."""

    kind: str
    tonnes: Quantity
    ash_percent: NotRequired[Quantity | None]
    moisture_percent: NotRequired[Quantity | None]
    purity_percent: NotRequired[Quantity | None]
    sulphur_percent: NotRequired[Quantity | None]


class DisposedIn(TypedDict):
    """Own disposal."""

    tonnes: Quantity
    compliant: NotRequired[bool | None]
    facility: NotRequired[str | None]
    method: NotRequired[str | None]
    prior_stock_tonnes: NotRequired[Quantity]
    received_tonnes: NotRequired[Quantity]


ReceivedIn = TypedDict(
    "ReceivedIn",
    {
        "from": str,
        "tonnes": Quantity,
        "purpose": NotRequired[Literal["use", "dispose", "store"]],
    },
)
"""Waste taken in."""


class SentIn(TypedDict):
    """Waste handed on."""

    to: str
    tonnes: Quantity
    out_of_province: NotRequired[bool]
    prior_stock_tonnes: NotRequired[Quantity]
    purpose: NotRequired[Literal["use", "dispose", "store"]]
    received_tonnes: NotRequired[Quantity]


class UsedIn(TypedDict):
    """Own utilization; `received_tonnes` of it is others' waste."""

    tonnes: Quantity
    prior_stock_tonnes: NotRequired[Quantity]
    process: NotRequired[str | None]
    product: NotRequired[str | None]
    product_tonnes: NotRequired[Quantity | None]
    received_tonnes: NotRequired[Quantity]


class LineIn(TypedDict):
    """One waste stream of the month."""

    waste: str
    basis: NotRequired[Literal["wet", "dry"] | None]
    closing_stock_tonnes: NotRequired[Quantity]
    compliant_stored_tonnes: NotRequired[Quantity]
    disposed: NotRequired[list[DisposedIn]]
    dumped_tonnes: NotRequired[Quantity]
    generated_tonnes: NotRequired[Quantity]
    method: NotRequired[str | None]
    moisture_percent: NotRequired[Quantity | None]
    opening_stock_tonnes: NotRequired[Quantity]
    received: NotRequired[list[ReceivedIn]]
    sent: NotRequired[list[SentIn]]
    used: NotRequired[list[UsedIn]]
    waste_code: NotRequired[str | None]


class LedgerIn(TypedDict):
    """One site-month. Only site, month and either `nil: true` or lines are required; what is absent is zero."""

    month: str
    site: str
    activity: NotRequired[list[ActivityIn]]
    draft: NotRequired[bool]
    lines: NotRequired[list[LineIn]]
    nil: NotRequired[bool]
    reason: NotRequired[str | None]
    signed_by: NotRequired[str | None]


class AmendmentIn(TypedDict):
    """A whole ledger again, as it should have been, with the reason."""

    month: str
    reason: str
    site: str
    activity: NotRequired[list[ActivityIn]]
    draft: NotRequired[bool]
    lines: NotRequired[list[LineIn]]
    nil: NotRequired[bool]
    signed_by: NotRequired[str | None]


class ReceiptOut(TypedDict):
    """What proves the filing: SHA-256 of the canonical JSON kept as copy of record."""

    received_at: str
    sha256: str


class LedgerWarningOut(TypedDict):
    """Something a rule says about a ledger."""

    message: TextOut
    pointer: str
    rule: str
    severity: Literal["info", "warning", "error"]
    tonnes: str | None


class FiledOut(TypedDict):
    """The answer to a filing."""

    id: str
    month: str
    receipt: ReceiptOut
    site: str
    state: str
    version: int
    warnings: list[LedgerWarningOut]


class ValidatedOut(TypedDict):
    """What a filing would have been answered."""

    month: str
    outcome: str
    site: str
    warnings: list[LedgerWarningOut]
    valid: NotRequired[Literal[True]]


class LedgerOut(FiledOut):
    """A ledger with its content."""

    activity: list[dict[str, Any]]
    filed_by: str
    lines: list[dict[str, Any]]
    nil: bool
    reason: str | None
    signed_by: str | None


class LedgerPage(TypedDict):
    """Some ledgers and where to go on."""

    items: list[LedgerOut]
    next_cursor: str | None


class VersionsOut(TypedDict):
    """Every version of a ledger, newest first."""

    items: list[LedgerOut]


class BulkItemOut(TypedDict):
    """What became of one ledger of a bulk call."""

    line: int
    outcome: Literal["created", "unchanged", "amended", "rejected"]
    errors: NotRequired[list[dict[str, Any]]]
    id: NotRequired[str | None]
    month: NotRequired[str | None]
    receipt: NotRequired[ReceiptOut | None]
    site: NotRequired[str | None]
    version: NotRequired[int | None]
    warnings: NotRequired[list[LedgerWarningOut]]


class BulkOut(TypedDict):
    """Per-line results in the order of the input."""

    items: list[BulkItemOut]
    mode: Literal["atomic", "each"]
    summary: dict[str, int]
