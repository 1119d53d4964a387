"""Sentences about movement, cohorts and groups say what the numbers say, and no more than they can."""

import datetime as dt

import pandas as pd
import pytest

from clm_core import findings
from clm_core.frameworks import load_framework

STERNE = load_framework("sterne_cutler")
JAN, FEB, MAR = dt.date(2024, 1, 31), dt.date(2024, 2, 29), dt.date(2024, 3, 31)


def comings(*rows):
    columns = ["as_of", "new", "reactivated", "newly_off", "quick_ratio", "is_partial", "is_first"]
    return pd.DataFrame(rows, columns=columns).astype({"quick_ratio": float})


@pytest.mark.parametrize(
    ("rows", "title", "says"),
    [
        (
            [(JAN, 10, 0, 0, None, False, True), (FEB, 20, 4, 8, 3.0, False, False), (MAR, 1, 0, 9, 0.1, True, False)],
            "Feb 2024: 3.0 come for each who leaves",
            "In Feb 2024 20 people came, 4 came back and 8 fell off the path: 3.0 came or came back for each who left.",
        ),
        (
            [(FEB, 0, 4, 8, 0.5, False, False)],
            "Feb 2024: more leave than come, 0.5 to 1",
            "In Feb 2024 nobody came, 4 came back and 8 fell off the path: 0.5 came or came back for each who left.",
        ),
        (
            [(FEB, 1, 0, 0, None, False, False)],
            "Feb 2024: nobody fell off the path",
            "In Feb 2024 1 person came, and nobody came back or fell off the path.",
        ),
        (
            [(FEB, 0, 0, 8, 0.0, False, False)],
            "Feb 2024: 8 left and nobody came",
            "In Feb 2024 nobody came or came back and 8 fell off the path.",
        ),
        ([(FEB, 9, 0, 0, None, True, True)], "The history begins in Feb 2024", "In Feb 2024 9 people came, "),
    ],
)
def test_the_last_full_period_is_told(rows, title, says):
    found = findings.who_comes_and_goes(comings(*rows), "Feb 2024")
    assert found.title == title and found.says.startswith(says)


def test_the_hardest_step_is_one_that_enough_people_stood_before():
    table = pd.DataFrame(
        [("convert", 200, 30, 0.15, 0.11, 0.21, False), ("retain", 12, 1, 0.08, 0.01, 0.35, True), ("lost", 90, 0, 0.0, 0.0, 0.04, False)],
        columns=["stage", "n_customers", "n_forward", "share", "low", "high", "is_small"],
    )  # fmt: skip
    found = findings.who_moves_on(table, STERNE, "1 month")
    assert found.title == "Hardest step: out of Convert, 15 %"
    assert "Of 200 in Convert, 30 were seen further along the path within 1 month: 15 % (11–21 %)." in found.says
    assert findings.who_moves_on(table.tail(2), STERNE, "1 month").title == "Too early to tell who moves on"


def test_the_widest_band_leaves_out_who_stayed_and_who_was_not_known():
    flows = pd.DataFrame(
        [("", "convert", 90), ("convert", "convert", 80), ("convert", "at_risk", 30), ("at_risk", "retain", 5)],
        columns=["from_stage", "to_stage", "n_customers"],
    )
    assert findings.where_they_went(flows, STERNE, "Jan", "Mar").title == "Widest band: Convert → At risk, 30"
    assert findings.where_they_went(flows.head(1), STERNE, "Jan", "Mar").title == "Nobody was known before"
    assert findings.where_they_went(flows.head(2), STERNE, "Jan", "Mar").title == "Nobody changed stage"


def test_stays_that_have_not_half_ended_are_told_as_running():
    stays = pd.DataFrame({"stage": ["acquire", "convert", "loyal"], "n_stays": [90, 80, 5], "median": [None, 3.0, 1.0]})
    found = findings.how_long_they_stay(stays, STERNE, "month")
    assert found.title == "Shortest stay: Convert, 3 months"
    assert "Most who enter Acquire are still there." in found.says
    assert findings.how_long_they_stay(stays.head(1), STERNE, "month").title == "Stays are still running"


