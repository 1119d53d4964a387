"""The return curve and the limits that follow from it: a curve counted by hand, a peer, closed forms, and laws."""

import datetime as dt
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import CensoredData, ecdf

from clm_core import columns as c
from clm_core.errors import TooThinError
from clm_core.features import FEATURES
from clm_core.frameworks import check_framework, load_framework, shipped_frameworks
from clm_core.ingest import import_table
from clm_core.rhythm import Proposal, ProposedLimit, limits_for, propose_limits, return_curve, spells_of
from clm_core.tables import Tables, to_day

DATA = Path(__file__).parents[2].parent / "shared" / "data"
START = to_day(dt.date(2022, 1, 1))

# gaps: anna 10 and 20, ben 20; open: anna 10, ben 30, cy 40 days
SHOP = [
    ("anna", START, 5.0),
    ("anna", START + 10, 5.0),
    ("anna", START + 10, 2.0),
    ("anna", START + 30, 5.0),
    ("ben", START - 10, 5.0),
    ("ben", START + 10, 5.0),
    ("ben", START + 11, -5.0),
    ("cy", START, 5.0),
    ("dee", START + 41, 5.0),
]


def random_shop(make_orders, n_customers, mean_gap, n_days, seed, buys_once=0.0, scale=1.0, shift=0):
    """Customers who join in the first third and order after gaps at random; a share of them never comes back."""
    random = np.random.default_rng(seed)
    rows = []
    for number in range(n_customers):
        at = random.uniform(0, n_days / 3)
        rows.append((f"c{number}", START + shift + int(at), 10.0 * scale))
        if random.random() < buys_once:
            continue
        while (at := at + random.exponential(mean_gap)) < n_days:
            rows.append((f"c{number}", START + shift + int(at), 10.0 * scale))
    return Tables(make_orders(rows)), START + shift + n_days


def test_the_curve_counted_by_hand(make_orders):
    spells = spells_of(Tables(make_orders(SHOP)), START + 40)
    assert (spells.n_gaps, spells.n_censored, spells.n_returning) == (3, 3, 2)
    curve = return_curve(spells, least_at_risk=1)
    table = curve.table.set_index("days")
    assert list(table.index) == list(range(41))
    # followed for 10 days: 6 spells, 1 ends; for 20 days: 4, 2 end; after that nobody returns
    assert table["n_at_risk"][[0, 10, 11, 20, 21, 30, 31, 40]].tolist() == [6, 6, 4, 4, 2, 2, 1, 1]
    assert table["n_returned"][[10, 20]].tolist() == [1, 2]
    assert table["n_returned"].sum() == 3
    assert table["survival"][[9, 10, 19, 20, 40]].tolist() == pytest.approx([1, 5 / 6, 5 / 6, 5 / 12, 5 / 12])
    assert curve.eventual_share == pytest.approx(7 / 12)
    # Greenwood by hand at day 20: variance of log S = 1/(6·5) + 2/(4·2) = .28333, log S = −.87547
    reach = 1.959964 * 0.283333**0.5 / 0.875469
    assert table["survival_low"][20] == pytest.approx((5 / 12) ** np.exp(reach), abs=1e-6)
    assert table["survival_high"][20] == pytest.approx((5 / 12) ** np.exp(-reach), abs=1e-6)
    assert table.loc[9, ["survival_low", "survival_high"]].tolist() == [1.0, 1.0]


def test_the_curve_ends_where_too_few_are_followed(make_orders):
    spells = spells_of(Tables(make_orders(SHOP)), START + 40)
    assert return_curve(spells, least_at_risk=2).followed_days == 30
    assert return_curve(spells, least_at_risk=7).table["survival"].tolist() == [1.0]


def test_where_all_came_back_the_interval_is_unknown(make_orders):
    orders = [("a", START, 1.0), ("a", START + 5, 1.0), ("b", START, 1.0), ("b", START + 5, 1.0)]
    last = return_curve(spells_of(Tables(make_orders(orders)), START + 5), least_at_risk=1).table.iloc[-1]
    assert (last["days"], last["survival"]) == (5, 0.0)
    assert last[["survival_low", "survival_high"]].isna().all()


