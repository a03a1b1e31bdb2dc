"""The chain page: what is drawn is what was followed, every node leads on, stored runs are asked for and dated."""

import csv
import io
from collections.abc import Iterator

import pytest
from chain_runs import city
from support.run import Run
from web.html_tree import Node, parsed
from web.visits import House, Visit, open_house

from app.auth.subjects import Role
from app.web.chain import gather
from app.worker.loop import Worker
from app.worker.registry import shipped

SCOPE = "from=2025-03&to=2025-03"


@pytest.fixture(scope="module")
def house(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(run, tmp_path_factory.mktemp("chain")) as made:
        city.gangue_to_blocks(made.people, fly_ash="20")
        made.user(Role.REGULATOR, region="1402")
        made.user(Role.REGULATOR, username="county", region="140212")
        made.user(Role.ENTERPRISE, enterprise=city.MINE)
        yield made


@pytest.fixture(scope="module")
def visit(house: House) -> Iterator[Visit]:
    with house.visit("regulator") as made:
        yield made


def tile(page: Node, key: str) -> str:
    return page.by_id(f"tile-chain-{key}").one("p", class_="figure").attributes["title"]


def test_every_flow_that_the_api_gives_is_drawn_once(visit: Visit) -> None:
    page = visit.see(f"/chain?{SCOPE}")
    api = visit.client.get(f"/v1/chains/all/flows?{SCOPE}&level=waste").json()["graph"]
    drawing = page.by_id("chart-chain")
    assert len(drawing.all("path", class_="band")) + len(drawing.all("g", class_="return")) == len(
        api["links"]
    )
    assert len(drawing.all("rect", class_="bar")) == len(api["nodes"])
    rows = page.by_id("table-chain").one("tbody").all("tr")
    assert sorted(float(row.all("td")[1].text.replace(",", "")) for row in rows) == sorted(
        float(link["tonnes"]) for link in api["links"]
    )


def test_bars_and_bands_are_to_scale(visit: Visit) -> None:
    drawing = visit.see(f"/chain?{SCOPE}").by_id("chart-chain")
    # 100 t of gangue: 80 go on to be burnt, 20 stay; the widths say so.
    widths = {
        band.one("title").text: band.number("stroke-width") for band in drawing.all("path", class_="band")
    }
    generated = next(width for words, width in widths.items() if words.startswith("产生 → 煤矸石"))
    burnt = next(width for words, width in widths.items() if words.startswith("煤矸石 → 煤矸石发电"))
    stored = next(width for words, width in widths.items() if words.startswith("煤矸石 → 贮存"))
    assert burnt / generated == pytest.approx(0.8, rel=1e-3)
    assert stored / generated == pytest.approx(0.2, rel=1e-3)


def test_the_terminal_rate_stands_beside_the_nominal_one(visit: Visit) -> None:
    page = visit.see(f"/chain?{SCOPE}")
    told = visit.client.get(f"/v1/chains/all/fates?{SCOPE}").json()["summary"]
    terminal = page.by_id("tile-chain-terminal").one("span", class_="value").text
    nominal = page.by_id("tile-chain-nominal").one("span", class_="value").text
    assert terminal == told["terminal"]["percent"]
    assert nominal == told["nominal"]["utilization.statutory"]["percent"]
    assert terminal in page.one("p", class_="headline").text


def test_what_nobody_accounts_for_is_red_and_patterned_and_names_its_site(visit: Visit) -> None:
    page = visit.see(f"/chain?{SCOPE}")
    # 80 t of gangue burnt leave at least 20.8 t of fly ash, the low end of the yield; the station reports 20.
    assert tile(page, "untracked") == "0.8 吨"
    drawing = page.by_id("chart-chain")
    (missing,) = [band for band in drawing.all("path", class_="band") if "去向不明" in band.one("title").text]
    assert missing.attributes["stroke"] == "url(#chart-chain-missing)"
    assert drawing.one("pattern").attributes["id"] == "chart-chain-missing"
    lines = page.by_id("untracked").all("li")
    assert [line.one("span", class_="site-value").text for line in lines] == ["0.80 吨"]
    assert "利用后的废渣未见" in lines[0].text


def test_a_node_leads_to_its_sites_and_they_sum_to_it(visit: Visit) -> None:
    page = visit.see(f"/chain?{SCOPE}")
    for node in page.by_id("chart-chain").all("a", class_="node"):
        pressed = visit.see(node.attributes["href"])
        (chosen,) = pressed.by_id("chart-chain").all("a", aria_current="true")
        assert chosen.attributes["href"] == node.attributes["href"]
        assert pressed.by_id("behind").all("li"), node.text
    page = visit.see(f"/chain?{SCOPE}&node=waste:SW02")
    assert [
        line.one("span", class_="site-value").attributes["title"] for line in page.by_id("behind").all("li")
    ] == [
        "20 吨",
        "20 吨",
    ]
    assert "behind" not in {
        node.attributes.get("id") for node in visit.see(f"/chain?{SCOPE}&node=%3Cb%3E").walk()
    }


def test_files_hold_what_the_page_shows(visit: Visit) -> None:
    page = visit.see(f"/chain?{SCOPE}")
    links = {
        link.text: link.attributes["href"]
        for link in page.by_id("flows").one("p", class_="data-links").all("a")
    }
    assert set(links) == {"JSON", "GraphML", "SVG", "CSV"}
    answers = {name: visit.client.get(address) for name, address in links.items()}
    assert {answer.status_code for answer in answers.values()} == {200}
    drawing = answers["SVG"].text.removeprefix('<?xml version="1.0" encoding="UTF-8"?>\n')
    assert len(parsed(drawing).all("rect", class_="bar")) == len(
        page.by_id("chart-chain").all("rect", class_="bar")
    )
    rows = list(csv.DictReader(io.StringIO(answers["CSV"].text.removeprefix("\ufeff"))))
    assert {row["source"] + row["target"] for row in rows} == {
        link["source"] + link["target"] for link in answers["JSON"].json()["graph"]["links"]
    }


def test_a_regulator_sees_its_territory_and_an_enterprise_nothing(house: House, visit: Visit) -> None:
    visit.see("/chain?region=1403", 403)
    with house.visit("county") as county:
        page = county.see(f"/chain?{SCOPE}")
        assert tile(page, "generated") == "100 吨"
        options = [option.attributes["value"] for option in page.one("select", name_="region").all("option")]
        assert options == ["140212"]
    with house.visit("enterprise") as enterprise:
        enterprise.see("/chain", 403)
        assert "链条" not in enterprise.see("/").one("nav", class_="main-nav").text
    with house.visit() as stranger:
        assert stranger.sent_to("/chain").startswith("/sign-in?next=")


@pytest.mark.parametrize(
    "query", ["chain=nonsense", "region=99", "base=nowhere", "from=2025-13", "level=x", "region=x"]
)
def test_what_cannot_be_asked_is_told_as_a_page(visit: Visit, query: str) -> None:
    status = 404 if query.startswith("chain") else 422
    assert visit.see(f"/chain?{query}", status).all("section", class_="state")


def test_a_scope_without_ledgers_is_empty_in_words(visit: Visit) -> None:
    assert visit.see("/chain?from=2023-01&to=2023-12").by_id("empty")


def test_a_large_scope_is_followed_by_the_worker_and_shown_with_its_date(
    house: House, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gather, "LEDGERS_SOLVED_AT_ONCE", 0)
    page = visit.see(f"/chain?{SCOPE}&chain=coal-gangue-power-ash")
    page = visit.do(page.by_id("not-yet").one("form"))
    assert page.one("p", class_="done").text == "已交后台追踪，完成后本页自动更新。"
    (waiting,) = [node for node in page.all("p") if "data-poll" in node.attributes]
    assert visit.client.get(waiting.attributes["data-poll"]).json()["state"] == "queued"
    worker = Worker(house.database, house.app.state.settings, shipped(), clock=house.clock)
    worker.drain()
    assert visit.client.get(waiting.attributes["data-poll"]).json()["state"] == "done"
    page = visit.see(f"/chain?{SCOPE}&chain=coal-gangue-power-ash")
    assert "追踪完成于 2026-01-10 16:00" in page.one("div", class_="standing").text
    assert not page.all("form", action="/chain/runs")
    city.file(house.people, city.CEMENT, {"waste": "SW06", "generated_tonnes": "1"})
    house.people.register(city.WORKS, region="140214", sites=2)
    city.file(house.people, city.WORKS, {"waste": "SW02", "generated_tonnes": "1"}, number=2)
    page = visit.see(f"/chain?{SCOPE}&chain=coal-gangue-power-ash")
    standing = page.one("div", class_="standing")
    assert "data-stale" in standing.attributes
    assert standing.one("form").attributes["action"] == "/chain/runs"
    assert page.by_id("chart-chain").all("rect", class_="bar")


def test_a_waste_is_traced_down_to_its_ends_and_up_to_its_source(house: House, visit: Visit) -> None:
    mine, plant = city.site(city.MINE), city.site(city.PLANT)
    page = visit.see(f"/sites/{mine}/trace?{SCOPE}")
    told = visit.client.get(f"/v1/sites/{mine}/trace?waste=SW04&{SCOPE}").json()
    shown = {line.one("span", class_="share-name").text: line for line in page.by_id("ends").all("li")}
    assert set(shown) >= {"成为产品", "贮存", "烧失与水汽"}
    assert (
        shown["贮存"]
        .one("span", class_="share-mass")
        .attributes["title"]
        .startswith(f"{float(told['fates_tonnes']['stored']):g}")
    )
    assert len(page.by_id("steps").all("li")) == len(told["steps"])
    assert all(line.all("rect", class_="mark") for line in page.by_id("steps").all("li"))
    # Every step leads on to its own trace, the same way and months.
    step = page.by_id("steps").all("a")[0].attributes["href"]
    assert "direction=down" in step
    visit.see(step)
    up = visit.see(f"/sites/{plant}/trace?waste=SW04&direction=up&{SCOPE}")
    assert [line.text for line in up.by_id("steps").all("span", class_="share-name")] == ["示例场所 · 煤矸石"]
    monthly = visit.see(f"/sites/{mine}/trace?from=2025-01&to=2025-03&monthly=1")
    rows = monthly.by_id("table-months").one("tbody").all("tr")
    assert [row.all("td")[0].text for row in rows] == ["—", "—", "100.00"]


def test_a_trace_is_shown_to_parties_only(house: House, visit: Visit) -> None:
    visit.see("/sites/nobody/trace", 404)
    visit.see(f"/sites/{city.site(city.MINE)}/trace?direction=x", 422)
    assert visit.see(f"/sites/{city.site(city.MINE)}/trace?from=2023-01&to=2023-02").by_id("empty")
    with house.visit("enterprise") as mine:
        mine.see(f"/sites/{city.site(city.MINE)}/trace?{SCOPE}")
        mine.see(f"/sites/{city.site(city.PLANT)}/trace?{SCOPE}", 404)


def test_the_rate_of_the_overview_has_its_interval_once_the_ledgers_are_reconciled(
    house: House, visit: Visit
) -> None:
    address = f"/?{SCOPE}&metric=utilization.plain&region=1402"
    assert "数据协调后" not in visit.see(address).by_id("tile-rate").text
    body = {"region": "1402", "from": "2025-03", "to": "2025-03"}
    asked = house.people.client.post("/v1/reconciliations", json=body, headers=house.people.regulator())
    assert asked.status_code == 202, asked.text
    Worker(house.database, house.app.state.settings, shipped(), clock=house.clock).drain()
    told = visit.client.get(f"/v1/rates?metric=utilization.plain&region=1402&{SCOPE}").json()["items"][0]
    interval = told["interval_95"]
    assert interval is not None, told["interval_95_reason"]
    tile = visit.see(address).by_id("tile-rate")
    assert (
        f"{interval['percent']}%（95%区间 {interval['low_percent']}%—{interval['high_percent']}%）"
        in tile.text
    )
    assert len(tile.all("g", class_="interval")) == 1
