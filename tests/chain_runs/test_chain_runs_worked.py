"""Networks small enough to follow by hand, through the ledgers as they are filed."""

from builders import People
from chain_runs.city import (
    CEMENT,
    MINE,
    PLANT,
    WORKS,
    Question,
    file,
    gangue_to_blocks,
    positive,
    register,
    site,
    summary,
    told,
)

from app.chain_runs import report
from app.db.session import Database
from app.domain.periods import Month
from chains.stock import StockRule


def test_gangue_burnt_for_power_counts_as_far_as_its_ash_ends_in_blocks(
    people: People, sessions: Database
) -> None:
    gangue_to_blocks(people)
    found = summary(sessions)
    # 80 t burnt give 26 t of fly ash, 26 t of bottom ash and 28 t of air; all the ash is residue.
    assert (found.generated_tonnes, found.secondary_tonnes, found.counted_tonnes) == ("152", "52", "100")
    assert positive(found.inputs_tonnes) == {"generated": "100"}
    assert positive(found.fates_tonnes) == {"product": "20", "disposed": "26", "stored": "26", "air": "28"}
    assert found.of_generated_tonnes == found.fates_tonnes
    assert (found.terminal.percent, found.terminal.numerator_tonnes) == ("20.00", "20")
    # By name 80 t of gangue and 26 t of ash are used, of 152 t reported.
    plain = found.nominal["utilization.plain"]
    assert (plain.numerator_tonnes, plain.denominator_tonnes, plain.percent) == ("106", "152", "69.74")
    assert [(one.product, one.tonnes) for one in found.products] == [("aac_block", "20")]
    assert (found.cycling_index, found.loops) == (0.0, [])
    assert found.quality.mass_error < 1e-12
    assert found.untracked_sites == []


def test_ash_below_the_band_of_its_yield_is_missing(people: People, sessions: Database) -> None:
    gangue_to_blocks(people, fly_ash="20")
    found = summary(sessions)
    # 80 t leave 0.26 · 80 = 20.8 t of fly ash at least; the rest of the usual 26 t may have gone up the stack.
    assert found.untracked_tonnes["residue_missing"] == "0.8"
    assert positive(found.fates_tonnes) == {
        "product": "20",
        "disposed": "26",
        "stored": "20",
        "air": "33.2",
        "untracked": "0.8",
    }
    assert (found.secondary_tonnes, found.counted_tonnes) == ("46", "100")
    [worst] = found.untracked_sites
    assert (worst.site, worst.tonnes, worst.reasons) == (site(PLANT), "0.8", {"residue_missing": "0.8"})
    assert "residue_missing" in {warning.rule for warning in found.warnings}


def test_ash_within_the_band_is_what_the_plant_says(people: People, sessions: Database) -> None:
    gangue_to_blocks(people, fly_ash="30")
    found = summary(sessions)
    # 4 t more than usual are 4 t less of air: nothing is missing, and none of the 30 t came from elsewhere.
    assert (found.secondary_tonnes, found.counted_tonnes) == ("56", "100")
    assert positive(found.fates_tonnes) == {"product": "20", "disposed": "26", "stored": "30", "air": "24"}
    assert found.untracked_sites == []


def test_ash_above_the_band_is_generation_of_its_own(people: People, sessions: Database) -> None:
    gangue_to_blocks(people, fly_ash="36")
    found = summary(sessions)
    # 0.39 · 80 = 31.2 t of the 36 t can come from gangue, 4.8 t come from something else.
    assert (found.secondary_tonnes, found.counted_tonnes) == ("57.2", "104.8")
    assert found.fates_tonnes["air"] == "22.8"
    assert found.terminal.numerator_tonnes == "20"


def test_one_waste_alone_counts_all_that_is_reported_of_it(people: People, sessions: Database) -> None:
    gangue_to_blocks(people)
    items = {item.group["waste"]: item for item in report.by_waste(told(sessions).solved, {}).items()}
    assert [items[waste].counted_tonnes for waste in ("SW02", "SW03", "SW04")] == ["26", "26", "100"]
    assert [items[waste].terminal.percent for waste in ("SW02", "SW03", "SW04")] == ["76.92", "0.00", "20.00"]
    assert positive(items["SW04"].ended_here_tonnes) == {"stored": "20", "air": "28"}
    by_site = report.by_site(told(sessions).solved, {}).items()
    assert {item.group["site"]: item.counted_tonnes for item in by_site} == {
        site(MINE): "100",
        site(PLANT): "0",
        site(WORKS): "0",
    }


def test_sender_and_receiver_differ(people: People, sessions: Database) -> None:
    register(people)
    file(
        people,
        PLANT,
        {"waste": "SW02", "generated_tonnes": "100", "sent": [{"to": site(WORKS), "tonnes": "100"}]},
    )
    file(
        people,
        WORKS,
        {
            "waste": "SW02",
            "received": [{"from": site(PLANT), "tonnes": "90"}],
            "closing_stock_tonnes": "90",
        },
    )
    found = summary(sessions)
    assert positive(found.fates_tonnes) == {"stored": "90", "untracked": "10"}
    assert positive(found.untracked_tonnes) == {"missing_on_the_way": "10"}
    assert found.untracked_sites[0].site == site(PLANT)


