"""Churn and value summed up, on frames small enough to work out by hand."""

import math

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy.special import expit

from clm_core import outlook
from clm_core.engine import collect, open_engine
from clm_core.errors import PeriodError
from clm_core.features import build_features, load_frames
from clm_core.frameworks import load_framework
from clm_core.models import ModelCard, Scores, discounted
from clm_core.models.btyd import BetaGeoNBD
from clm_core.models.buying import BuyingChurn
from clm_core.models.cards import SCORE_COLUMNS, TEST_COLUMNS
from clm_core.models.discount import discount_factor
from clm_core.outlook.next_order import days_until
from clm_core.tables import Tables

FRAMEWORK = load_framework("sterne_cutler")
PEOPLE = pd.DataFrame(
    {
        "customer_id": ["a", "b", "c", "d"],
        "stage": ["loyal", "convert", "lost", "reach"],
        "persona": ["Ada", "Bea", "Ada", "Bea"],
        "n_orders": [4, 1, 2, 0],
        "n_orders_365d": [3, 1, 0, 0],
        "spend_total": [100.0, 60.0, 40.0, 0.0],
        "spend_365d": [80.0, 60.0, -5.0, 0.0],
        "days_since_last_order": [5.0, 30.0, 400.0, np.nan],
        "churn_prob": [0.25, 0.5, 1.0, np.nan],
        "churn_prob_low": [0.2, 0.4, 0.9, np.nan],
        "churn_prob_high": [0.3, 0.6, 1.0, np.nan],
        "expected_orders": [2.0, 1.0, 0.0, 0.1],
        "expected_spend": [50.0, 30.0, 0.0, 5.0],
        "expected_spend_low": [20.0, 0.0, 0.0, 0.0],
        "expected_spend_high": [90.0, 70.0, 1.0, 9.0],
    }
)


@pytest.mark.parametrize(
    ("who", "ids"),
    [("bought", ["a", "b", "c"]), ("path", ["a", "b"]), ("repeat", ["a", "c"]), ("year", ["a", "b"])],
)
def test_nobody_without_a_purchase_is_at_stake(who, ids):
    assert outlook.at_stake(PEOPLE, FRAMEWORK, who)["customer_id"].tolist() == ids


def test_stake_is_probability_times_a_years_spend_and_money_owed_counts_as_none():
    staked = outlook.with_stake(PEOPLE)
    table = outlook.stake_by(staked, "persona", ["Bea", "Ada", "Cem"])
    assert table["persona"].tolist() == ["Bea", "Ada", "Cem"]
    assert table["n_customers"].tolist() == [1, 2, 0]
    assert table["n_likely"].tolist() == [0, 1, 0]  # .5 is not above .5
    assert table["worth"].tolist() == [60, 80, 0]
    assert table["value_at_stake"].tolist() == [30, 20, 0]
    assert outlook.worth_keeping(staked, FRAMEWORK)["customer_id"].tolist() == ["b", "a"]
    without = outlook.with_stake(PEOPLE.assign(spend_365d=np.nan))
    assert without["worth"].tolist() == [3, 1, 0] and without["value_at_stake"].tolist() == [0.75, 0.5, 0]


def test_value_by_group_and_in_total():
    table = outlook.value_by(PEOPLE, "stage", FRAMEWORK.stage_ids)
    assert table["stage"].tolist() == list(FRAMEWORK.stage_ids)
    told = table.set_index("stage")
    assert told.loc["loyal"].tolist() == [1, 100, 50] and told.loc["at_risk"].tolist() == [0, 0, 0]
    assert outlook.expected_totals(PEOPLE).spend == 85 and outlook.spend_so_far(PEOPLE) == 200
    assert math.isnan(outlook.spend_so_far(PEOPLE.assign(spend_total=np.nan)))
    assert outlook.most_valuable(PEOPLE)["customer_id"].tolist() == ["a", "b", "d", "c"]


def test_half_of_the_spend_comes_from_one_in_three_customers():
    curve = outlook.concentration(PEOPLE)
    so_far = curve[curve["kind"] == "so far"].set_index("share_customers")["share_spend"]
    assert so_far[0.0] == 0 and so_far[1.0] == 1
    assert so_far[0.5] == pytest.approx((100 + 60 / 2) / 200)  # one and a half customers
    assert set(curve["kind"]) == {"so far", "expected"}
    assert set(outlook.concentration(PEOPLE.assign(expected_spend=np.nan))["kind"]) == {"so far"}
    assert outlook.concentration(PEOPLE.assign(spend_total=0.0, expected_spend=0.0)).empty
    owed = pd.DataFrame({"n_orders": [1, 1], "spend_total": [30.0, -10.0], "expected_spend": [np.nan] * 2})
    assert outlook.concentration(owed)["share_spend"].max() == pytest.approx(1.5)


