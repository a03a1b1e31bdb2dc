"""Two reports of a transfer that differ more than chance explains, among all those of a province's month."""

from collections.abc import Iterator

from app.domain.errors import Message
from app.findings.family import listed
from app.findings.lawbook import LEDGER, SINCE_LEDGER_GUIDE
from app.findings.limits import (
    FALSE_DISCOVERY_RATE,
    TRANSIT_SHARE,
    UNSTATED_SIGMA,
    beyond_doubt,
    least_tonnes,
)
from app.findings.networks import NetworkFacts
from app.findings.road import Road, apart
from app.findings.rule import Found, Partition, Rule, Severity, Tonnes, Values, limits
from app.findings.rules.pair_disagreement import found
from app.findings.wording import grams_of
from chains.arrays import np

_LISTED = Message(
    "；按错误发现率在全省当月各对中检出",
    ": listed among all pairs of the province's month by false discovery rate",
)


def evaluate(facts: NetworkFacts, values: Values) -> Iterator[Found]:
    """List, by Benjamini–Hochberg over the month of the province, the pairs whose two figures differ beyond chance.

    z as in `pair_disagreement`, which finds a z of `beyond_doubt` and above by itself at once; those count in the family here
    and are not told again. A pair is of the province of the site that answers for the sending, so it is in one family only.
    """
    streams, road = facts.streams, Road(float(values["transit_share"]), float(values["unstated_sigma"]))
    told = apart(streams, road)
    is_ours = np.fromiter((site in facts.by_code for site in streams.about_sender), np.bool_, told.grams.size)
    tested = np.flatnonzero(told.is_told & is_ours)
    z, tonnes = told.z[tested], np.abs(told.grams[tested])
    stands_out = listed(z, float(values["false_discovery_rate"]))
    stands_out &= (np.abs(z) < float(values["beyond_doubt"])) & (tonnes > grams_of(values["least_tonnes"]))
    for row in tested[stands_out].tolist():
        pair, stream = facts.stream(row)
        yield found(pair, stream, told.of(row), limits(values), _LISTED)


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
    looks_beside=True,
)
