"""The receipt's text: sorted keys, no spaces, whatever a ledger says; written without sorting anything."""

import json

from hypothesis import given
from hypothesis import strategies as st

from app.domain.ledger import Activity, Disposed, LedgerContent, Line, Received, Sent, Used
from app.domain.periods import Month
from app.ledgers.documents import canonical, document

TEXTS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=8)
MASSES = st.integers(0, 10**15)
MAYBE = st.none() | TEXTS
FLOWS = {
    "received": st.builds(Received, TEXTS, MASSES, st.just("use")),
    "used": st.builds(Used, MASSES, MAYBE, MAYBE, MASSES, MASSES, st.none() | MASSES),
    "disposed": st.builds(Disposed, MASSES, MAYBE, MAYBE, MASSES, MASSES, st.none() | st.booleans()),
    "sent": st.builds(Sent, TEXTS, MASSES, st.just("store"), MASSES, MASSES, st.booleans()),
}
LINES = st.builds(
    Line,
    waste=TEXTS,
    waste_code=MAYBE,
    moisture_millipercent=st.none() | st.integers(0, 100_000),
    opening_grams=MASSES,
    generated_grams=MASSES,
    closing_grams=MASSES,
    **{name: st.lists(flow, max_size=2).map(tuple) for name, flow in FLOWS.items()},
)
PARAMETERS = st.dictionaries(st.sampled_from(["ash_percent", "purity_percent"]), TEXTS)
CONTENTS = st.builds(
    LedgerContent,
    site=TEXTS,
    month=st.builds(Month, st.integers(1990, 2199), st.integers(1, 12)),
    nil=st.booleans(),
    signed_by=MAYBE,
    lines=st.lists(LINES, max_size=2).map(tuple),
    activity=st.lists(st.builds(Activity, TEXTS, MASSES, PARAMETERS), max_size=2).map(tuple),
)


@given(CONTENTS)
def test_it_is_what_sorting_would_give(content: LedgerContent) -> None:
    sorted_text = json.dumps(document(content), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert canonical(content) == sorted_text
