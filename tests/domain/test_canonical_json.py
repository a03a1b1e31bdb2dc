"""One text for one value: RFC 8785 for the values that are taken, a refusal for those that are not."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.canonical_json import MAX_INTEGER, NotCanonical, canonical, sha256_of

texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=20,
)


def test_keys_are_sorted_by_their_utf16_code_units() -> None:
    """RFC 8785, section 3.2.3: the order of its example, in which an emoji comes before U+FB33."""
    told = {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis",
    }
    assert list(json.loads(canonical(told))) == ["\r", "1", "\x80", "ö", "€", "\U0001f600", "\ufb33"]
    assert canonical(told).startswith('{"\\r":"Carriage Return","1":"One",')


def test_text_is_escaped_as_little_as_can_be() -> None:
    """RFC 8785, section 3.2.2.2: the string of its example."""
    assert canonical("\u20ac$\u000f\nA'\u0042\u0022\u005c\\\u0022/") == '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'
    assert canonical("\b\t\f\x00\x7f\u2028") == '"\\b\\t\\f\\u0000\x7f\u2028"'


def test_numbers_and_words() -> None:
    assert canonical([True, False, None, 0, -7, MAX_INTEGER]) == "[true,false,null,0,-7,9007199254740991]"
    assert canonical({"b": [], "a": {}}) == '{"a":{},"b":[]}'


@given(values)
def test_the_text_means_the_value(value: object) -> None:
    text = canonical(value)  # type: ignore[arg-type]
    assert json.loads(text) == value
    assert canonical(json.loads(text)) == text
    assert sha256_of(value) == hashlib.sha256(text.encode()).hexdigest()  # type: ignore[arg-type]


@given(st.dictionaries(texts, st.integers(-9, 9), min_size=2), st.randoms(use_true_random=False))
def test_the_order_in_which_keys_came_does_not_matter(told: dict[str, int], random: object) -> None:
    items = list(told.items())
    random.shuffle(items)  # type: ignore[attr-defined]
    assert canonical(dict(items)) == canonical(told)


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        [0.1],
        {"a": float("nan")},
        MAX_INTEGER + 1,
        "\ud800",
        {"\udfff": 1},
        {1: "a"},
        b"a",
        {"a": {1, 2}},
    ],
)
def test_what_has_no_text_beyond_doubt_is_refused(value: object) -> None:
    with pytest.raises(NotCanonical):
        canonical(value)  # type: ignore[arg-type]
