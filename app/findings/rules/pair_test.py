"""Two reports of a transfer that differ more than chance explains, among all those of a province's month."""

from collections.abc import Iterator

import numpy as np

from app.domain.errors import Message
from app.findings.facts import NetworkFacts, PairFacts
from app.findings.family import listed
from app.findings.lawbook import LEDGER, SINCE_LEDGER_GUIDE
from app.findings.limits import (
    FALSE_DISCOVERY_RATE,
    TRANSIT_SHARE,
    UNSTATED_SIGMA,
    beyond_doubt,
    least_tonnes,
)
from app.findings.pairs import Stream, streams
from app.findings.road import Apart, Road, apart
from app.findings.rule import Found, Partition, Rule, Severity, Tonnes, Values, limits
from app.findings.rules.pair_disagreement import found
from app.findings.wording import grams_of

_LISTED = Message(
    "；按错误发现率在全省当月各对中检出",
    ": listed among all pairs of the province's month by false discovery rate",
)


def evaluate(facts: NetworkFacts, values: Values) -> Iterator[Found]:
    """List, by Benjamini–Hochberg over the month of the province, the pairs whose two figures differ beyond chance.

    z as in `pair_disagreement`, which finds a z of `beyond_doubt` and above by itself at once; those count in the family here
    and are not told again. A pair is of the province of the site that answers for the sending, so it is in one family only.
    """
    tested = list(_tested(facts, Road(float(values["transit_share"]), float(values["unstated_sigma"]))))
    rate = float(values["false_discovery_rate"])
    stands_out = listed(np.array([told.z for _, _, told in tested]), rate)
    least, strong = grams_of(values["least_tonnes"]), float(values["beyond_doubt"])
    for (pair, stream, told), is_listed in zip(tested, stands_out.tolist(), strict=True):
        if is_listed and abs(told.z) < strong and abs(told.grams) > least:
            yield found(pair, stream, told, limits(values), _LISTED)


def _tested(facts: NetworkFacts, road: Road) -> Iterator[tuple[PairFacts, Stream, Apart]]:
    for pair in facts.pairs:
        for stream in streams(pair, facts.month):
            told = apart(stream, road) if stream.about_sender in facts.by_code else None
            if told is not None:
                yield pair, stream, told


RULE = Rule(
    id="pair_test",
    version=2,
    severity=Severity.LOW,
    tonnes_are=Tonnes.UNTRACKED,
    partition=Partition.NETWORK,
    text=Message(
        "双方数据可疑：在全省当月各对中按错误发现率检出",
        "Both sides of a transfer differ, among all of a province's month by false discovery rate",
    ),
    law=LEDGER,
    since=SINCE_LEDGER_GUIDE,
    parameters=(
        FALSE_DISCOVERY_RATE,
        beyond_doubt("双方数据不符", "pair_disagreement"),
        least_tonnes(10),
        TRANSIT_SHARE,
        UNSTATED_SIGMA,
    ),
    evaluate=evaluate,
)
