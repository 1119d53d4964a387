"""Priorities joined to data, hold-outs by a published formula, and a plan that survives hostile words in every format."""

import datetime as dt
import io
import re
import zipfile

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pptx import Presentation

from clm_core.engine import open_engine
from clm_core.errors import DefinitionError
from clm_core.features import FEATURES, build_features, load_frames
from clm_core.frameworks import load_framework
from clm_core.gaps import (
    FACTORS,
    audience_sizes,
    gaps,
    hold_out,
    load_catalogue,
    make_plan,
    plan_csv,
    plan_html,
    plan_ics,
    plan_markdown,
    prioritise,
    stage_facts,
    vocabulary,
)
from clm_core.gaps.deck import plan_deck
from clm_core.ledger import build_ledger
from clm_core.progress import count_paths
from clm_core.tables import Tables, to_day

RETAIL, WORDS, RACE = load_catalogue("retail"), vocabulary(), load_framework("race")
FACTS = pd.DataFrame(
    {
        "stage": RACE.stage_ids,
        "n_customers": [50, 1000, 400, 300, 200, 900],
        "conversion": [0.2, 0.1, 0.3, 0.8, 0.1, None],
        "shortfall": [0.1, 0.05, 0.1, 0.1, 0.05, None],
        "value_step": [5.0, 40.0, 60.0, 80.0, 70.0, 30.0],
    }
)
SCORES = pd.DataFrame(
    [
        ("cart_mail", "current", 1),
        ("cart_mail", "target", 4),
        ("thank_you", "current", 0),
        ("thank_you", "target", 4),
        ("last_call", "current", 0),
        ("last_call", "target", 5),
        ("newsletter", "current", 4),
        ("newsletter", "target", 4),
    ],
    columns=["activity", "measure", "value"],
)
TABLE = gaps(SCORES, RETAIL, WORDS, "race")


def ranked(facts=FACTS, **given_):
    return prioritise(TABLE, RETAIL, WORDS, RACE, facts, **given_)


def test_impact_is_the_product_of_its_factors_and_money_is_at_stake():
    table = ranked().set_index("activity")
    assert list(table.index) == ["thank_you", "cart_mail", "last_call"]
    # thank you: 4/5 × 400 buyers of one order × 60 × 0.1
    assert table.loc["thank_you", "at_stake"] == pytest.approx(1920)
    assert table.loc["cart_mail", "at_stake"] == pytest.approx(3 / 5 * 1000 * 40 * 0.05)
    assert table.loc["thank_you", "impact"] == pytest.approx(0.8 * 0.4 * 1 * 1, rel=1e-8)


def test_what_is_not_known_stands_last_and_says_so():
    table = ranked().set_index("activity")
    assert table.loc["last_call", "unknown"] == "shortfall"
    assert pd.isna(table.loc["last_call", "impact"])
    assert table.loc["last_call", "rank"] == 3


def test_a_factor_can_be_switched_off_and_one_that_is_unknown_throughout_is_off():
    by_gap = ranked(factors=("gap",))
    assert by_gap["activity"].tolist() == ["last_call", "thank_you", "cart_mail"]
    no_money = ranked(FACTS.assign(value_step=float("nan")))
    assert no_money["unknown"].tolist() == ["", "", "shortfall"]


def test_quick_wins_are_easy_and_worth_it():
    table = ranked().set_index("activity")
    assert table.loc["thank_you", "is_quick_win"]
    assert not table.loc["last_call", "is_quick_win"]


@given(st.floats(1e-3, 1e4), st.lists(st.sampled_from(list(FACTORS)), min_size=1, unique=True))
def test_the_order_does_not_depend_on_the_currency_unit(rate, factors):
    other = ranked(FACTS.assign(value_step=FACTS["value_step"] * rate), factors=factors)
    assert other["activity"].tolist() == ranked(factors=factors)["activity"].tolist()


def test_facts_of_stages_from_a_small_shop(make_orders):
    """Forty people buy in January; in February half of them buy again, and stay with it."""
    rows = [(f"p{i}", f"2024-{month:02d}-10", 10.0) for month in range(1, 9) for i in range(40) if month == 1 or i < 20]
    rows += [("late", "2024-08-31", 5.0)]
    with_engine = open_engine("duckdb")
    ledger = build_ledger(load_frames(Tables(make_orders(rows)), with_engine), to_day(dt.date(2024, 8, 31)))
    stages = pd.DataFrame(
        {"stage": RACE.stage_ids, "n_customers": [0, 0, 1, 20, 20, 0], "spend_total": [0.0, 0, 5, 1600, 200, 0]}
    )
    facts = stage_facts(count_paths(ledger, RACE), stages, horizon=1).set_index("stage")
    with_engine.close()
    # January: 20 of 40 move on; the other 20 stay for five month ends more, then are at risk
    assert facts.loc["convert", "n_judged"] == 40 + 20 * 5
    assert facts.loc["convert", "conversion"] == pytest.approx(20 / 140)
    assert facts.loc["convert", "best"] == 0.5
    assert facts.loc["convert", ["value", "next_value", "value_step"]].tolist() == [5, 80, 75]
    assert facts.loc["engage", "conversion"] == 1
    assert facts.loc["engage", "value_step"] == 70
    assert facts.loc["at_risk", "next_stage"] == ""


