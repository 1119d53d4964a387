"""Scores: near the truth of simulated customers, ordered intervals, and refusals that say why."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy.special import expit

from clm_core.engine import open_engine
from clm_core.errors import PeriodError, TooThinError
from clm_core.features import load_frames
from clm_core.models import ChurnClassifier, build_dataset, plan_cutoffs, score_customers
from clm_core.models.backtest import is_clearly_worse
from clm_core.models.buying import with_buying
from clm_core.models.evaluate import auc, normalised_gini
from clm_core.models.hybrid import HybridChurn
from clm_core.models.inputs import inputs_of, with_inputs
from clm_core.models.limits import check_leaks, compare
from clm_core.models.tasks import tasks_for
from clm_core.models.windows import read_rows
from clm_core.tables import Tables

COLUMNS = [
    s + end
    for s in ("churn_prob", "expected_orders", "expected_spend")
    for end in ("", "_low", "_high", "_low_95", "_high_95")
]


def frames_of(customers, days, amounts, engine="duckdb", events=None):
    n = len(days)
    amounts = np.asarray(amounts, dtype=float)
    orders = pa.table(
        {
            "order_id": pa.array([str(k) for k in range(n)], pa.string()),
            "customer_id": pa.array([str(k) for k in customers], pa.string()),
            "ordered_at": pa.array(np.array(days, "datetime64[D]").astype("datetime64[us]"), pa.timestamp("us")),
            "day": pa.array(days, pa.int32()),
            "amount": pa.array(amounts, pa.float64(), from_pandas=True),
            "is_purchase": pa.array(~(amounts < 0), pa.bool_()),
            "n_lines": pa.array(np.ones(n), pa.int32()),
        }
    )
    return load_frames(Tables(orders=orders, events=events), open_engine(engine))


def simulate(n, seed, last_day=720):
    """Customers who order at a pace of their own until they stop for good (Pareto/NBD): orders, and each one's secrets."""
    rng = np.random.default_rng(seed)
    first = rng.integers(0, last_day - 150, n)
    pace, hazard = rng.gamma(1.2, 1 / 40, n), rng.gamma(1.0, 1 / 250, n)
    ends = first + rng.exponential(1 / hazard)
    value = rng.lognormal(3, 0.6, n)
    rows = []
    for k in range(n):
        n_later = rng.poisson(pace[k] * max(0.0, min(ends[k], last_day) - first[k]))
        later = np.floor(rng.uniform(first[k], min(ends[k], last_day), n_later)).astype(int)
        rows += [(k, day, value[k] * rng.lognormal(0, 0.3)) for day in (first[k], *later)]
    customers, days, amounts = zip(*rows, strict=True)
    return (customers, days, amounts), pd.DataFrame({"pace": pace, "hazard": hazard}, index=[str(k) for k in range(n)])


def oracle(secrets, rows, horizon):
    """P(no order in the horizon) for someone who knows each pace and hazard (Schmittlein et al. 1987, one customer)."""
    told = secrets.loc[rows["customer_id"]]
    lam, mu = told["pace"].to_numpy(), told["hazard"].to_numpy()
    alive = 1 / (1 + mu / (lam + mu) * np.expm1((lam + mu) * rows["days_since_last_order"].to_numpy()))
    silent = mu / (lam + mu) + lam / (lam + mu) * np.exp(-(lam + mu) * horizon)
    return 1 - alive * (1 - silent)


@pytest.fixture(scope="module")
def shop():
    orders, secrets = simulate(2000, seed=11)
    frames = frames_of(*orders)
    return frames, secrets, score_customers(frames, frames.last_day, 60)


def test_churn_is_near_the_oracle_and_better_than_the_baseline(shop):
    frames, secrets, scores = shop
    plan = plan_cutoffs(frames.first_day, frames.last_day, 60)
    rows = build_dataset(frames, [plan.test], 60)
    best = auc(rows["has_no_order"], oracle(secrets, rows, 60))
    churn = scores.cards[0]
    assert churn.verdict == "shown"
    assert best - 0.05 < churn.metrics["auc"] < best + 0.01
    assert churn.metrics["auc"] > churn.baseline_metrics["auc"] + 0.01
    assert churn.metrics["brier"] < churn.baseline_metrics["brier"]