def test_a_receiver_that_books_more_has_a_source_that_is_shown(people: People, sessions: Database) -> None:
    register(people)
    file(
        people,
        PLANT,
        {"waste": "SW02", "generated_tonnes": "100", "sent": [{"to": site(WORKS), "tonnes": "100"}]},
    )
    file(
        people,
        WORKS,
        {
            "waste": "SW02",
            "received": [{"from": site(PLANT), "tonnes": "120"}],
            "used": [{"process": "aac_block", "product": "aac_block", "tonnes": "130"}],
        },
    )
    found = summary(sessions)
    assert positive(found.inputs_tonnes) == {"generated": "100", "unexplained": "30"}
    assert found.unexplained_tonnes == {"received_more_than_sent": "20", "accounted_for_more_than_had": "10"}
    assert positive(found.fates_tonnes) == {"product": "130"}
    # The 100 t that were generated all end in blocks; the 30 t from nowhere are no generation.
    assert (found.terminal.percent, found.terminal.denominator_tonnes) == ("100.00", "100")


def test_what_leaves_the_city_is_exported_and_the_unknown_is_untracked(
    people: People, sessions: Database
) -> None:
    register(people)
    file(
        people,
        PLANT,
        {
            "waste": "SW02",
            "generated_tonnes": "100",
            "sent": [
                {"to": site(CEMENT), "tonnes": "30"},
                {"to": "91110000NOBODYKNOW", "tonnes": "25", "out_of_province": True, "purpose": "dispose"},
                {"to": "91140000NOBODYKNOW", "tonnes": "20"},
            ],
            "closing_stock_tonnes": "25",
        },
    )
    file(
        people,
        CEMENT,
        {
            "waste": "SW02",
            "received": [{"from": site(PLANT), "tonnes": "30"}],
            "used": [{"process": "cement_blending", "product": "cement", "tonnes": "30"}],
        },
    )
    found = summary(sessions)
    assert positive(found.fates_tonnes) == {"stored": "25", "exported": "55", "untracked": "20"}
    assert positive(found.exported_tonnes) == {"use": "30", "dispose": "25"}
    assert positive(found.untracked_tonnes) == {"unknown_receiver": "20"}
    # Followed through both cities, the 30 t end in cement.
    assert summary(sessions, Question(region="14")).terminal.percent == "30.00"
    # The other city has them from outside, and generated nothing itself.
    other = summary(sessions, Question(region="1403"))
    assert positive(other.inputs_tonnes) == {"imported": "30"}
    assert (other.terminal.value, other.terminal.reason) == (None, "empty_denominator")


def test_a_use_that_no_chain_defines_counts_as_product_and_is_named(
    people: People, sessions: Database
) -> None:
    register(people)
    line = {
        "waste": "SW02",
        "generated_tonnes": "10",
        "used": [
            {"process": "ceramsite", "product": "lightweight_aggregate", "tonnes": "6"},
            {"tonnes": "4"},
        ],
    }
    file(people, PLANT, line)
    found = summary(sessions)
    assert found.terminal.percent == "100.00"
    named = [warning for warning in found.warnings if warning.rule == "without_definition"]
    assert [warning.tonnes for warning in named] == ["6", "4"]
    assert [one.product for one in found.products] == ["lightweight_aggregate", ""]


def test_rejects_of_a_use_come_round_again(people: People, sessions: Database) -> None:
    register(people)
    # 100 t bought gangue and 20 t of its own rejects are calcined: 120 t leave 12 … 48 t, 20 t are reported.
    line = {
        "waste": "SW04",
        "generated_tonnes": "20",
        "received": [{"from": site(MINE), "tonnes": "100"}],
        "used": [{"process": "kaolin_calcination", "product": "calcined_kaolin", "tonnes": "120"}],
    }
    file(people, WORKS, line)
    file(
        people,
        MINE,
        {"waste": "SW04", "generated_tonnes": "100", "sent": [{"to": site(WORKS), "tonnes": "100"}]},
    )
    found = summary(sessions)
    [loop] = found.loops
    # One sixth of what passes goes back: N = 1/(1 − 1/6), so one sixth has been there before.
    assert (loop.states, loop.moved_tonnes) == ([f"{site(WORKS)}:SW04"], "20")
    assert loop.recycled_share == "0.166667"
    assert abs(found.cycling_index - (120 / 6) / (120 + 100)) < 1e-12
    assert found.untracked_tonnes["residue_missing"] == "0"
    assert found.counted_tonnes == "100"
    # 0.1117 of what is calcined is water; what is neither water nor rejects is kaolin.
    assert abs(float(found.terminal.numerator_tonnes) - (120 * (1 - 0.1117) - 20)) < 1e-6


