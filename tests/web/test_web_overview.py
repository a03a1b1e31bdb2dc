"""The overview from made-up figures: what stands on the page is what the figures say."""

import re
from dataclasses import replace
from fractions import Fraction
from urllib.parse import parse_qs, urlsplit

import pytest
from web.bare_request import bare_request
from web.html_tree import Node, parsed
from web.made_up_figures import INDUSTRIES, NEW_WASTE, SITES, WASTES, city, nothing_filed, totals

from app.domain.errors import Message
from app.domain.periods import Month
from app.domain.rates import Totals
from app.web.languages import Language
from app.web.overview.figures import Coverage, OverviewFigures
from app.web.overview.page import overview
from app.web.rendering import render
from app.web.texts import TEXTS

MISSING = frozenset({Month(2021, 4), Month(2021, 5), Month(2022, 8)})
EVIL = "<script>alert(1)</script>\"'&"


def page(figures: OverviewFigures, language: Language = Language.ZH) -> Node:
    request = bare_request(language, "region=1402")
    shown = overview(figures, language, "Asia/Shanghai")
    answer = render(request, "overview.html", {"page": shown, "person": None})
    return parsed(bytes(answer.body).decode())


@pytest.fixture(params=list(Language))
def language(request: pytest.FixtureRequest) -> Language:
    chosen: Language = request.param
    return chosen


def test_the_page_is_well_formed_and_has_nothing_inline(language: Language) -> None:
    for figures in (city(), city(MISSING), nothing_filed(), replace(city(), public=True, sites=())):
        document = page(figures, language)
        assert document.one("html").attributes["lang"] == language.html
        assert not document.all("style")
        assert not document.all("script")
        for node in document.walk():
            assert "style" not in node.attributes
            assert not any(name.startswith("on") for name in node.attributes)


def test_every_address_is_on_this_host(language: Language) -> None:
    for node in page(city(), language).walk():
        for name in ("href", "src", "action"):
            if name in node.attributes:
                assert node.attributes[name].startswith(("/", "#")), node.attributes[name]


def test_every_pattern_that_is_used_is_defined() -> None:
    document = page(city(MISSING))
    defined = {pattern.attributes["id"] for pattern in document.all("pattern")}
    fills = [node.attributes.get("fill", "") for node in document.walk()]
    used = {fill[5:-1] for fill in fills if fill.startswith("url(#")}
    assert used
    assert used <= defined


def test_the_tiles_say_the_figures() -> None:
    figures = city()
    document = page(figures)
    assert document.by_id("tile-generated").one("span", class_="value").text == "6,546.00"
    assert document.by_id("tile-rate").one("span", class_="value").text == figures.rate.percent_text()
    assert document.by_id("tile-disposed").one("p", class_="figure").attributes["title"] == "37,200,000 吨"
    assert document.by_id("tile-rate").attributes["data-verdict"] == "below"
    words = document.by_id("tile-rate").text
    assert "低于目标60%" in words
    gap_grams = figures.totals.generated_grams * 3 // 5 - figures.rate.numerator
    assert f"{gap_grams / 10**10:,.2f} 万吨" in words


def covered(article: Node) -> str:
    """Name the ledgers filed and expected: the two years that are drawn by month, the year elsewhere."""
    two_years = article.attributes["id"] in {"trend", "fates"}
    return r"1,260\D+1,440" if two_years else r"660\D+720"


def test_every_figure_says_formula_coverage_and_date(language: Language) -> None:
    document = page(city(MISSING), language)
    articles = [*document.all("article"), *document.all("section", class_="panel")]
    assert len(articles) == 7 + 4 + 2
    for article in articles:
        footing = article.one("footer", class_="footing").text
        assert re.search(covered(article), footing)
        assert "2023-01-10 16:00" in footing, "the date is local"
        assert ("口径" if language is Language.ZH else "Formula") in footing


def test_every_figure_links_to_itself_in_json_and_csv() -> None:
    document = page(replace(city(), scope=replace(city().scope, waste="SW02")))
    links = [link.attributes["href"] for link in document.all("a") if link.text in {"JSON", "CSV"}]
    assert len(links) == 2 * 13
    for link in links:
        assert urlsplit(link).path == "/v1/rates"
        asked = parse_qs(urlsplit(link).query)
        assert asked["region"] == ["1402"]
        assert asked["waste"] == ["SW02"]
    trend = document.by_id("trend").all("a")[0].attributes["href"]
    assert parse_qs(urlsplit(trend).query) == {
        "metric": [NEW_WASTE.id],
        "region": ["1402"],
        "waste": ["SW02"],
        "from": ["2021-01"],
        "to": ["2022-12"],
        "group_by": ["month"],
    }


def test_charts_have_a_mark_for_every_figure_and_a_table_that_says_the_same() -> None:
    document = page(city(MISSING))
    trend, fates = document.by_id("trend"), document.by_id("fates")
    assert len(trend.all("circle", class_="mark")) == 24 - len(MISSING)
    assert len(fates.all("rect", class_="part")) == 3 * (24 - len(MISSING))
    for panel in (trend, fates):
        rows = panel.one("tbody").all("tr")
        assert len(rows) == 24
        assert sum("未申报" in row.text for row in rows) == len(MISSING)
    for panel, groups in ((document.by_id("by-waste"), WASTES), (document.by_id("by-industry"), INDUSTRIES)):
        assert len(panel.all("li", class_="bullet")) == len(groups) == len(panel.one("tbody").all("tr"))
        for bullet, row in zip(panel.all("li", class_="bullet"), panel.one("tbody").all("tr"), strict=True):
            assert bullet.one("span", class_="bullet-name").text == row.one("th").text
            assert bullet.one("span", class_="bullet-value").text == row.all("td")[0].text