def test_leavers_found_among_the_most_at_risk():
    test = pd.DataFrame({"churn_prob": [0.9, 0.8, 0.2, 0.1, np.nan], "has_no_order": [True, False, True, False, True]})
    assert outlook.most_at_risk_found(test, 1) == (1, 1) and outlook.most_at_risk_found(test) == (4, 2)
    assert outlook.leaving_rate(test) == 0.5
    found = outlook.gains(test, 2).query("model == 'By churn score'")
    assert found["share_found"].tolist() == [0, 0.5, 1]
    table = outlook.tenths(test, "churn_prob", "has_no_order")
    assert table["predicted"].tolist() == [0.1, 0.2, 0.8, 0.9] and table["actual"].tolist() == [0, 1, 0, 1]
    assert outlook.tenths(test.assign(churn_prob=np.nan), "churn_prob", "has_no_order").empty
    verdict = outlook.judge(test, "churn_prob", "has_no_order")
    assert (verdict.n_customers, verdict.said, verdict.happened, verdict.ranking) == (4, 2.0, 2.0, 0.75)
    assert outlook.judge(test.assign(churn_prob=np.nan), "churn_prob", "has_no_order").n_customers == 0


def test_money_a_year_ahead_is_worth_less():
    assert discount_factor(0.0, 365) == 1
    assert discount_factor(0.1, 365) == pytest.approx((1 - 1 / 1.1) / math.log(1.1))
    table = pd.DataFrame([["a", *[1.0] * 15]], columns=list(SCORE_COLUMNS))
    totals = pd.DataFrame(
        {"model": ["orders", "spend"], "expected": [2.0, 3.0], "n_windows": [4, 4], "drift": [0.1, 0.1]}
    )
    cards = tuple(ModelCard(model, "", 365) for model in ("churn", "orders", "spend"))
    made = Scores(table, cards, pd.DataFrame(columns=list(TEST_COLUMNS)), pd.DataFrame(), totals)
    less, factor = discounted(made, 0.1), discount_factor(0.1, 365)
    assert less.table["expected_spend_high"].tolist() == [factor] and less.table["expected_orders"].tolist() == [1]
    assert less.totals["expected"].tolist() == [2, 3 * factor] and less.totals["drift"].tolist() == [0.1, 0.1]
    assert [card.discount_rate for card in less.cards] == [0, 0, 0.1]
    assert made.table["expected_spend"].tolist() == [1]
    with pytest.raises(PeriodError, match="discount rate"):
        discounted(made, 1.0)


def test_a_day_back_needs_a_horizon_after_it_and_history_before_it(make_orders, engine):
    frames = load_frames(Tables(make_orders([("a", 0, 10.0), ("b", 300, 10.0), ("a", 400, 5.0)])), engine)
    assert outlook.day_back(frames, 400, 90, 3) == 309
    with pytest.raises(PeriodError, match="was not over 3 months later"):
        outlook.day_back(frames, 400, 120, 3)
    with pytest.raises(PeriodError, match="too short to score anybody") as refused:
        outlook.day_back(frames, 400, 90, 12)
    assert refused.value.found == "35 days of history by then"
    listed = pd.DataFrame({"customer_id": ["a", "b"], "churn_prob": [0.2, 0.7]})
    told = outlook.with_outcomes(frames, listed, 309, 91).set_index("customer_id")
    assert told["has_no_order"].to_dict() == {"a": False, "b": True}
    assert told["next_spend"].to_dict() == {"a": 5.0, "b": 0.0}


def test_the_wait_is_the_inverse_of_silence():
    model = BetaGeoNBD()
    model.r_, model.alpha_, model.a_, model.b_ = 1.5, 40.0, 0.0001, 2.0
    histories = np.array([[0.0, 0, 20], [3, 90, 100]])
    for share in (0.1, 0.5, 0.9):
        days = days_until(model, histories, share)
        silent = ((model.alpha_ + histories[:, 2]) / (model.alpha_ + histories[:, 2] + days)) ** (1.5 + histories[:, 0])
        assert 1 - silent == pytest.approx([share] * 2)