def test_two_firms_that_ship_to_and_fro(people: People, sessions: Database) -> None:
    register(people)
    there, back = {"to": site(WORKS), "tonnes": "990"}, {"to": site(PLANT), "tonnes": "980"}
    file(
        people,
        PLANT,
        {
            "waste": "SW02",
            "generated_tonnes": "10",
            "received": [{"from": site(WORKS), "tonnes": "980"}],
            "sent": [there],
        },
    )
    file(
        people,
        WORKS,
        {
            "waste": "SW02",
            "received": [{"from": site(PLANT), "tonnes": "990"}],
            "sent": [back],
            "used": [{"process": "aac_block", "product": "aac_block", "tonnes": "10"}],
        },
    )
    found = summary(sessions)
    assert positive(found.inputs_tonnes) == {"generated": "10"}
    assert positive(found.fates_tonnes) == {"product": "10"}
    assert found.terminal.percent == "100.00"
    [loop] = found.loops
    assert loop.moved_tonnes == "1970"
    assert abs(float(loop.recycled_share) - 980 / 990) < 1e-6
    assert found.quality.mass_error < 1e-9


def test_stock_is_drawn_or_laid_down_by_the_rule(people: People, sessions: Database) -> None:
    register(people)
    # Two months: 60 t lie there, 100 t are made, 90 t are used, 70 t are left.
    for month, opening, closing in (("2025-03", "60", "80"), ("2025-04", "80", "70")):
        made, used = ("50", "30") if month == "2025-03" else ("50", "60")
        line = {
            "waste": "SW02",
            "opening_stock_tonnes": opening,
            "generated_tonnes": made,
            "used": [{"process": "aac_block", "product": "aac_block", "tonnes": used}],
            "closing_stock_tonnes": closing,
        }
        file(people, PLANT, line, month=month)
    both = Question(last=Month(2025, 4))
    mixed = summary(sessions, both)
    assert positive(mixed.fates_tonnes) == {"product": "90", "stored": "10"}
    assert mixed.terminal.percent == "90.00"
    # First in, first out: the 60 t of old stock are used before 30 t of the new.
    fifo = summary(sessions, Question(last=Month(2025, 4), rule=StockRule.FIFO))
    assert positive(fifo.inputs_tonnes) == {"generated": "100", "stock_drawn": "60"}
    assert positive(fifo.fates_tonnes) == {"product": "90", "stored": "70"}
    assert fifo.terminal.percent == "30.00"
    # April alone draws 10 t of stock: nothing of what it makes is left.
    april = summary(sessions, Question(first=Month(2025, 4), last=Month(2025, 4)))
    assert positive(april.inputs_tonnes) == {"generated": "50", "stock_drawn": "10"}
    assert april.terminal.percent == "100.00"


def test_a_firm_with_two_sites_means_the_one_that_says_it_has_them(
    people: People, sessions: Database
) -> None:
    register(people)
    people.register(WORKS, region="140214", sites=2)
    sent = [{"to": WORKS, "tonnes": "10"}]
    file(people, PLANT, {"waste": "SW02", "generated_tonnes": "10", "sent": sent})
    taken = {"waste": "SW02", "received": [{"from": PLANT, "tonnes": "8"}], "closing_stock_tonnes": "8"}
    file(people, WORKS, taken, number=2)
    found = summary(sessions)
    assert positive(found.inputs_tonnes) == {"generated": "10"}
    assert positive(found.fates_tonnes) == {"stored": "8", "untracked": "2"}
    assert positive(found.untracked_tonnes) == {"unknown_receiver": "2"}


def test_a_sender_with_two_sites_is_the_one_that_says_it_sent(people: People, sessions: Database) -> None:
    register(people)
    people.register(PLANT, region="140213", sites=2)
    sent = [{"to": site(WORKS), "tonnes": "10"}]
    file(people, PLANT, {"waste": "SW02", "generated_tonnes": "10", "sent": sent}, number=2)
    taken = {"waste": "SW02", "received": [{"from": PLANT, "tonnes": "12"}], "closing_stock_tonnes": "12"}
    file(people, WORKS, taken)
    found = summary(sessions)
    # Ten tonnes are matched; who gave the other two, the firm does not say, so they come from outside.
    assert positive(found.inputs_tonnes) == {"generated": "10", "imported": "2"}
    assert positive(found.fates_tonnes) == {"stored": "12"}


def test_a_chain_leaves_out_what_it_does_not_reach(people: People, sessions: Database) -> None:
    gangue_to_blocks(people)
    slag = {"waste": "SW01", "generated_tonnes": "7", "closing_stock_tonnes": "7"}
    file(people, MINE, slag, month="2025-04")
    year = Question(chain="coal-gangue-power-ash", last=Month(2025, 12))
    found = summary(sessions, year)
    assert found.chain.wastes == ["SW02", "SW03", "SW04", "SW06", "SW59"]
    assert found.counted_tonnes == "100"
    assert summary(sessions, Question(last=Month(2025, 12))).counted_tonnes == "107"
    kaolin = summary(sessions, Question(chain="coal-gangue-kaolin"))
    # Its gangue may be burnt by others too, so the ash is followed as well.
    assert kaolin.chain.wastes == ["SW02", "SW03", "SW04", "SW59"]