def test_later_orders_do_not_show(make_orders):
    tables = Tables(make_orders(SHOP))
    early = spells_of(tables, START + 10)
    assert (early.n_gaps, early.n_censored) == (2, 3)
    with pytest.raises(TooThinError, match=r"There is no order to read a rhythm from"):
        spells_of(tables, START - 11)


@given(data=st.data())
def test_the_curve_agrees_with_a_peer(data, shops):
    tables = data.draw(shops)
    table = tables.orders.to_pandas()
    bought = (
        table.loc[table[c.IS_PURCHASE], [c.CUSTOMER_ID, c.DAY]].drop_duplicates().sort_values([c.CUSTOMER_ID, c.DAY])
    )
    if bought.empty:
        return
    as_of = int(bought[c.DAY].max()) + data.draw(st.integers(0, 30))
    gaps = bought.groupby(c.CUSTOMER_ID)[c.DAY].diff().dropna()
    still_open = as_of - bought.groupby(c.CUSTOMER_ID)[c.DAY].max()
    found = return_curve(spells_of(tables, as_of), least_at_risk=1).table
    assert (found["n_returned"].sum(), len(still_open)) == (len(gaps), bought[c.CUSTOMER_ID].nunique())
    if gaps.empty:
        assert (found["survival"] == 1).all()
        return
    peer = ecdf(CensoredData(uncensored=gaps.to_numpy(), right=still_open.to_numpy())).sf
    expected = np.concatenate([[1.0], peer.probabilities])[np.searchsorted(peer.quantiles, found["days"], side="right")]
    np.testing.assert_allclose(found["survival"], expected, atol=1e-12)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the peer warns where it has no interval
        interval = peer.confidence_interval(method="log-log")
    place = np.searchsorted(peer.quantiles, found["days"], side="right") - 1
    for ours, theirs in (("survival_low", interval.low), ("survival_high", interval.high)):
        bound = theirs.probabilities[place]
        is_known = (place >= 0) & np.isfinite(bound)
        np.testing.assert_allclose(found[ours][is_known], bound[is_known], atol=1e-9)


@given(seed=st.integers(0, 99), days=st.integers(-3000, 3000), factor=st.sampled_from([0.01, 3.0, 1000.0]))
def test_neither_money_nor_the_calendar_matters(seed, days, factor, make_orders):
    plain = propose_limits(spells_of(*random_shop(make_orders, 60, 30, 600, seed)))
    other = propose_limits(spells_of(*random_shop(make_orders, 60, 30, 600, seed, scale=factor, shift=days)))
    assert plain == other


def test_the_order_of_rows_does_not_matter(make_orders):
    tables, as_of = random_shop(make_orders, 60, 30, 600, seed=1)
    backwards = Tables(tables.orders.take(list(range(len(tables.orders)))[::-1]))
    assert propose_limits(spells_of(tables, as_of)) == propose_limits(spells_of(backwards, as_of))


@pytest.mark.parametrize("mean_gap", [20, 60])
def test_limits_of_gaps_at_random_are_the_closed_form(make_orders, mean_gap):
    found = propose_limits(spells_of(*random_shop(make_orders, 800, mean_gap, 1500, seed=7)))
    assert found.lost is not None
    for limit, share in ((found.at_risk, 0.80), (found.lost, 0.95)):
        exact = -mean_gap * np.log(1 - share)
        assert limit.low - 1 <= exact <= limit.high + 1
        assert limit.days == pytest.approx(exact, rel=0.05)
        assert limit.high - limit.low < 0.2 * exact
    assert found.eventual_share == pytest.approx(1.0, abs=0.01)
    assert found.reason == ""


def test_those_who_buy_once_hardly_move_the_limits(make_orders):
    none, most = (
        propose_limits(spells_of(*random_shop(make_orders, 1500, 30, 900, seed=3, buys_once=share)))
        for share in (0.0, 0.7)
    )
    assert most.n_censored == none.n_censored == 1500
    assert none.lost is not None
    assert most.lost is not None
    assert most.at_risk.days == pytest.approx(none.at_risk.days, rel=0.06)
    assert most.lost.days == pytest.approx(none.lost.days, rel=0.06)
    assert most.eventual_share < none.eventual_share - 0.02