def buyers(n=600, seed=3):
    """Customers who order at a steady pace of their own and never leave: days of their orders up to day 400, and the next one."""
    rng = np.random.default_rng(seed)
    rows, following = [], {}
    for number in range(n):
        pace, at = rng.gamma(2.0, 1 / 60), float(rng.integers(0, 250))
        while at <= 400:
            rows.append((f"c{number}", int(at), 10.0))
            at += rng.exponential(1 / pace)
        following[f"c{number}"] = math.ceil(at) - 400
    return rows, following


def listed_on(make_orders, rows, day):
    """The customers of these orders with their features on a day, which somebody else's order makes a day of the data."""
    frames = load_frames(Tables(make_orders([*rows, ("z", day, 1.0)])), open_engine("duckdb"))
    listed = collect(build_features(frames, day)).sort_values("customer_id", ignore_index=True)
    return listed[listed["customer_id"] != "z"]


def test_eight_in_ten_next_orders_fall_inside_their_interval(make_orders):
    rows, following = buyers()
    listed = listed_on(make_orders, rows, 400)
    told = outlook.next_orders(listed, 400).set_index("customer_id")
    at = pd.Timestamp("1970-01-01") + pd.to_timedelta(400 + pd.Series(following), unit="D")
    at = at.reindex(told.index)
    # an end that is missing lies more than two years ahead
    inside = (told["next_at_low"] <= at) & ((told["next_at_high"] >= at) | told["next_at_high"].isna())
    assert inside.mean() == pytest.approx(0.8, abs=0.06)
    assert (told["next_at"] >= at).mean() == pytest.approx(0.5, abs=0.08)
    regular = told[told["usual_gap_days"].notna()]
    one = listed.set_index("customer_id").loc[regular.index[0]]
    due = 400 - one["days_since_last_order"] + one["mean_gap_days"]
    assert regular["due_at"].iloc[0] == pd.Timestamp("1970-01-01") + pd.Timedelta(days=math.ceil(due - 400) + 400)
    assert told.loc[listed.set_index("customer_id")["n_order_days"] < 3, "usual_gap_days"].isna().all()


def test_without_enough_orders_a_rhythm_of_ones_own_is_all_there_is(make_orders):
    listed = listed_on(make_orders, [("a", day, 1.0) for day in (0, 10, 20)], 25)
    told = outlook.next_orders(listed, 25).iloc[0]
    assert told["usual_gap_days"] == 10 and told["due_at"] == pd.Timestamp("1970-01-31")


def test_the_simple_formula_is_the_textbooks():
    assert outlook.SimpleValue(50, 12, 8).value == 4800
    assert outlook.SimpleValue(50, 12, 8).within(365) == 600
    assert outlook.SimpleValue(50, 12, 0.5).within(730) == 300  # nobody buys after leaving


def test_the_formula_is_filled_with_the_files_own_figures(make_orders, engine):
    rows = [("a", 0, 10.0), ("b", 40, 10.0), ("a", 60, 30.0), ("c", 70, 20.0), ("a", 99, 10.0), ("c", 99, -5.0, False)]
    own = outlook.own_figures(load_frames(Tables(make_orders(rows)), engine), 99)
    assert own == outlook.OwnFigures(50, 55.0, 3, 2, 2, 1)
    assert own.formula.average_order == pytest.approx(55 / 3)
    assert own.formula.orders_a_year == pytest.approx(3 / 2 * 365 / 50)
    assert own.formula.years == pytest.approx(50 / 365 / 0.5)
    assert outlook.OwnFigures(365, 100.0, 2, 1, 1, 1).formula.years == 2  # nobody left: as long as was looked at
    assert outlook.OwnFigures(10, 0.0, 0, 0, 0, 0).formula.value == 0


def test_cost_of_a_customer_against_what_one_brings():
    assert outlook.cost_per_customer(100_000, 5_000) == 20
    assert math.isnan(outlook.cost_per_customer(100.0, 0))
    assert outlook.Bargain(150, 100).is_loss and outlook.Bargain(150, 100).ratio == pytest.approx(2 / 3)
    assert outlook.Bargain(30, 100, 0.4).ratio == pytest.approx(4 / 3) and not outlook.Bargain(30, 100, 0.4).is_loss
    assert math.isnan(outlook.Bargain(0, 100).ratio)