def test_a_hold_out_agrees_with_the_textbook():
    # Chow, Shao & Wang: (1.96 + 0.8416)² (0.65 × 0.35 + 0.85 × 0.15) ÷ 0.2² = 69.7, so two groups of 70; 69 beside 71 just do
    assert hold_out(140, 0.65, 0.2 / 0.65).n == 69
    assert hold_out(139, 0.65, 0.2 / 0.65).n is None
    many = hold_out(100_000, 0.1)
    assert 1000 < many.n < hold_out(10_000, 0.1).n < 5000


@given(st.integers(0, 20_000), st.floats(0.01, 0.8), st.floats(0.05, 1))
def test_a_hold_out_is_never_more_than_half_and_its_alternative_shows(n, base, uplift):
    found = hold_out(n, base, uplift)
    assert found.n is None or 1 <= found.n <= n / 2
    if found.n is None and found.detectable is not None:
        assert hold_out(n, base, found.detectable).n is not None


NASTY = "=1+1</script><img src=x onerror=alert(1)> [a](javascript:b) \x0b;,"


def plan_of(title="Autumn plan", **changes):
    sizes = {"cart_mail": 400, "thank_you": 9000}
    plan = make_plan(
        ["thank_you", "cart_mail"], ranked(), RETAIL, WORDS, RACE, FEATURES, FACTS, sizes,
        title=title, as_of=dt.date(2026, 10, 31), begins_on=dt.date(2026, 11, 27),
    )  # fmt: skip
    return plan.model_copy(update={"cards": tuple(card.model_copy(update=changes) for card in plan.cards)})


def test_a_card_says_who_when_for_whom_and_how_it_is_measured():
    card = plan_of().cards[0]
    assert (card.name, card.stage, card.channel, card.n_audience) == (
        "Thank-you mail at once",
        "Engage",
        "E-mail",
        9000,
    )
    assert card.trigger_words == "order; in Convert, with exactly 1 order"
    assert card.starts_on == dt.date(2026, 11, 28)
    assert card.measured_on == card.starts_on + dt.timedelta(days=90)
    assert card.n_hold_out == hold_out(9000, 0.3).n
    assert "enough to show 30.0 % rising by 20 %" in card.hold_out_note
    assert "too few to show 10.0 %" in plan_of().cards[1].hold_out_note


def test_only_gaps_can_be_planned():
    with pytest.raises(DefinitionError, match="Only a gap can become part of the plan"):
        make_plan(
            ["newsletter"], ranked(), RETAIL, WORDS, RACE, FEATURES, FACTS, {},
            title="x", as_of=dt.date(2026, 1, 1), begins_on=dt.date(2026, 1, 1),
        )  # fmt: skip


def test_audiences_are_the_people_of_the_stage_for_whom_the_rule_holds(make_orders, engine):
    rows = [
        ("once", "2024-01-10", 5.0),
        ("twice", "2024-01-10", 5.0),
        ("twice", "2024-01-12", 5.0),
        ("old", "2023-04-01", 5.0),
    ]
    frames = load_frames(Tables(make_orders(rows)), engine)
    today = build_features(frames, to_day(dt.date(2024, 1, 12)))
    found = audience_sizes(today, RETAIL, WORDS, RACE, ["thank_you", "newsletter", "win_back", "cart_mail"])
    assert found == {"thank_you": 1, "newsletter": 1, "win_back": 1, "cart_mail": 0}
    assert audience_sizes(today, RETAIL, WORDS, RACE, []) == {}
    own = RACE.model_copy(update={"id": "of_our_own"})
    assert audience_sizes(today, RETAIL, WORDS, own, list(found)) == found


def test_words_of_users_are_text_in_every_file():
    plan = plan_of(NASTY, name=NASTY, owner="@boss")
    csv = plan_csv(plan)
    assert "\"'=1+1" in csv and ",'@boss," in csv
    html = plan_html(plan)
    assert "<script" not in html and "<img" not in html and "&lt;img" in html
    markdown = plan_markdown(plan)
    assert not re.search(r"(?<!\\)[<\[]", markdown)
    calendar = plan_ics(plan, dt.datetime(2026, 11, 27, 10, 0))
    assert calendar.count("BEGIN:VEVENT") == 4 and "\x0b" not in calendar
    assert all(len(line.encode()) <= 75 for line in calendar.split("\r\n"))
    unfolded = calendar.replace("\r\n ", "")
    assert re.search(r"SUMMARY:=1\+1.*\\;\\,: start\r\n", unfolded)
    assert "DTSTART;VALUE=DATE:20261128\r\nDTEND;VALUE=DATE:20261129" in unfolded


def test_slides_have_charts_that_can_be_edited_and_hold_no_formula():
    deck = plan_deck(plan_of(NASTY, name=NASTY))
    slides = list(Presentation(io.BytesIO(deck)).slides)
    charts = [shape.chart for slide in slides for shape in slide.shapes if shape.has_chart]
    assert len(slides) == 1 + 1 + 1 + 1 + 2 and len(charts) == 2
    assert list(charts[0].plots[0].series[0].values) == [4, 4]
    with zipfile.ZipFile(io.BytesIO(deck)) as package:
        books = [name for name in package.namelist() if name.endswith(".xlsx")]
        for name in books:
            sheet = openpyxl.load_workbook(io.BytesIO(package.read(name))).active
            assert not [cell for row in sheet for cell in row if cell.data_type == "f"]
    assert len(books) == 2


def test_an_empty_plan_is_a_plan():
    plan = plan_of().model_copy(update={"cards": ()})
    assert plan_csv(plan).strip() == ""
    assert "<article" not in plan_html(plan)
    assert len(Presentation(io.BytesIO(plan_deck(plan))).slides) == 1