def test_churn_is_calibrated(shop):
    frames, secrets, scores = shop
    assert scores.cards[0].metrics["bias"] == pytest.approx(0.0, abs=0.05)
    now = build_dataset(frames, [frames.last_day], 0)
    truth = oracle(secrets, now, 60)
    assert scores.table["churn_prob"].mean() == pytest.approx(truth.mean(), abs=0.03)
    assert np.corrcoef(scores.table["churn_prob"], truth)[0, 1] > 0.8


def test_orders_and_spend_beat_their_baselines_at_the_right_level(shop):
    for card in shop[2].cards[1:]:
        assert card.verdict == "shown"
        assert card.metrics["gini"] > card.baseline_metrics["gini"]
        assert abs(card.metrics["bias"]) < 0.2
        assert 0.78 <= card.metrics["interval_coverage"] <= 0.99


def test_every_known_customer_has_ordered_intervals(shop):
    scores = shop[2]
    table = scores.table
    assert table["customer_id"].is_unique and len(table) == 2000
    assert table.columns.tolist() == ["customer_id", *COLUMNS]
    assert np.isfinite(table[COLUMNS].to_numpy()).all()
    for name in ("churn_prob", "expected_orders", "expected_spend"):
        assert (table[name + "_low"] >= 0).all()
        assert (table[name + "_low"] <= table[name]).all() and (table[name] <= table[name + "_high"]).all()
    assert (table["churn_prob_high"] <= 1).all()


def test_cards_say_what_was_done(shop):
    scores = shop[2]
    for card in scores.cards:
        assert card.train_window[0] < card.train_window[1] <= card.test_window[0] < card.test_window[1]
        assert card.horizon_days == 60 and card.n_train > card.n_test > 0
        assert card.method and card.baseline and card.features
        assert "80 %" in card.interval and "on the test window it held for" in card.interval
        assert "baseline" in card.reason
    assert [card.model for card in scores.cards] == ["churn", "orders", "spend"]
    assert scores.test["has_no_order"].mean() == pytest.approx(scores.cards[0].metrics["observed_rate"])
    assert normalised_gini(scores.test["next_spend"], scores.test["expected_spend"]) == pytest.approx(
        scores.cards[2].metrics["gini"]
    )
    assert set(scores.importance["model"]) == {"churn", "orders", "spend"}


def test_the_same_orders_give_the_same_scores_on_either_engine():
    orders, _ = simulate(300, seed=3)
    one, two = (score_customers(frames_of(*orders, engine=engine), 700, 90) for engine in ("duckdb", "pandas"))
    pd.testing.assert_frame_equal(one.table, two.table)
    assert one.cards == two.cards


def test_nothing_after_the_day_is_read():
    (customers, days, amounts), _ = simulate(300, seed=4)
    kept = [k for k, day in enumerate(days) if day <= 600]
    cut = [[column[k] for k in kept] for column in (customers, days, amounts)]
    for column, value in zip(cut, ("stranger", 719, 1.0), strict=True):
        column.append(value)
    whole, past = (score_customers(frames_of(*rows), 600, 60) for rows in ((customers, days, amounts), cut))
    pd.testing.assert_frame_equal(whole.table, past.table)
    assert whole.cards == past.cards


def test_permuted_labels_teach_nothing():
    orders, _ = simulate(1000, seed=6)
    frames = frames_of(*orders)
    plan = plan_cutoffs(frames.first_day, frames.last_day, 60)
    rows, _ = with_buying(with_inputs(build_dataset(frames, (*plan.train, plan.test), 60)), 60)
    train, test = rows[rows["as_of_day"] < plan.test], rows[rows["as_of_day"] == plan.test]
    areas = []
    for seed in range(6):
        # one permutation of customers, so that a customer's rows stay together and chance has its true size
        names = train["customer_id"].unique()
        shuffled = dict(zip(names, np.random.default_rng(seed).permutation(names), strict=True))
        fate = train.groupby("customer_id")["has_no_order"].first()
        mixed = train.assign(has_no_order=train["customer_id"].map(shuffled).map(fate))
        areas.append(
            auc(
                test["has_no_order"],
                ChurnClassifier().fit(inputs_of(mixed), mixed["has_no_order"]).predict_proba(inputs_of(test))[:, 1],
            )
        )
    honest = auc(test["has_no_order"], HybridChurn().fit(train).predict(test))
    assert honest > 0.75
    assert np.mean(areas) == pytest.approx(0.5, abs=0.12)