def test_the_table_of_the_trend_adds_up_to_the_tiles() -> None:
    figures = city()
    rows = page(figures).by_id("trend").one("tbody").all("tr")[12:]
    generated = sum(int(row.all("td")[2].text.replace(",", "")) for row in rows)
    assert generated * 10**6 == figures.totals.generated_grams


def test_below_target_is_said_in_words(language: Language) -> None:
    document = page(city(), language)
    words = {"zh": "低于目标60%", "en": "below the 60% target"}[language]
    below = list(document.all("li", class_="bullet", data_verdict="below"))
    assert len(below) == 4
    assert all(words in bullet.text for bullet in below)


def test_leaders_and_laggards_are_the_right_ones() -> None:
    document = page(city())
    by_rate = sorted(SITES, key=lambda site: site.rate.value if site.rate else 0, reverse=True)
    leading = [row.one("span", class_="site-name").text for row in document.by_id("leaders").all("li")]
    assert leading == [site.name.zh for site in by_rate[:5]]

    def short(code: str) -> Fraction:
        rate = next(site.rate for site in SITES if site.name.zh == code)
        assert rate is not None
        return Fraction(3, 5) * rate.denominator - rate.numerator

    lagging = [row.one("span", class_="site-name").text for row in document.by_id("laggards").all("li")]
    assert lagging == sorted((site.name.zh for site in SITES), key=short, reverse=True)[:5]


def test_without_a_target_there_is_no_verdict_and_no_mark() -> None:
    figures = replace(city(), target=None, wastes=tuple(replace(waste, threshold=None) for waste in WASTES))
    document = page(figures)
    assert document.by_id("tile-rate").attributes["data-verdict"] == "no_target"
    assert not document.by_id("trend").all("line", class_="target")
    assert not document.by_id("by-waste").all("line", class_="target")
    assert "利用率最低" in document.by_id("laggards").text


def test_nothing_filed_is_said_and_not_shown_as_zero(language: Language) -> None:
    document = page(nothing_filed(), language)
    assert not document.all("article")
    assert not document.all("svg")
    assert language.of(TEXTS["empty"]) in document.by_id("empty").text
    assert "0.00" not in document.text


def test_nothing_generated_has_a_reason_instead_of_a_rate() -> None:
    figures = city()
    nothing = Totals(used_grams=0)
    empty = replace(figures, totals=nothing, rate=NEW_WASTE.of(nothing))
    document = page(empty)
    assert document.by_id("tile-rate").one("span", class_="value").text == "—"
    assert "本期没有产生量" in document.one("p", class_="headline").text


def test_dumping_is_shown_where_there_was_any() -> None:
    figures = city()
    dumped = replace(totals(1_000_000, 100_000, 500_000), dumped_grams=10**12)
    months = (*figures.months[:-1], replace(figures.months[-1], totals=dumped))
    document = page(replace(figures, months=months))
    assert len(document.by_id("fates").all("rect", data_series="3")) == 1
    assert "倾倒" in document.by_id("fates").text
    assert "倾倒" not in page(figures).by_id("fates").text


def test_the_public_sees_no_site_and_no_address_of_the_api() -> None:
    hidden = replace(WASTES[0], rate=None, withheld=True)
    months = (replace(city().months[0], totals=None, rate=None, withheld=True), *city().months[1:])
    public = replace(city(), public=True, sites=(), wastes=(hidden, *WASTES[1:]), months=months)
    document = page(public)
    assert "/v1/" not in " ".join(node.attributes.get("href", "") for node in document.walk())
    assert not [node for node in document.walk() if node.attributes.get("id") in {"leaders", "laggards"}]
    last = document.by_id("by-waste").all("li", class_="bullet")[-1]
    assert last.one("span", class_="bullet-name").text == WASTES[0].name.zh
    assert "不予公布" in last.text
    assert not last.all("rect", class_="value")
    assert "不予公布" in document.by_id("trend").one("tbody").all("tr")[0].text
    assert [select.attributes["name"] for select in document.all("select")] == ["year"]


def test_names_cannot_become_markup(language: Language) -> None:
    evil = Message(EVIL, EVIL)
    figures = city()
    figures = replace(
        figures,
        place=evil,
        wastes=(replace(WASTES[0], name=evil),),
        sites=tuple(replace(site, name=evil) for site in SITES),
    )
    document = page(figures, language)
    assert not document.all("script")
    assert EVIL in document.one("h1").text
    assert EVIL in document.by_id("leaders").text


def test_the_language_links_keep_the_address() -> None:
    document = page(city())
    (other,) = document.one("nav", class_="languages").all("a")
    assert other.attributes["href"] == "/?region=1402&lang=en"


def test_both_languages_show_the_same_numbers() -> None:
    def figures_in(document: Node) -> list[str]:
        return [value.text for value in document.all("span", class_="value")]

    assert figures_in(page(city(), Language.ZH)) == figures_in(page(city(), Language.EN))


def test_no_chinese_is_left_in_the_english_page() -> None:
    document = page(city(MISSING), Language.EN)
    # Names of documents stay what they are; the language switch names each language in itself.
    target = document.one("p", class_="target-source")
    target.contents.clear()
    document.one("nav", class_="languages").contents.clear()
    assert not re.search(r"[\u4e00-\u9fff]", document.text)


def test_coverage_says_what_is_missing() -> None:
    document = page(replace(city(), coverage=Coverage(700, 720, 0, 0)))
    words = document.by_id("tile-coverage").text
    assert "97.22" in words
    assert "700 / 应报 720" in words
    assert "本期没有转出" in words