def test_too_few_gaps_are_refused_with_their_number(make_orders):
    with pytest.raises(TooThinError, match=r"Too few orders follow one another to propose limits") as told:
        propose_limits(spells_of(Tables(make_orders(SHOP)), START + 40))
    assert told.value.found == "3 gaps of 2 customers who came back"
    assert told.value.allowed == "at least 100 gaps of at least 30 customers"
    assert told.value.next_step


def test_a_few_very_busy_customers_are_not_enough(make_orders):
    busy = [(f"b{i}", START + i + 3 * step, 1.0) for i in range(10) for step in range(30)]
    with pytest.raises(TooThinError, match=r"Too few orders") as told:
        propose_limits(spells_of(Tables(make_orders(busy)), START + 120))
    assert told.value.found == "290 gaps of 10 customers who came back"


def test_a_short_history_proposes_at_risk_only_and_a_shorter_one_nothing(make_orders):
    short = propose_limits(spells_of(*random_shop(make_orders, 3000, 100, 290, seed=5)))
    assert short.lost is None
    assert short.reason.startswith(
        "The history is too short to propose when customers are lost: 95 % of returns come within"
    )
    with pytest.raises(TooThinError, match=r"The history is too short to propose limits") as told:
        propose_limits(spells_of(*random_shop(make_orders, 3000, 100, 100, seed=5)))
    assert "80 % of returns come within" in told.value.found
    assert told.value.next_step


def proposal(at_risk, lost):
    days = [None if n is None else ProposedLimit(n, n, n, 0.8) for n in (at_risk, lost)]
    return Proposal(days[0], days[1], "", 500, 100, 0.7)


@pytest.mark.parametrize("framework", shipped_frameworks(), ids=lambda framework: framework.id)
@pytest.mark.parametrize(
    ("at_risk", "lost", "limits"),
    [
        (135, 324, {"at_risk_days": 135, "lost_days": 324}),
        (3, 5, {"at_risk_days": 7, "lost_days": 14}),
        (30, 30, {"at_risk_days": 30, "lost_days": 31}),
        (1825, 4000, {"at_risk_days": 1460, "lost_days": 1825}),
        (103, None, {"at_risk_days": 103}),
        (400, None, {}),
    ],
)
def test_a_proposal_goes_into_every_framework_inside_its_ranges(framework, at_risk, lost, limits):
    assert limits_for(framework, proposal(at_risk, lost)) == limits
    assert check_framework(framework.with_limits(limits), FEATURES) == []


def test_a_framework_without_these_limits_is_left_alone():
    framework = load_framework("race").model_copy(update={"limits": {}})
    assert limits_for(framework, proposal(30, 90)) == {}


# facts counted independently, by a plain product over the days

FACTS = {
    "CDNOW_sample.txt": (4_339, 2_357, 0.693, 135, 324),
    "CDNOW_master.txt": (44_021, 23_570, 0.698, 136, 319),
    "clvtools_apparel_transactions.csv": (2_583, 600, 0.845, 288, 662),
    "grocery_elog_no_amount.csv": (8_958, 1_525, 0.879, 53, 142),
}


@pytest.mark.skipif(not DATA.is_dir(), reason="the public data sets are not beside the project")
@pytest.mark.parametrize("name", FACTS)
def test_limits_of_public_data(name):
    orders = import_table([DATA / name]).table
    found = propose_limits(spells_of(Tables(orders), int(pd.Series(orders[c.DAY].to_numpy()).max())))
    assert found.lost is not None
    assert (found.n_gaps, found.n_censored) == FACTS[name][:2]
    assert found.eventual_share == pytest.approx(FACTS[name][2], abs=0.0005)
    assert (found.at_risk.days, found.lost.days) == FACTS[name][3:]
    for limit in (found.at_risk, found.lost):
        assert limit.low < limit.days < limit.high
