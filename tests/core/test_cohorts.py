"""Cohorts and breakdowns counted by hand, and sums that must agree with the orders themselves."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clm_core import columns as c
from clm_core.breakdown import GROUP, moves_by, stages_by
from clm_core.cohorts import cohort_orders, cohort_path, new_customers, with_cohort
from clm_core.features import build_features, load_frames
from clm_core.frameworks import load_framework
from clm_core.ingest import import_table
from clm_core.ledger import build_ledger, count_moves
from clm_core.silence import early_warning
from clm_core.tables import Tables, to_day

STERNE = load_framework("sterne_cutler").with_limits({"at_risk_days": 45, "lost_days": 120})
JAN, FEB, MAR = dt.date(2024, 1, 1), dt.date(2024, 2, 1), dt.date(2024, 3, 1)
AS_OF = to_day(dt.date(2024, 3, 20))


@pytest.fixture
def shop(make_orders, make_customers):
    """Ann and Bo first order in January, Cy in February; Ann gives 5 back before her first order and 4 after it."""
    orders = [
        ("ann", "2024-01-01", -5.0),
        ("ann", "2024-01-10", 20.0),
        ("ann", "2024-02-03", 10.0),
        ("ann", "2024-02-20", 10.0),
        ("ann", "2024-03-02", -4.0),
        ("bo", "2024-01-31", 40.0),
        ("bo", "2024-03-20", 8.0),
        ("cy", "2024-02-29", 30.0),
    ]
    customers = make_customers([("ann", "2023-06-01"), ("bo", "2024-01-31"), ("cy", None)], plan=["plus", "plus", None])
    return Tables(make_orders(orders), customers)


@pytest.fixture
def frames(shop, engine):
    return load_frames(shop, engine)


def test_who_ordered_again_and_what_they_spent(frames):
    table = cohort_orders(frames, AS_OF)
    shown = [
        "cohort",
        "periods_since",
        "n_customers",
        "n_ordering",
        "share_ordering",
        "value_per_customer",
        "is_partial",
    ]
    assert table[shown].to_numpy().tolist() == [
        [JAN, 0, 2, 2, 1.0, 27.5, False],  # (-5 + 20 + 40) / 2
        [JAN, 1, 2, 1, 0.5, 37.5, False],
        [JAN, 2, 2, 1, 0.5, 39.5, True],  # + (8 - 4) / 2
        [FEB, 0, 1, 1, 1.0, 30.0, False],
        [FEB, 1, 1, 0, 0.0, 30.0, True],
    ]
    assert table["is_small"].all()


def test_quarters_are_counted_as_quarters(frames):
    table = cohort_orders(frames, to_day(dt.date(2024, 3, 20)), "quarter")
    assert table[["cohort", "periods_since", "n_customers", "n_ordering"]].to_numpy().tolist() == [[JAN, 0, 3, 3]]
    assert table["value_per_customer"].tolist() == [pytest.approx(109 / 3, abs=1e-6)]


def test_a_month_that_is_over_is_not_partial(frames):
    assert not cohort_orders(frames, to_day(dt.date(2024, 2, 29)))["is_partial"].any()


def test_without_amounts_there_is_no_value(make_orders, engine):
    frames = load_frames(Tables(make_orders([("a", 19_000, None), ("b", 19_001, None)])), engine)
    assert cohort_orders(frames, 19_001)["value_per_customer"].isna().all()


def test_who_is_still_on_the_path(frames):
    table = cohort_path(frames, build_ledger(frames, AS_OF), STERNE)
    shown = ["cohort", "periods_since", "n_customers", "n_on_path", "is_partial"]
    # ann's last order is 29 days before the end of the window; bo was silent for 29 days in February, not for 45
    assert table[shown].to_numpy().tolist() == [
        [JAN, 0, 2, 2, False],
        [JAN, 1, 2, 2, False],
        [JAN, 2, 2, 2, True],
        [FEB, 0, 1, 1, False],
        [FEB, 1, 1, 1, True],
    ]
    strict = STERNE.with_limits({"at_risk_days": 20})
    gone = cohort_path(frames, build_ledger(frames, AS_OF), strict)
    assert gone["n_on_path"].tolist() == [1, 1, 1, 1, 1]  # ann has 21, 9, 29 days; bo 0, 29, 0; cy 0, 20


def test_new_is_told_with_those_it_may_be_wrong_for(frames, make_orders, engine):
    told = new_customers(frames, AS_OF)
    assert (told.n_buyers, told.n_known_before) == (3, 1)
    assert told.sentence == (
        "New means the first order in the file, which begins on 1 January 2024. "
        "1 buyer of 3 was known before that day, so that it may not be the first ever."
    )
    assert replace(told, n_known_before=0).sentence.endswith("None of the 3 buyers was known before that day.")
    alone = new_customers(load_frames(Tables(make_orders([("a", 19_000, 1.0)])), engine), 19_000)
    assert alone.n_known_before is None
    assert alone.sentence.endswith("the files do not tell who did.")


def test_stages_by_a_trait_and_by_cohort(frames):
    today = build_features(frames, AS_OF)
    table = stages_by(today, STERNE, "plan")
    assert table[GROUP].unique().tolist() == ["plus", "Unknown"]
    filled = table[table[c.N_CUSTOMERS] > 0]
    assert filled[[GROUP, c.STAGE, c.N_CUSTOMERS, c.SHARE]].to_numpy().tolist() == [
        ["plus", "retain", 2, 1.0],
        ["Unknown", "convert", 1, 1.0],
    ]
    assert table[c.STAGE].tolist() == STERNE.stage_ids * 2
    cohorts = stages_by(with_cohort(frames, today, AS_OF), STERNE, "cohort")
    assert cohorts[cohorts[c.N_CUSTOMERS] > 0][[GROUP, c.STAGE, c.N_CUSTOMERS]].to_numpy().tolist() == [
        ["2024-01", "retain", 2],
        ["2024-02", "convert", 1],
    ]


def test_small_groups_become_other(make_orders, engine):
    rows = [(f"c{i}", 19_000, 1.0) for i in range(6)]
    frames = load_frames(Tables(make_orders(rows, country=["PL", "PL", "DE", "DE", "RO", None])), engine)
    table = stages_by(build_features(frames, 19_000), STERNE, "first_country", n_groups=2)
    sizes = table.groupby(GROUP, sort=False)[c.N_CUSTOMERS].sum()
    assert list(sizes.items()) == [("DE", 2), ("PL", 2), ("Other", 1), ("Unknown", 1)]


def test_moves_by_a_trait_add_up_to_all_moves(frames):
    ledger = build_ledger(frames, AS_OF)
    table = moves_by(ledger, STERNE, "plan", 1)
    assert table[[GROUP, c.FROM_STAGE, c.TO_STAGE, c.N_CUSTOMERS, c.SHARE]].to_numpy().tolist() == [
        ["plus", "convert", "convert", 1, 0.5],
        ["plus", "convert", "retain", 1, 0.5],
    ]
    moves = count_moves(ledger, STERNE)
    known = moves[(moves[c.AS_OF] == dt.date(2024, 2, 29)) & (moves[c.FROM_STAGE] != "")]
    assert table[c.N_CUSTOMERS].sum() == known[c.N_CUSTOMERS].sum()


@given(data=st.data())
def test_cohorts_hold_every_buyer_and_all_their_money(data, shops, both_engines):
    tables = data.draw(shops)
    by = data.draw(st.sampled_from(["month", "quarter"]))
    frames = load_frames(tables, data.draw(st.sampled_from(both_engines)))
    orders = tables.orders.to_pandas()
    as_of = int(orders[c.DAY].max())
    buyers = set(orders.loc[orders[c.IS_PURCHASE], c.CUSTOMER_ID])
    if not buyers:
        return
    table = cohort_orders(frames, as_of, by)
    sizes = table.groupby("cohort")[c.N_CUSTOMERS].agg(["min", "max"])
    assert (sizes["min"] == sizes["max"]).all() and sizes["max"].sum() == len(buyers)
    assert table["share_ordering"].between(0, 1).all()
    if tables.has_amounts:
        last = table.groupby("cohort").tail(1)
        spent = orders.loc[orders[c.CUSTOMER_ID].isin(buyers), c.AMOUNT].sum()
        assert (last["value_per_customer"] * last[c.N_CUSTOMERS]).sum() == pytest.approx(spent, abs=1e-3)
    path = cohort_path(frames, build_ledger(frames, as_of), STERNE, by)
    assert path.groupby("cohort")[c.N_CUSTOMERS].max().to_dict() == sizes["max"].to_dict()


CDNOW = Path(__file__).parents[3] / "shared" / "data" / "CDNOW_sample.txt"


@pytest.mark.skipif(not CDNOW.exists(), reason="the CDNOW file is not here")
def test_cohorts_and_early_warning_of_a_known_file(engine):
    """Counted from the raw file: buyers by month of first order, who ordered k months on, who turns 181 days silent in July."""
    as_of = to_day(dt.date(1998, 6, 30))
    frames = load_frames(Tables(import_table((CDNOW,), "orders", None).table), engine)
    table = cohort_orders(frames, as_of).set_index(["cohort", "periods_since"])
    months = [dt.date(1997, number, 1) for number in (1, 2, 3)]
    assert [table.loc[(month, 0), c.N_CUSTOMERS] for month in months] == [781, 857, 719]
    assert [table.loc[(month, 1), "n_ordering"] for month in months] == [124, 134, 87]
    assert [table.loc[(month, 12), "n_ordering"] for month in months] == [45, 59, 78]
    last = [table.loc[month]["value_per_customer"].iloc[-1] for month in months]
    assert last == pytest.approx([100.9511, 105.8113, 103.7119], abs=1e-4)
    assert not table["is_partial"].any()
    leaving = early_warning(frames, build_features(frames, as_of), load_framework("sterne_cutler"), as_of, 30)
    assert len(leaving) == 44
