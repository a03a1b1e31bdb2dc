"""The line: every month is a dot or a gap, places follow values, nothing leaves the drawing."""

from itertools import groupby, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from web.html_tree import Node, parsed

from app.web.charts.line import LineChart, LinePoint, TargetMark, line_chart
from app.web.charts.months import BOTTOM, TOP

rates = st.floats(0, 900, allow_nan=False).map(lambda value: round(value, 2))
maybe_rates = st.lists(st.none() | rates, min_size=1, max_size=36)


def chart_of(values: list[float | None], target: float | None = None) -> LineChart:
    points = tuple(
        LinePoint(
            hover=f"month {index}",
            percent=value,
            value_text="" if value is None else f"{value}%",
            absent="not filed",
        )
        for index, value in enumerate(values)
    )
    mark = None if target is None else TargetMark(target, "target")
    return LineChart("line", "title", "description", points, mark)


def drawn(values: list[float | None], target: float | None = None) -> Node:
    return parsed(line_chart(chart_of(values, target)))


@given(maybe_rates)
def test_every_month_with_a_value_has_one_dot(values: list[float | None]) -> None:
    assert len(drawn(values).all("circle", class_="mark")) == sum(value is not None for value in values)


@given(maybe_rates)
def test_every_month_answers_to_the_pointer(values: list[float | None]) -> None:
    hovers = [group.one("title").text for group in drawn(values).all("g")]
    assert hovers == [f"month {index}" for index in range(len(values))]


@given(maybe_rates)
def test_the_line_is_broken_where_a_month_is_missing(values: list[float | None]) -> None:
    neighbours = sum(left is not None and right is not None for left, right in pairwise(values))
    picture = drawn(values)
    assert len(picture.all("line", class_="segment")) == neighbours
    missing_runs = sum(1 for missing, _ in groupby(value is None for value in values) if missing)
    assert len(picture.all("rect", class_="gap")) == missing_runs


@given(maybe_rates)
def test_gaps_and_dots_share_the_months_out(values: list[float | None]) -> None:
    picture = drawn(values)
    gap_width = sum(gap.number("width") for gap in picture.all("rect", class_="gap"))
    month_width = 92 / len(values)
    dots = len(picture.all("circle", class_="mark"))
    assert gap_width + dots * month_width == pytest.approx(92, abs=0.1)


@given(st.lists(rates, min_size=2, max_size=24), rates)
def test_places_are_a_straight_function_of_values(values: list[float], target: float) -> None:
    picture = drawn(list(values), target)
    places = [dot.number("cy") for dot in picture.all("circle", class_="mark")]
    places.append(picture.one("line", class_="target").number("y1"))
    known = [*values, target]
    low, high = min(known), max(known)
    if high - low < 1:
        return
    pixels_per_point = (places[known.index(low)] - places[known.index(high)]) / (high - low)
    assert pixels_per_point > 0
    for value, place in zip(known, places, strict=True):
        assert place == pytest.approx(places[known.index(low)] - (value - low) * pixels_per_point, abs=0.01)


@given(maybe_rates, st.none() | rates)
def test_nothing_leaves_the_plot(values: list[float | None], target: float | None) -> None:
    picture = drawn(values, target)
    for dot in picture.all("circle", class_="mark"):
        assert TOP <= dot.number("cy") <= BOTTOM
        assert 0 <= dot.number("cx") <= 100
    for line in picture.all("line", class_="target"):
        assert TOP <= line.number("y1") <= BOTTOM


def test_the_target_is_a_mark_with_its_label_on_it() -> None:
    picture = drawn([8.0, 9.0], 60.0)
    mark = picture.one("line", class_="target")
    (label,) = [text for text in picture.all("text") if text.text == "target"]
    assert 0 < mark.number("y1") - label.number("y") < 10
    assert label.attributes["paint-order"] == "stroke"
    assert not drawn([8.0, 9.0]).all("line", class_="target")


def test_the_last_value_is_written_out_and_stays_clear_of_the_target_line() -> None:
    for value in (52.0, 58.0, 59.9, 60.0, 61.0, 70.0):
        picture = drawn([40.0, value], 60.0)
        (label,) = [text for text in picture.all("text") if text.text == f"{value}%"]
        line = picture.one("line", class_="target").number("y1")
        baseline = label.number("y")
        assert not baseline - 10 < line < baseline, value


@pytest.mark.parametrize("values", [[14.0, 14.0, 14.0, 12.0, 7.0], [2.0, 5.0, 9.0, 12.0, 14.0], [30.0, 9.0]])
def test_the_last_value_stays_clear_of_the_months_it_stands_over(values: list[float]) -> None:
    picture = drawn(list(values), 60.0)
    (label,) = [text for text in picture.all("text") if text.text == f"{values[-1]}%"]
    baseline = label.number("y")
    for dot in picture.all("circle", class_="mark"):
        assert not baseline - 12 < dot.number("cy") < baseline
    assert baseline < BOTTOM


def test_the_band_encloses_its_bounds_and_breaks_with_the_data() -> None:
    points = tuple(
        LinePoint("", value, low=low, high=high)
        for value, low, high in [(10.0, 8.0, 12.0), (11.0, 9.0, 13.0), (None, None, None), (12.0, 5.0, 20.0)]
    )
    picture = parsed(line_chart(LineChart("line", "", "", points)))
    bands = picture.all("polygon", class_="band")
    assert len(bands) == 2
    dots = [dot.number("cy") for dot in picture.all("circle", class_="mark")]
    spans = []
    for band in bands:
        heights = [float(corner.split(",")[1]) for corner in band.attributes["points"].split()]
        spans.append((min(heights), max(heights)))
    assert spans[0][0] < min(dots[:2]) <= max(dots[:2]) < spans[0][1]
    assert spans[1][0] < dots[2] < spans[1][1]


def test_a_chart_of_nothing_is_one_long_gap() -> None:
    picture = drawn([None] * 24, 60.0)
    assert len(picture.all("rect", class_="gap")) == 1
    assert any(text.text == "not filed" for text in picture.all("text"))
    assert not picture.all("circle", class_="mark")


def test_it_is_named_and_described_for_those_who_listen() -> None:
    svg = drawn([1.0]).one("svg", id="line")
    assert svg.attributes["role"] == "img"
    named = [svg.by_id(name).text for name in svg.attributes["aria-labelledby"].split()]
    assert named == ["title", "description"]


def test_words_cannot_become_markup() -> None:
    evil = '"><script>alert(1)</script>&amp;'
    point = LinePoint(hover=evil, percent=1.0, value_text=evil)
    picture = parsed(line_chart(LineChart("line", evil, evil, (point,), TargetMark(2.0, evil))))
    assert not picture.all("script")
    assert picture.one("desc").text == evil
    assert picture.all("g")[0].one("title").text == evil
