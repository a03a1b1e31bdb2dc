"""Bullets and stacks: lengths are to scale, nothing is lost, words say what colours say."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from web.html_tree import Node, parsed

from app.web.charts.bullets import Bullet, BulletChart, Verdict, bullet_chart, single_bullet
from app.web.charts.stacks import StackChart, StackColumn, StackSeries, stack_chart

SERIES = (
    StackSeries("used", "#111111"),
    StackSeries("disposed", "#222222"),
    StackSeries("stored", "#333333", hatched=True),
)
amounts = st.floats(-500, 5000, allow_nan=False).map(lambda value: round(value, 3))
columns = st.lists(st.none() | st.tuples(amounts, amounts, amounts), min_size=1, max_size=24)


def bullet(percent: float | None, target: float | None = None, name: str = "fly ash") -> Bullet:
    if percent is None:
        verdict = Verdict.NO_VALUE
    elif target is None:
        verdict = Verdict.NO_TARGET
    else:
        verdict = Verdict.MET if percent >= target else Verdict.BELOW
    return Bullet(name, f"hover {name}", percent, f"{percent}%", verdict, f"words {verdict}", target)


def bullets(*rows: Bullet) -> Node:
    return parsed(bullet_chart(BulletChart("rates", rows)))


@given(
    st.lists(st.tuples(st.none() | st.floats(0, 100), st.none() | st.floats(0, 100)), min_size=1, max_size=12)
)
def test_every_row_has_a_name_a_value_a_verdict_and_a_bar(
    rows: list[tuple[float | None, float | None]],
) -> None:
    picture = bullets(*(bullet(value, target) for value, target in rows))
    items = picture.all("li", class_="bullet")
    assert len(items) == len(rows)
    for item, (value, target) in zip(items, rows, strict=True):
        assert item.one("span", class_="bullet-name").text == "fly ash"
        assert item.one("span", class_="bullet-words").text.startswith("words")
        assert len(item.all("rect", class_="track")) == 1
        assert len(item.all("rect", class_="value")) == (value is not None)
        assert len(item.all("line", class_="target")) == (target is not None)


@given(st.lists(st.floats(0, 100), min_size=1, max_size=12), st.floats(1, 100))
def test_bars_and_targets_stand_on_one_scale(values: list[float], target: float) -> None:
    picture = bullets(*(bullet(value, target) for value in values))
    for bar, value in zip(picture.all("rect", class_="value"), values, strict=True):
        assert bar.number("width") == pytest.approx(value, abs=0.001)
        assert bar.number("x") == 0
    for mark in picture.all("line", class_="target"):
        assert mark.number("x1") == mark.number("x2") == pytest.approx(target, abs=0.001)


def test_the_missing_part_reaches_from_the_value_to_the_target() -> None:
    picture = bullets(bullet(20.0, 60.0), bullet(60.0, 60.0), bullet(30.0))
    (strip,) = picture.all("rect", class_="shortfall")
    assert (strip.number("x"), strip.number("width")) == (20, 40)


def test_a_rate_above_the_drawing_says_that_it_goes_on() -> None:
    picture = bullets(bullet(815.3, 60.0, "old stock"), bullet(75.0, 60.0))
    first, second = picture.all("rect", class_="value")
    assert first.number("width") == 100
    assert second.number("width") == pytest.approx(50)
    assert len(picture.all("text", class_="beyond")) == 1
    assert picture.all("span", class_="bullet-value")[0].text == "815.3%"


def test_a_negative_rate_grows_to_the_left_of_zero() -> None:
    (bar,) = parsed(single_bullet("one", bullet(-25.0))).all("rect", class_="value")
    assert bar.number("x") == pytest.approx(100 / 6, abs=0.01)
    assert bar.number("width") == pytest.approx(100 / 6, abs=0.01)


def test_patterns_of_several_rows_do_not_share_an_id() -> None:
    picture = bullets(bullet(10.0, 60.0), bullet(20.0, 60.0))
    fills = [strip.attributes["fill"] for strip in picture.all("rect", class_="shortfall")]
    patterns = [pattern.attributes["id"] for pattern in picture.all("pattern")]
    assert fills == [f"url(#{name})" for name in patterns]


def stacks(rows: list[tuple[float, ...] | None]) -> Node:
    shown = tuple(StackColumn(f"month {index}", row, "not filed") for index, row in enumerate(rows))
    return parsed(stack_chart(StackChart("fates", "title", "description", "unit", SERIES, shown)))


def parts_of(picture: Node) -> list[list[Node]]:
    return [group.all("rect", class_="part") for group in picture.all("g")]


@given(columns)
def test_every_amount_is_one_part(rows: list[tuple[float, ...] | None]) -> None:
    for parts, row in zip(parts_of(stacks(rows)), rows, strict=True):
        expected = [str(index) for index, amount in enumerate(row or ()) if amount]
        assert sorted(part.attributes["data-series"] for part in parts) == expected


@given(columns)
def test_heights_are_to_scale_and_keep_the_sum(rows: list[tuple[float, ...] | None]) -> None:
    drawn = [
        (part.number("height"), abs(row[int(part.attributes["data-series"])]))
        for parts, row in zip(parts_of(stacks(rows)), rows, strict=True)
        if row is not None
        for part in parts
    ]
    whole = sum(amount for _, amount in drawn)
    if whole < 1:
        return
    pixels_per_unit = sum(height for height, _ in drawn) / whole
    for height, amount in drawn:
        # Coordinates are written with three decimals.
        assert height == pytest.approx(amount * pixels_per_unit, abs=0.01)


@given(columns)
def test_parts_touch_and_never_overlap(rows: list[tuple[float, ...] | None]) -> None:
    for parts in parts_of(stacks(rows)):
        edges = sorted((part.number("y"), part.number("y") + part.number("height")) for part in parts)
        for (_, bottom), (top, _) in pairwise(edges):
            assert top == pytest.approx(bottom, abs=0.01)


def test_a_stock_that_shrank_goes_below_zero() -> None:
    used, stored = parts_of(stacks([(10.0, 0.0, -5.0)]))[0]
    assert used.attributes["data-series"] == "0"
    assert stored.number("y") == pytest.approx(used.number("y") + used.number("height"), abs=0.01)
    assert stored.number("height") == pytest.approx(used.number("height") / 2, abs=0.01)


@given(st.tuples(amounts, amounts, amounts).filter(any))
def test_the_names_of_the_parts_never_run_into_each_other(row: tuple[float, ...]) -> None:
    picture = stacks([row])
    named = [text for text in picture.all("text") if text.text in {"used", "disposed", "stored"}]
    assert len(named) == sum(1 for amount in row if amount)
    baselines = sorted(text.number("y") for text in named)
    assert all(low - high >= 15.99 for high, low in pairwise(baselines))
    assert len(picture.all("line", class_="leader")) == len(named)


def test_months_without_a_filing_are_gaps() -> None:
    picture = stacks([(1.0, 1.0, 1.0), None, None, (1.0, 1.0, 1.0)])
    (gap,) = picture.all("rect", class_="gap")
    assert gap.number("width") == pytest.approx(36, abs=0.01)
    assert [len(parts) for parts in parts_of(picture)] == [3, 0, 0, 3]


def test_words_cannot_become_markup() -> None:
    evil = "<img src=x onerror=alert(1)>\"'&lt;"
    for picture in (
        bullets(bullet(1.0, 2.0, evil)),
        parsed(
            stack_chart(
                StackChart(
                    "s", evil, evil, evil, (StackSeries(evil, "#111111"),), (StackColumn(evil, (1.0,)),)
                )
            )
        ),
    ):
        assert not picture.all("img")
        assert evil in picture.text
