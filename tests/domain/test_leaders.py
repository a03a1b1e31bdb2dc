"""The score of the leaders' list, worked out by hand, and its order."""

from dataclasses import replace
from fractions import Fraction

from app.domain.leaders import LeftOut, Record, ranked, score_of

T = 1_000_000
GOOD = Record("a", Fraction(9, 10), 50_000 * T, 1_000 * T, 500 * T, 12, 12, 0)


def test_the_score_is_the_sum_that_is_stated() -> None:
    assert score_of(GOOD) == 60 * Fraction(9, 10) + 20 * Fraction(1, 2) + 20
    assert score_of(replace(GOOD, sent_grams=0, confirmed_grams=0)) == 54 + 20 + 20
    assert score_of(replace(GOOD, used_share=Fraction(5), ledgers_filed=6)) == 60 + 10 + 10


def test_sites_of_one_score_share_a_rank_and_the_next_one_is_behind_both() -> None:
    worse = replace(GOOD, site="c", used_share=Fraction(1, 10))
    standings = ranked([worse, replace(GOOD, site="b"), GOOD])
    assert [(one.record.site, one.rank) for one in standings] == [("a", 1), ("b", 1), ("c", 3)]


def test_who_is_not_ranked_stands_at_the_end_with_the_reason() -> None:
    small = replace(GOOD, site="s", generated_grams=T)
    flagged = replace(GOOD, site="f", confirmed_findings=1)
    blank = replace(GOOD, site="e", used_share=None)
    standings = ranked([small, flagged, blank, GOOD])
    assert [(one.record.site, one.left_out) for one in standings] == [
        ("a", None),
        ("e", LeftOut.NO_RATE),
        ("f", LeftOut.CONFIRMED_FINDING),
        ("s", LeftOut.TOO_SMALL),
    ]
    assert all(one.rank is None and one.score is None for one in standings[1:])