def test_payback_counts_only_who_was_seen_that_long(make_orders, engine):
    early = [(f"e{k}", 0, 10.0) for k in range(30)] + [(f"e{k}", 45, 10.0) for k in range(15)]
    late = [(f"l{k}", 60, 40.0) for k in range(10)]
    frames = load_frames(Tables(make_orders([*early, *late, ("e0", 95, 1000.0)])), engine)
    curve = outlook.payback_curve(frames, 95)
    assert curve["month"].tolist() == [1, 2, 3] and curve["n_customers"].tolist() == [40, 30, 30]
    assert curve["spend"].tolist() == pytest.approx([(300 + 400) / 40, 17.5 + 150 / 30, 22.5])
    assert outlook.payback_month(curve, outlook.Bargain(17, 99)) == 1
    assert outlook.payback_month(curve, outlook.Bargain(17, 99, 0.5)) is None
    assert outlook.n_won(frames, 1, 95) == 10 and outlook.n_won(frames, 0, 59) == 30


def test_cost_is_that_of_periods_that_begin_on_the_days(make_orders):
    spend = pd.DataFrame({"day": [0, 30, 60], "cost": [5.0, 7.0, 11.0]})
    tables = Tables(make_orders([("a", 0, 1.0)]), spend=pa.Table.from_pandas(spend))
    assert outlook.spent_on_winning(tables, 30, 60) == 18
    assert outlook.spent_on_winning(tables, 90, 99) is None
    assert outlook.spent_on_winning(Tables(make_orders([("a", 0, 1.0)])), 0, 99) is None


@pytest.fixture(scope="module")
def scored(make_orders):
    """Customers whose log odds of leaving are a line of the logarithm of their silence, and of nothing else."""
    listed = listed_on(make_orders, buyers(200)[0], 400)
    silence = np.log1p(listed["days_since_last_order"].to_numpy(dtype=float))
    return listed.assign(churn_prob=expit(1.5 * (silence - silence.mean())))


def test_reasons_of_a_line_are_the_line(scored):
    listed = scored
    reasons = outlook.learn_reasons(listed, "churn_prob", ModelCard("churn", "", 90, method="a line"))
    assert reasons.explained == pytest.approx(1, abs=0.001) and reasons.average == pytest.approx(0.5, abs=0.001)
    one = listed.nlargest(1, "churn_prob")
    told = outlook.explain(reasons, one)
    assert told["subject"].iloc[0] == "Silence"
    assert told["effect"].iloc[0] == pytest.approx(one["churn_prob"].iloc[0] - 0.5, abs=0.02)
    assert told["effect"].iloc[1:].abs().max() < 0.02
    days, average = (
        int(one["days_since_last_order"].iloc[0]),
        np.expm1(np.log1p(listed["days_since_last_order"]).mean()),
    )
    assert told["because"].iloc[0] == f"{days} days since the last order (average customer: {average:.0f})"


def test_where_the_exact_answer_speaks_alone_it_has_three_reasons_at_most(scored):
    listed = scored
    card = ModelCard("churn", "", 90, method=BuyingChurn.method)
    assert outlook.speaks_alone(card) and not outlook.speaks_alone(ModelCard("churn", "", 90, method="a line"))
    reasons = outlook.learn_reasons(listed, "churn_prob", card)
    assert set(reasons.inputs) == {"n_order_days", "days_since_last_order", "days_since_first_order"}
    told = outlook.explain(reasons, listed.head(1))
    assert set(told["subject"]) == {"Silence", "Orders", "Time as a customer", "Everything else together"}


def test_what_the_line_does_not_follow_is_told(scored):
    listed = scored
    odd = listed.assign(churn_prob=[0.999, *listed["churn_prob"].iloc[1:]])
    reasons = outlook.learn_reasons(odd, "churn_prob", ModelCard("churn", "", 90, method="a line"))
    told = outlook.explain(reasons, odd.head(1)).set_index("subject")["effect"]
    assert told["Everything else together"] > 0.1


def test_money_moves_by_factors(scored):
    listed = scored.assign(expected_spend=lambda f: 10.0 * (1 + f["days_since_last_order"].astype(float)) ** -0.5)
    reasons = outlook.learn_reasons(listed, "expected_spend", ModelCard("spend", "", 90, method="a line"))
    one = listed.nlargest(1, "days_since_last_order")
    told = outlook.explain(reasons, one, "GBP").set_index("subject")
    assert told.loc["Silence", "effect"] == pytest.approx(one["expected_spend"].iloc[0] / reasons.average, rel=0.02)
    assert "£" in told.loc["Money", "because"]
