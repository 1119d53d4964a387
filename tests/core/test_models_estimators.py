"""Estimators keep scikit-learn's laws, and intervals do what they say."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from sklearn.utils.estimator_checks import parametrize_with_checks

from clm_core.models import ChurnClassifier, OrderDaysRegressor
from clm_core.models.bands import OutcomeBands
from clm_core.models.baselines import FrequencyTable, own_orders
from clm_core.models.churn import level_drift
from clm_core.models.scaling import Scaling
from clm_core.models.value import CAP, match_level


@parametrize_with_checks(
    [ChurnClassifier(), OrderDaysRegressor()],
    expected_failed_checks={},  # none: a refusal of negative counts is declared by the positive_only tag
)
def test_estimators_keep_the_laws_of_scikit_learn(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def clustered():
    """500 customers with four rows each that share most of their fate."""
    rng = np.random.default_rng(7)
    groups = np.repeat(np.arange(500), 4)
    X = np.repeat(rng.normal(size=(500, 2)), 4, axis=0) + 0.1 * rng.normal(size=(2000, 2))
    own = np.repeat(rng.normal(size=500), 4)
    return X, rng.random(2000) < expit(0.5 + X[:, 0] + own), groups


def test_interval_is_what_refits_on_resampled_customers_give(clustered):
    X, y, groups = clustered
    model = ChurnClassifier().fit(X, y, groups=groups)
    points = np.array([[-1.0, 0.0], [0.0, 0.0], [1.5, 1.0]])
    low, high = model.predict_interval(points)
    rng = np.random.default_rng(1)
    refits = []
    for _ in range(150):
        drawn = rng.integers(0, 500, 500)
        rows = (drawn[:, None] * 4 + np.arange(4)).ravel()
        refits.append(ChurnClassifier().fit(X[rows], y[rows]).decision_function(points))
    spread = np.std(refits, axis=0)
    assert (logit(high) - logit(low)) / 2 / 1.2816 == pytest.approx(spread, rel=0.2)
    naive_low, naive_high = ChurnClassifier().fit(X, y).predict_interval(points)
    assert (high - low > naive_high - naive_low).all()  # rows of one customer are not independent


def test_drift_widens_the_interval(clustered):
    X, y, groups = clustered
    model = ChurnClassifier().fit(X, y, groups=groups)
    (low, high), (wide_low, wide_high) = model.predict_interval(X), model.predict_interval(X, drift=0.3)
    assert (wide_low < low).all() and (wide_high > high).all()


def test_repr_tells_what_was_fitted(clustered):
    X, y, _ = clustered
    assert repr(ChurnClassifier()) == "ChurnClassifier()"
    assert "2000 rows, 2 inputs" in repr(ChurnClassifier().fit(X, y))
    assert "2000 rows, 2 inputs, level 1.0" in repr(OrderDaysRegressor().fit(X, y.astype(float)))


def test_unusable_labels_are_named():
    X = np.arange(10.0).reshape(-1, 1)
    with pytest.raises(ValueError, match="one class only"):
        ChurnClassifier().fit(X, np.ones(10))
    with pytest.raises(ValueError, match="counts of zero or more"):
        OrderDaysRegressor().fit(X, -np.ones(10))


def test_count_regression_finds_the_rates_it_was_simulated_with():
    rng = np.random.default_rng(2)
    X = rng.normal(size=(20_000, 2))
    y = rng.poisson(np.exp(-0.5 + 0.6 * X[:, 0] - 0.3 * X[:, 1]))
    model = OrderDaysRegressor().fit(X, y)
    assert model.coef_ == pytest.approx([0.6, -0.3], abs=0.03)
    assert model.predict(X).sum() == pytest.approx(y.sum(), rel=1e-6)


def test_one_enormous_customer_cannot_carry_the_total():
    X = np.concatenate([np.linspace(0, 1, 200), [2.0]]).reshape(-1, 1)
    y = np.concatenate([np.ones(200), [30.0]])
    model = OrderDaysRegressor().fit(X, y)
    assert model.predict([[1e6]])[0] == pytest.approx(model.predict([[2.0]])[0])
    assert model.predict([[1e6]])[0] <= CAP * 30


def test_columns_that_never_vary_count_for_nothing():
    X = np.column_stack([np.full(5, 3.0), np.arange(5.0)])
    scaled = Scaling.of(X).apply(X + 100)
    assert np.array_equal(scaled[:, 0], np.zeros(5)) and np.isfinite(scaled).all()


def test_level_matches_the_total_under_a_cap():
    predicted = np.array([1.0, 1.0, 100.0])
    level = match_level(predicted, [3.0, 3.0, 10.0], cap=10.0)
    assert np.minimum(predicted * level, 10.0).sum() == pytest.approx(16.0)
    assert match_level(np.zeros(2), [0.0, 0.0], 1.0) == 1.0


@pytest.mark.parametrize("seed", range(5))
def test_bands_contain_the_estimate_and_four_in_five_outcomes(seed):
    rng = np.random.default_rng(seed)
    scale = rng.lognormal(0, 1, 4000)
    outcome = scale * rng.lognormal(-0.5, 1, 4000)
    bands = OutcomeBands.of(scale[:2000], outcome[:2000])
    low, high = bands.around(scale[2000:])
    assert (low >= 0).all() and (low <= scale[2000:]).all() and (scale[2000:] <= high).all()
    assert np.mean((outcome[2000:] >= low) & (outcome[2000:] <= high)) == pytest.approx(0.8, abs=0.05)


def test_bands_of_equal_predictions_and_of_zeros_are_finite():
    for predicted, actual in ((np.ones(120), np.zeros(120)), (np.zeros(3), np.array([0.0, 1.0, 2.0]))):
        low, high = OutcomeBands.of(predicted, actual).around(predicted)
        assert np.isfinite([low, high]).all() and (low <= predicted).all() and (high >= predicted).all()


def test_drift_is_nothing_without_drift_and_found_where_there_is_some():
    rng = np.random.default_rng(5)
    p = rng.uniform(0.2, 0.8, 20_000)
    assert level_drift(rng.random(20_000) < p, p) < 0.05
    assert level_drift(rng.random(20_000) < expit(logit(p) + 0.4), p) == pytest.approx(0.4, abs=0.05)


def test_frequency_table_is_counted_by_hand():
    rows = pd.DataFrame(
        {
            "days_since_last_order": [1.0, 1.0, 50.0, 50.0],
            "n_orders": [5.0, 1.0, 1.0, 1.0],
            "has_no_order": [0, 1, 1, 0],
        }
    )
    table = FrequencyTable().fit(rows)
    assert table.predict(rows).tolist() == pytest.approx([0.25, 0.75, 0.5, 0.5])
    unseen = pd.DataFrame({"days_since_last_order": [50.0], "n_orders": [9.0]})
    assert table.predict(unseen).tolist() == [0.5]


def test_own_rate_carries_the_pace_on_at_the_level_of_training():
    rows = pd.DataFrame(
        {"days_since_first_order": [100.0, 10.0], "n_order_days": [10.0, 2.0], "next_order_days": [3.0, 5.0]}
    )
    # paces over 20 days: 10/100 × 20 = 2 and, as one horizon counts at least, 2/20 × 20 = 2; level (3 + 5)/4 = 2
    assert own_orders(20).fit(rows).predict(rows).tolist() == pytest.approx([4.0, 4.0])