COHORT = pd.DataFrame(
    [
        (dt.date(2024, 1, 1), 0, 100, 100, 1.0, 1.0, 1.0, 20.0, False, False),
        (dt.date(2024, 1, 1), 1, 100, 40, 0.4, 0.31, 0.50, 30.0, False, False),
        (dt.date(2024, 1, 1), 2, 100, 40, 0.4, 0.31, 0.50, 40.0, False, True),
        (dt.date(2024, 4, 1), 0, 300, 300, 1.0, 1.0, 1.0, 30.0, False, False),
        (dt.date(2024, 4, 1), 1, 300, 60, 0.2, 0.16, 0.25, 36.0, False, False),
        (dt.date(2024, 7, 1), 0, 10, 10, 1.0, 1.0, 1.0, 1.0, True, False),
        (dt.date(2024, 7, 1), 1, 10, 3, 0.3, 0.11, 0.60, 2.0, True, False),
    ],
    columns=["cohort", "periods_since", "n_customers", "n_ordering", "share_ordering", "low", "high", "value_per_customer", "is_small", "is_partial"],
)  # fmt: skip
ONE, TWO, SMALL = dt.date(2024, 1, 1), dt.date(2024, 4, 1), dt.date(2024, 7, 1)


def test_who_comes_back_is_told_of_cohorts_large_enough():
    found = findings.who_comes_back(COHORT, "quarter")
    assert found.says == (
        "Of 400 first buyers 100 (25.0 %) ordered again in the quarter after; most of Q1 2024 (40.0 %), fewest of Q2 2024 (20.0 %)."
    )
    assert findings.who_comes_back(COHORT[COHORT["is_small"]], "quarter").title == "Cohorts too small to compare"
    early = findings.who_comes_back(COHORT[COHORT["periods_since"] == 0], "month")
    assert (early.title, early.says) == ("Too early to see who comes back", "No month after a first order is over yet.")


def test_two_cohorts_differ_only_where_their_intervals_do():
    found = findings.how_two_cohorts_compare(COHORT, TWO, ONE, "quarter", "GBP")
    assert found.title == "Q1 2024 came back more than Q2 2024"
    assert "20 % (16–25 %) of the 300 of Q2 2024 and 40 % (31–50 %) of the 100 of Q1 2024 came back" in found.says
    assert "Within 1 quarter a customer spent £36 and £30." in found.says
    unclear = findings.how_two_cohorts_compare(COHORT, ONE, SMALL, "quarter", "GBP")
    assert unclear.title == "No clear difference between Q1 2024 and Q3 2024"
    assert "may be chance" in unclear.says and "Fewer than 30 people" in unclear.says
    assert findings.how_two_cohorts_compare(COHORT, ONE, ONE, "quarter", "").title == "Nothing to compare yet"


def test_what_a_cohort_spends_is_told_of_the_oldest():
    found = findings.what_cohorts_spend(COHORT, "quarter", "GBP")
    assert found.title == "Q1 2024: £20 at first, £30 after 1 quarter"
    assert "after the first order: what brings customers back" in found.next_step


def test_who_stays_on_the_path_is_told_at_a_period_most_have_lived_through():
    table = COHORT.rename(columns={"n_ordering": "n_on_path"})
    assert findings.who_stays_on_path(table, "quarter").says == (
        "1 quarter after the first order, 100 of 400 (25.0 %) are still on the path."
    )


def test_groups_differ_where_they_are_large_enough():
    table = pd.DataFrame(
        [
            ("web", "convert", 90),
            ("web", "lost", 10),
            ("shop", "convert", 20),
            ("shop", "lost", 20),
            ("fair", "lost", 5),
        ],
        columns=["group", "stage", "n_customers"],
    )
    found = findings.how_groups_differ(table, STERNE, "channel")
    assert found.title == "shop: most off the path"
    assert "50 % (35–65 %) of 40; web the smallest: 10 % of 100. 1 group has fewer than 30 people." in found.says
    alike = findings.how_groups_differ(table.assign(stage="convert"), STERNE, "channel")
    assert (alike.title, alike.says) == (
        "No difference by channel",
        "By channel, every group has the same share off the path: 0 %.",
    )
    assert findings.how_groups_differ(table.head(2), STERNE, "channel").title == "Too few to compare by channel"


def test_what_is_there_at_the_end_is_the_stock_and_not_the_balance_of_a_window():
    stock = pd.DataFrame(
        {
            "as_of": [FEB, MAR],
            "stage": "convert",
            "n_customers": [50, 41],
            "entered": [1, 2],
            "arrived": [0, 0],
            "left": [4, 11],
        }
    )
    found = findings.who_came_and_went(stock, STERNE, "convert", "week")
    assert found.says.startswith(
        "Over 2 weeks 3 came into Convert and 15 left it for another stage; 41 people are there"
    )