def test_a_feature_that_is_the_label_is_refused_by_name():
    rng = np.random.default_rng(0)
    label = pd.Series(rng.random(400) < 0.4)
    inputs = pd.DataFrame({"n_order_days": rng.random(400), "gap_ratio": label * 5.0 + rng.random(400)})
    with pytest.raises(TooThinError, match="own gap between orders' alone tells who orders again") as refusal:
        check_leaks(inputs, label)
    assert refusal.value.where == "feature 'gap_ratio'"
    check_leaks(inputs[["n_order_days"]], label)
    check_leaks(inputs.iloc[:60], label.iloc[:60])  # too few to call it a leak


def test_a_model_worse_than_its_baseline_is_refused_with_both_figures():
    shown, reason = compare("auc", 0.70, 0.72)
    assert not shown and "0.700, baseline 0.720" in reason
    assert compare("auc", 0.712, 0.72)[0]
    assert not compare("gini", float("nan"), 0.1)[0]
    assert "hardly tells customers apart" in compare("auc", 0.52, 0.51)[1]
    assert compare("gini", -0.03, -0.04) == (
        False,
        "The model ranks customers no better than chance: normalised Gini -0.030, baseline -0.040, on the test window.",
    )


def assert_refused(scores, reason, n_known, models=("churn", "orders", "spend")):
    for card in scores.cards:
        if card.model in models:
            assert card.verdict == "refused" and reason in card.reason
    assert len(scores.table) == n_known
    assert scores.table[[c for c in COLUMNS if any(c.startswith(name) for name in SCORED[models])]].isna().all().all()


SCORED = {
    ("churn", "orders", "spend"): ("churn_prob", "expected_orders", "expected_spend"),
    ("spend",): ("expected_spend",),
}


def test_thirty_four_days_are_too_short():
    rng = np.random.default_rng(0)
    frames = frames_of(rng.integers(0, 300, 1000), [0, 34, *rng.integers(0, 35, 998)], np.ones(1000))
    scores = score_customers(frames, 34, 90)
    assert_refused(scores, "found: 34 days of history", len(scores.table))
    assert scores.test.empty and scores.importance.empty
    assert scores.test.columns.tolist()[0] == "customer_id"


def test_three_repeat_buyers_in_four_thousand_are_too_few():
    days = [*np.random.default_rng(1).integers(0, 300, 3999), 0, 398, 399, 400]
    frames = frames_of([*range(4000), 0, 1, 2], days, np.ones(4003))
    scores = score_customers(frames, 400, 60)
    assert_refused(scores, "customers who ordered again; allowed: at least 20", 4000)


def test_identical_customers_are_refused():
    days = np.tile(np.arange(0, 400, 10), 200)
    scores = score_customers(frames_of(np.repeat(np.arange(200), 40), days, np.ones(8000)), 390, 60)
    assert_refused(scores, "0 of 200 customers who did not order again", 200)


def test_one_customer_is_refused():
    scores = score_customers(frames_of([1] * 40, np.arange(0, 400, 10), np.ones(40)), 390, 60)
    assert_refused(scores, "1 customers with a purchase", 1)


def test_a_label_that_one_feature_gives_away_is_refused():
    """Half of the shop left long ago, half buys every ten days: no model is needed, and none is shown."""
    days = np.concatenate([np.tile(np.arange(0, 400, 10), 100), np.repeat([0], 100)])
    customers = np.concatenate([np.repeat(np.arange(100), 40), np.arange(100, 200)])
    scores = score_customers(frames_of(customers, days, np.ones(len(days))), 390, 60)
    assert_refused(scores, "alone tells who orders again", 200)


def test_without_amounts_only_spend_is_refused():
    (customers, days, _), _ = simulate(600, seed=8)
    scores = score_customers(frames_of(customers, days, np.full(len(days), np.nan)), 719, 60)
    assert_refused(scores, "The file has no amounts", 600, models=("spend",))
    assert scores.cards[0].verdict == scores.cards[1].verdict == "shown"
    assert np.isfinite(scores.table[COLUMNS[:10]].to_numpy()).all()


def test_free_orders_leave_no_spend_to_project():
    (customers, days, _), _ = simulate(600, seed=8)
    scores = score_customers(frames_of(customers, days, np.zeros(len(days))), 719, 60)
    assert_refused(scores, "the same outcome for every customer", 600, models=("spend",))


