"""A redirect after signing in never leaves this host."""

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web.forms import SignIn, local_path, masked, unmasked

HERE = "http://huanlian.test/sign-in"


@pytest.mark.parametrize(
    "asked",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "evil",
        "",
        "/\r\nSet-Cookie: a=b",
    ],
)
def test_what_could_lead_away_becomes_the_start_page(asked: str) -> None:
    assert local_path(asked) == "/"


@pytest.mark.parametrize("asked", ["/", "/?region=1402&from=2022-01", "/docs/api#get-v1-rates"])
def test_paths_on_this_host_are_kept(asked: str) -> None:
    assert local_path(asked) == asked


@given(st.text(max_size=30).map(lambda tail: "/" + tail) | st.text(max_size=30))
def test_nothing_leads_away(asked: str) -> None:
    # What a browser makes of it: backslashes are slashes, tabs and line breaks are nothing.
    as_browsers_read = (
        local_path(asked).replace("\\", "/").replace("\t", "").replace("\n", "").replace("\r", "")
    )
    assert urlsplit(urljoin(HERE, as_browsers_read)).netloc == "huanlian.test"


def test_forms_that_cannot_be_anybodys_are_not_tried() -> None:
    assert SignIn("li", "secret", "", "/").plausible
    assert not SignIn("", "secret", "", "/").plausible
    assert not SignIn("li", "", "", "/").plausible
    assert not SignIn("l" * 65, "secret", "", "/").plausible
    assert not SignIn("li", "s" * 1025, "", "/").plausible


@given(st.binary(min_size=32, max_size=32))
def test_a_masked_token_comes_back(token: bytes) -> None:
    assert unmasked(masked(token.hex())) == token.hex()


@given(st.text(max_size=140))
def test_any_token_can_be_read_without_failing(sent: str) -> None:
    unmasked(sent)
