"""Open data in the walk: not switched on in that city, so it is not there for anybody."""

from api.route_walk.city import Kind
from api.route_walk.entry import Entry, Fate, at

_NOT_THERE = dict.fromkeys(Kind, Fate.HIDDEN)
OPEN_DATA = [
    Entry("GET", "/v1/open-data/rates", at("/v1/open-data/rates?year=2025"), Kind.NOBODY, _NOT_THERE),
    Entry("GET", "/v1/open-data/dictionary", at("/v1/open-data/dictionary"), Kind.NOBODY, _NOT_THERE),
    Entry("GET", "/open-data", at("/open-data"), Kind.NOBODY, _NOT_THERE, page=True),
]
