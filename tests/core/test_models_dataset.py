"""Features end at the cut-off, labels begin the day after."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from clm_core.engine import open_engine
from clm_core.errors import PeriodError, TooThinError
from clm_core.features import load_frames
from clm_core.models import build_dataset, plan_cutoffs
from clm_core.models.dataset import feature_names
from clm_core.models.inputs import model_inputs, with_inputs
from clm_core.tables import Tables

LABELS = ["next_order_days", "next_spend", "has_no_order"]


def orders_of(rows):
    """Rows of (customer, day, amount); a negative amount is a credit note."""
    n = len(rows)
    customers, days, amounts = zip(*rows, strict=True)
    return pa.table(
        {
            "order_id": pa.array([str(k) for k in range(n)], pa.string()),
            "customer_id": pa.array(customers, pa.string()),
            "ordered_at": pa.array(np.array(days, "datetime64[D]").astype("datetime64[us]"), pa.timestamp("us")),
            "day": pa.array(days, pa.int32()),
            "amount": pa.array(amounts, pa.float64()),
            "is_purchase": pa.array([amount is None or amount >= 0 for amount in amounts], pa.bool_()),
            "n_lines": pa.array([1] * n, pa.int32()),
        }
    )


def frames_of(rows, engine="duckdb"):
    return load_frames(Tables(orders=orders_of(rows)), open_engine(engine))


LITERAL = [
    ("a", 100, 10.0),
    ("a", 110, 20.0),  # on the cut-off: a feature, not a label
    ("a", 111, 5.0),
    ("a", 111, 5.0),  # the same day counts once
    ("a", 120, 7.0),  # last day of the window
    ("a", 121, 99.0),  # the day after it
    ("b", 105, 8.0),
    ("b", 115, -3.0),  # a credit note is money, not an order
    ("c", 112, 40.0),  # not known at the cut-off
    ("d", 103, 1.0),
]


@pytest.mark.parametrize("engine", ["duckdb", "pandas"])
def test_labels_count_what_happened_after_the_cutoff_up_to_the_horizon(engine):
    told = build_dataset(frames_of(LITERAL, engine), [110], 10)
    expected = pd.DataFrame(
        {
            "customer_id": ["a", "b", "d"],
            "next_order_days": [2, 0, 0],
            "next_spend": [17.0, -3.0, 0.0],
            "has_no_order": [False, True, True],
            "n_orders": [2.0, 1.0, 1.0],
        }
    )
    pd.testing.assert_frame_equal(told[expected.columns.tolist()], expected, check_dtype=False)


def random_rows(seed, n=400):
    rng = np.random.default_rng(seed)
    amounts = np.where(rng.random(n) < 0.1, -1, 1) * rng.integers(1, 5000, n) / 100
    return [
        (f"c{k}", int(d), float(x))
        for k, d, x in zip(rng.integers(0, 60, n), rng.integers(0, 300, n), amounts, strict=True)
    ]


@pytest.mark.parametrize("seed", range(4))
def test_features_do_not_change_when_the_future_is_taken_away(seed):
    rows = [*random_rows(seed), ("stranger", 300, 1.0)]
    cutoff = 150 + 20 * seed
    past = [row for row in rows if row[1] <= cutoff] + [("stranger", 300, 1.0)]
    whole, cut = (build_dataset(frames_of(r), [cutoff], 60).drop(columns=LABELS) for r in (rows, past))
    pd.testing.assert_frame_equal(whole, cut)


@pytest.mark.parametrize("seed", range(3))
def test_labels_do_not_change_when_the_past_is_doubled(seed):
    rows = random_rows(seed)
    cutoff = 180
    doubled = rows + [row for row in rows if row[1] <= cutoff]
    one, two = (build_dataset(frames_of(r), [cutoff], 60)[["customer_id", *LABELS]] for r in (rows, doubled))
    pd.testing.assert_frame_equal(one, two)


def test_engines_agree_on_several_cutoffs():
    rows = random_rows(9)
    duckdb, pandas = (build_dataset(frames_of(rows, name), [90, 130, 200], 45) for name in ("duckdb", "pandas"))
    pd.testing.assert_frame_equal(duckdb, pandas)
    assert duckdb["as_of_day"].unique().tolist() == [90, 130, 200]


def test_each_cutoff_is_what_it_would_be_alone():
    frames = frames_of(random_rows(3))
    both = build_dataset(frames, [200, 120, 120], 30)
    alone = pd.concat([build_dataset(frames, [day], 30) for day in (120, 200)], ignore_index=True)
    pd.testing.assert_frame_equal(both, alone)


def test_a_window_past_the_data_is_not_labelled():
    with pytest.raises(PeriodError, match="A label window ends after the data"):
        build_dataset(frames_of(random_rows(1)), [290], 60)


def test_without_amounts_spend_is_missing_and_orders_are_not():
    told = build_dataset(frames_of([(who, day, None) for who, day, _ in LITERAL]), [110], 10)
    assert told["next_spend"].isna().all()
    assert told["next_order_days"].tolist() == [2, 1, 0]  # without amounts nothing is a credit note
    assert "spend_total" not in told


def test_traits_are_no_features_because_nobody_knows_since_when():
    tables = Tables(
        orders=orders_of(LITERAL),
        customers=pa.table(
            {
                "customer_id": pa.array(["a"], pa.string()),
                "created_at": pa.array([None], pa.timestamp("us")),
                "day": pa.array([None], pa.int32()),
                "churned": pa.array([1.0], pa.float64()),
            }
        ),
    )
    assert "churned" not in feature_names(load_frames(tables, open_engine()))


@pytest.mark.parametrize("history", [150, 240, 300, 545, 1500])
@pytest.mark.parametrize("horizon", [7, 30, 90])
def test_cutoffs_keep_their_order_in_time(history, horizon):
    plan = plan_cutoffs(1000, 1000 + history, horizon)
    assert plan.test == plan.as_of_day - horizon
    assert max(plan.train, default=0) + horizon <= plan.test
    assert (len(plan.train) > 0) == (history >= 2 * horizon + 60)
    assert max(plan.final) + horizon <= plan.as_of_day
    assert min(plan.train + plan.final) >= 1060
    assert list(plan.train) == sorted(set(plan.train)) and list(plan.final) == sorted(set(plan.final))


def test_a_short_history_is_refused_with_the_longest_horizon_it_carries():
    with pytest.raises(TooThinError, match="history is too short") as refusal:
        plan_cutoffs(0, 149, 90)
    assert refusal.value.found == "149 days of history"
    assert refusal.value.allowed.startswith("at least 150 days")
    assert "horizon of at most 89 days" in refusal.value.next_step
    with pytest.raises(TooThinError) as refusal:
        plan_cutoffs(0, 34, 30)
    assert refusal.value.next_step.startswith("Add older orders")


def test_a_horizon_of_no_days_is_refused():
    with pytest.raises(PeriodError, match="at least one day"):
        plan_cutoffs(0, 500, 0)


def test_inputs_are_finite_and_say_when_there_is_no_gap():
    dataset = build_dataset(frames_of([*LITERAL[:3], ("b", 105, 8.0)]), [110], 1)
    inputs = model_inputs(dataset)
    assert np.isfinite(inputs.to_numpy()).all()
    assert inputs["is_single_order_day"].tolist() == [0.0, 1.0]
    assert inputs["gap_ratio"].tolist() == pytest.approx([0.0, np.log1p(5 / 5)])
    before = dataset.copy()
    with_inputs(dataset)
    pd.testing.assert_frame_equal(dataset, before)
