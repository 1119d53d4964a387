"""Measures against hand-made figures and a second implementation."""

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as reference

from clm_core.models import calibration_bins
from clm_core.models import evaluate as e


@pytest.fixture(scope="module")
def cases():
    rng = np.random.default_rng(4)
    predicted = np.round(rng.random(500), 2)
    return (rng.random(500) < predicted).astype(int), predicted


def test_probability_measures_agree_with_scikit_learn(cases):
    y, p = cases
    assert e.auc(y, p) == pytest.approx(reference.roc_auc_score(y, p))
    assert e.brier(y, p) == pytest.approx(reference.brier_score_loss(y, p))
    assert e.log_loss(y, p) == pytest.approx(reference.log_loss(y, np.clip(p, 1e-6, 1 - 1e-6)))


def test_one_outcome_has_no_ranking():
    assert np.isnan(e.auc([1, 1], [0.1, 0.2]))
    assert np.isnan(e.lift_at_decile([0, 0], [0.1, 0.2]))
    assert np.isnan(e.normalised_gini([0, 0], [1, 2]))
    assert np.isnan(e.total_bias([0, 0], [1, 2]))


def test_lift_counts_ties_at_their_common_rate():
    y = [1, 1, 0, 0, 0, 0, 0, 0, 0, 0]
    assert e.lift_at_decile(y, np.arange(10, 0, -1)) == pytest.approx(5.0)
    assert e.lift_at_decile(y, np.ones(10)) == pytest.approx(1.0)


def test_gini_is_one_when_perfect_zero_when_blind_and_minus_one_when_reversed():
    y = np.array([0.0, 0.0, 1.0, 5.0, 10.0])
    assert e.normalised_gini(y, y) == pytest.approx(1.0)
    assert e.normalised_gini(y, np.ones(5)) == pytest.approx(0.0)
    assert e.normalised_gini(y, -y) == pytest.approx(-1.0)
    # for two outcomes it is 2 AUC − 1
    assert e.normalised_gini([0, 1, 0, 1], [1, 2, 3, 4]) == pytest.approx(2 * e.auc([0, 1, 0, 1], [1, 2, 3, 4]) - 1)


def test_bias_and_coverage():
    assert e.total_bias([1, 1, 2], [2, 2, 2]) == pytest.approx(0.5)
    assert e.coverage([1, 2, 3], [0, 2, 4], [1, 2, 5]) == pytest.approx(2 / 3)
    assert e.mean_absolute_error([1, 2], [2, 0]) == pytest.approx(1.5)


def test_wilson_interval_is_the_published_one_and_stays_inside():
    low, high = e.wilson_interval([0, 81, 10], [10, 263, 10], level=0.95)
    # 81 of 263: Newcombe 1998, Statistics in Medicine 17, table I
    assert (round(float(low[1]), 4), round(float(high[1]), 4)) == (0.2553, 0.3662)
    assert low[0] == 0.0 and high[2] == 1.0
    assert np.all(low <= np.array([0, 81 / 263, 1])) and np.all(high >= np.array([0, 81 / 263, 1]))


def test_calibration_keeps_ties_together_and_counts_everyone(cases):
    y, p = cases
    table = e.calibration_table(y, p)
    assert table["n_customers"].sum() == len(y)
    assert table["predicted"].is_monotonic_increasing
    assert (table["observed_low"] <= table["observed"]).all() and (table["observed"] <= table["observed_high"]).all()
    assert len(e.calibration_table(y, np.full(500, 0.3))) == 1


def test_calibration_bins_are_the_twin_of_the_test_window():
    test = pd.DataFrame({"churn_prob": [0.1, 0.2, 0.8, 0.9], "has_no_order": [False, False, True, True]})
    told = calibration_bins(test, n_bins=2)
    assert told.columns.tolist() == ["bin", "n_customers", "predicted", "observed", "observed_low", "observed_high"]
    assert told["predicted"].tolist() == pytest.approx([0.15, 0.85])
    assert told["observed"].tolist() == [0.0, 1.0]


def test_calibration_bins_of_nothing_are_no_bins():
    nothing = pd.DataFrame({"churn_prob": pd.Series(dtype=float), "has_no_order": pd.Series(dtype=object)})
    assert len(calibration_bins(nothing)) == 0