@pytest.mark.parametrize("engine", ["duckdb", "pandas"])
def test_a_large_shop_teaches_with_every_kth_customer_and_all_their_rows(engine):
    orders, _ = simulate(300, seed=2)
    frames = frames_of(*orders, engine=engine)
    plan = plan_cutoffs(frames.first_day, frames.last_day, 60)
    whole, thinned = read_rows(frames, plan), read_rows(frames, plan, most=900)
    learned = thinned.labelled["as_of_day"].isin([*plan.train, *plan.final])
    assert whole.teaches.all() and 600 < (thinned.teaches & learned).sum() <= 900
    teachers = whole.known["customer_id"].iloc[::3]
    is_left = whole.labelled["customer_id"].isin(teachers) | (whole.labelled["as_of_day"] == plan.test)
    pd.testing.assert_frame_equal(whole.labelled[is_left].reset_index(drop=True), thinned.labelled)
    pd.testing.assert_frame_equal(whole.known, thinned.known)


@pytest.mark.parametrize(("noise", "is_worse"), [(0.5, False), (1.0, False), (3.0, True)])
def test_a_candidate_is_given_up_only_where_it_is_clearly_worse_than_the_simpler_one(noise, is_worse):
    rng = np.random.default_rng(0)
    odds = rng.normal(size=2000)
    happened = pd.Series(rng.random(2000) < expit(odds))
    simpler, other = (expit(odds + size * rng.normal(size=2000)) for size in (1.0, noise))
    assert is_clearly_worse(tasks_for(60)[0], happened, other, simpler) is is_worse


def test_a_day_outside_the_data_is_named():
    with pytest.raises(PeriodError, match="outside the data"):
        score_customers(frames_of([1], [5], [1.0]), 6, 30)


def with_leads(n_early):
    """600 buyers; ``n_early`` people who signed up at the start, of whom every fourth orders at last, and one who just did."""
    (customers, days, amounts), _ = simulate(600, seed=8)
    leads = [*(f"lead{k}" for k in range(n_early)), "new"]
    turned = leads[:n_early:4] if n_early else []
    events = pa.table(
        {
            "customer_id": pa.array(leads, pa.string()),
            "occurred_at": pa.array([0] * len(leads), pa.timestamp("us")),
            "day": pa.array([5] * n_early + [718], pa.int32()),
            "kind": pa.array(["sign_up"] * len(leads), pa.string()),
        }
    )
    later = [640] * len(turned)
    return frames_of([*customers, *turned], [*days, *later], [*amounts, *[20.0] * len(turned)], events=events)


def test_people_without_a_purchase_get_the_rate_of_people_like_them():
    scores = score_customers(with_leads(80), 719, 90)
    lead = scores.table.set_index("customer_id").loc["new"]
    # 20 of 80 order on day 640, inside the windows of the cut-offs 569, 599 and 629 of 479, 509, 539, 569, 599, 629
    assert lead["churn_prob"] == pytest.approx(1 - 3 / 6 * 20 / 80)
    assert lead["expected_orders"] == pytest.approx(3 / 6 * 20 / 80)
    assert lead["expected_spend"] == pytest.approx(20 * 3 / 6 * 20 / 80)
    assert lead["churn_prob_low"] < lead["churn_prob"] < lead["churn_prob_high"]
    assert "average of 80 people like them" in scores.cards[0].reason


def test_people_like_nobody_before_have_no_score_and_the_card_says_so():
    scores = score_customers(with_leads(0), 719, 90)
    assert scores.table.set_index("customer_id").loc["new", COLUMNS].isna().all()
    assert scores.table["churn_prob"].isna().sum() == 1
    assert "have no score" in scores.cards[0].reason


@pytest.mark.parametrize("seed", range(3))
def test_small_and_odd_shops_give_ordered_scores_or_reasons(seed):
    rng = np.random.default_rng(seed)
    n = 3000
    customers = rng.integers(0, 400, n)
    amounts = np.where(rng.random(n) < 0.2, -1, 1) * rng.pareto(0.8, n) * 10  # refunds, and one whale carries the total
    days = np.floor(500 * expit(rng.normal(0, 1.5, n) + (customers % 7 - 3))).astype(int)
    frames = frames_of(customers, days, amounts)
    scores = score_customers(frames, frames.last_day, 45 + 30 * seed)
    for card, name in zip(scores.cards, ("churn_prob", "expected_orders", "expected_spend"), strict=True):
        low, mid, high = (scores.table[name + end].dropna() for end in ("_low", "", "_high"))
        assert (len(mid) > 0) == (card.verdict == "shown")
        assert (low >= 0).all() and (low <= mid).all() and (mid <= high).all() and np.isfinite(high).all()
        assert card.reason
