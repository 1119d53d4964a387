"""Buy-till-you-die models: published figures, parameters recovered, gradients, closed forms, refusals."""

import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import check_grad
from scipy.special import logit
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks

from clm_core.errors import TooThinError
from clm_core.models.btyd import BetaGeoNBD, GammaGamma, ModifiedBetaGeoNBD, RegularBetaGeoNBD
from clm_core.models.btyd.gamma_gamma import _Values
from clm_core.models.btyd.histories import Histories, collapse
from clm_core.models.btyd.survival import _by_quantiles, expected_orders_alive

CDNOW = Path(__file__).resolve().parents[3] / "shared" / "data" / "CDNOW_sample.txt"
OTHER_WIDTH = (
    "makes rows of its own, of another width or with a last order after the age: what they mean is tested below"
)
NEEDS_HISTORIES = [
    "check_all_zero_sample_weights_error",
    "check_dict_unchanged",
    "check_dont_overwrite_parameters",
    "check_dtype_object",
    "check_estimators_dtypes",
    "check_estimators_fit_returns_self",
    "check_estimators_nan_inf",
    "check_estimators_overwrite_params",
    "check_estimators_pickle",
    "check_f_contiguous_array_estimator",
    "check_fit2d_1sample",
    "check_fit2d_predict1d",
    "check_fit_check_is_fitted",
    "check_fit_idempotent",
    "check_fit_score_takes_y",
    "check_methods_sample_order_invariance",
    "check_methods_subset_invariance",
    "check_n_features_in",
    "check_n_features_in_after_fitting",
    "check_pipeline_consistency",
    "check_positive_only_tag_during_fit",
    "check_readonly_memmap_input",
    "check_sample_weight_equivalence_on_dense_data",
    "check_sample_weights_list",
    "check_sample_weights_not_an_array",
    "check_sample_weights_not_overwritten",
    "check_sample_weights_pandas_series",
    "check_sample_weights_shape",
]


@parametrize_with_checks(
    [BetaGeoNBD(), GammaGamma()], expected_failed_checks=lambda _: dict.fromkeys(NEEDS_HISTORIES, OTHER_WIDTH)
)
def test_estimators_keep_the_laws_of_scikit_learn_that_apply_to_histories(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def cdnow():
    """Histories in weeks at the end of week 39, repeat orders after it, and mean values of repeat orders, as in the papers."""
    if not CDNOW.exists():
        pytest.skip(f"not in {CDNOW.parent}")
    names = ["of_all", "customer", "day", "quantity", "amount"]
    rows = pd.read_csv(CDNOW, sep=r"\s+", header=None, names=names)
    rows["day"] = pd.to_datetime(rows["day"].astype(str))
    daily = rows.groupby(["customer", "day"], as_index=False)["amount"].sum()
    end = pd.Timestamp("1997-09-30")
    seen = daily[daily["day"] <= end]
    days = seen.groupby("customer")["day"].agg(["size", "min", "max"])
    X = np.column_stack(
        [days["size"] - 1, (days["max"] - days["min"]).dt.days / 7, (end - days["min"]).dt.days / 7]
    ).astype(float)
    later = daily[daily["day"] > end].groupby("customer").size().reindex(days.index).fillna(0).to_numpy()
    repeat = seen[seen["day"] > seen["customer"].map(days["min"])].groupby("customer")["amount"].agg(["size", "mean"])
    return X, later, repeat.to_numpy(dtype=float)


@pytest.fixture(scope="module")
def fitted(cdnow):
    return BetaGeoNBD().fit(cdnow[0])


def test_bg_nbd_is_that_of_the_paper(cdnow, fitted):
    """Fader, Hardie & Lee 2005, table 2."""
    assert fitted.parameters_ == pytest.approx([0.2426, 4.414, 0.793, 2.426], rel=5e-4)
    assert fitted.log_likelihood_ == pytest.approx(-9582.4, abs=0.05)
    assert np.corrcoef(cdnow[1], fitted.expected_orders(cdnow[0], 39))[0, 1] == pytest.approx(0.626, abs=5e-4)


def test_gamma_gamma_is_that_of_the_note(cdnow):
    """Fader & Hardie 2013, note 025: 946 customers with a repeat order."""
    model = GammaGamma().fit(cdnow[2])
    assert model.n_customers_ == 946
    assert [model.p_, model.q_, model.v_] == pytest.approx([6.25, 3.74, 15.44], rel=2e-3)


def test_days_and_weeks_give_the_same_model(cdnow, fitted):
    in_days = BetaGeoNBD().fit(cdnow[0] * [1, 7, 7])
    assert in_days.parameters_ / [1, 7, 1, 1] == pytest.approx(fitted.parameters_, rel=1e-3)
    assert in_days.prob_no_order(cdnow[0] * [1, 7, 7], 70) == pytest.approx(
        fitted.prob_no_order(cdnow[0], 10), abs=1e-4
    )


def simulate(n, seed, parameters, modified=False, age=400.0):
    """Histories of customers who are what the model says."""
    rng = np.random.default_rng(seed)
    r, alpha, a, b = parameters
    rate, leaves = rng.gamma(r, 1 / alpha, n), rng.beta(a, b, n)
    stays = rng.geometric(leaves) - (1 if modified else 0)  # orders until leaving, the first not counted
    X = np.zeros((n, 3))
    X[:, 2] = age * rng.uniform(0.5, 1.0, n)
    for k in range(n):
        steps = np.cumsum(rng.exponential(1 / rate[k], min(int(stays[k]), 400)))
        inside = steps[steps <= X[k, 2]]
        X[k, 0], X[k, 1] = len(inside), inside[-1] if len(inside) else 0.0
    return X


@pytest.mark.parametrize(("kind", "modified"), [(BetaGeoNBD, False), (ModifiedBetaGeoNBD, True)])
def test_parameters_of_simulated_customers_are_recovered(kind, modified):
    truth = np.array([0.9, 60.0, 0.8, 2.5])
    model = kind().fit(simulate(4000, 5, truth, modified))
    assert model.parameters_ == pytest.approx(truth, rel=0.25)
    told = model.parameters_[2] / model.parameters_[2:].sum(), model.r_ / model.alpha_
    assert told == pytest.approx((0.8 / 3.3, 0.9 / 60), rel=0.08)


def test_values_of_simulated_customers_are_recovered():
    rng = np.random.default_rng(3)
    n = rng.integers(1, 12, 20_000)
    X = np.column_stack([n, rng.gamma(4.0 * n, 1 / (n * rng.gamma(3.0, 1 / 20.0, 20_000)))])
    model = GammaGamma().fit(X)
    assert [model.p_, model.q_, model.v_] == pytest.approx([4.0, 3.0, 20.0], rel=0.15)
    assert model.p_ * model.v_ / (model.q_ - 1) == pytest.approx(40, rel=0.05)  # the mean over all customers


@pytest.mark.parametrize(("shift", "ticks"), [(0, 1), (1, 1), (1, 2)])
@pytest.mark.parametrize("logs", [(-1.0, 1.5, 0.2, 0.9), (0.5, -0.3, -2.0, 2.0)])
def test_the_gradient_of_the_order_models_is_that_of_their_likelihood(shift, ticks, logs):
    rows = Histories(*collapse(simulate(60, 1, (0.5, 50, 1, 2)), None), shift, ticks=ticks)
    assert check_grad(lambda v: rows.loss(v)[0], lambda v: rows.loss(v)[1], logs) < 1e-5


def test_the_gradient_of_the_value_model_is_that_of_its_likelihood():
    rng = np.random.default_rng(0)
    n, mean, weight = rng.integers(1, 6, 40).astype(float), rng.lognormal(0, 0.5, 40), rng.uniform(0.5, 2, 40)
    rows = _Values(n, mean, weight)
    assert check_grad(lambda v: rows.loss(v)[0], lambda v: rows.loss(v)[1], [0.4, 0.2, -0.3]) < 1e-5


HISTORIES = np.array([[0, 0, 100.0], [1, 90, 100], [12, 20, 300], [30, 299, 300]])


@pytest.mark.parametrize(("kind", "modified"), [(BetaGeoNBD, False), (ModifiedBetaGeoNBD, True)])
def test_probability_and_count_are_those_of_simulated_futures(kind, modified):
    """Customers drawn from the population, told apart by history: what happened next to those with one order."""
    truth, age, horizon = (0.9, 60.0, 0.8, 2.5), 200.0, 90.0
    long = simulate_paths(60_000, 2, truth, modified, age + horizon)
    before, after = (long <= age).sum(1), ((long > age) & (long <= age + horizon)).sum(1)
    alike = before == 0
    model = kind()
    model.r_, model.alpha_, model.a_, model.b_ = truth
    model.n_features_in_, model.n_customers_, model.log_likelihood_ = 3, 1, 0.0
    row = [[0.0, 0.0, age]]
    assert model.prob_no_order(row, horizon)[0] == pytest.approx((after[alike] == 0).mean(), abs=0.012)
    assert model.expected_orders(row, horizon)[0] == pytest.approx(after[alike].mean(), rel=0.06)


def simulate_paths(n, seed, parameters, modified, most_days, most=25, ticks=1):
    """Days of repeat orders, one row a customer; those after leaving are infinitely late. An order is every so many ticks."""
    rng = np.random.default_rng(seed)
    r, alpha, a, b = parameters
    steps = np.cumsum(rng.standard_gamma(ticks, (n, most)) / rng.gamma(r, 1 / alpha, n)[:, None], axis=1)
    stays = rng.geometric(rng.beta(a, b, n)) - (1 if modified else 0)
    return np.where((np.arange(most) < stays[:, None]) & (steps <= most_days), steps, np.inf)


def test_longer_horizons_mean_more_orders_and_less_silence(fitted):
    for model in (fitted, ModifiedBetaGeoNBD().fit(simulate(500, 4, (0.5, 50, 1, 2)))):
        silence = np.array([model.prob_no_order(HISTORIES, h) for h in (0.001, 10, 100, 1000)])
        orders = np.array([model.expected_orders(HISTORIES, h) for h in (0.001, 10, 100, 1000)])
        assert (np.diff(silence, axis=0) <= 0).all() and (np.diff(orders, axis=0) >= 0).all()
        assert (
            silence[0] == pytest.approx(1, abs=1e-2) and (silence[-1] >= 1 - model.prob_alive(HISTORIES) - 1e-12).all()
        )
        assert (orders >= 1 - silence - 1e-9).all()  # whoever orders at all orders once at least


def test_regular_buyers_are_recognised_and_believed_to_be_silent_as_long_as_they_are():
    """Gaps of an Erlang-2 law: which model is likelier, its parameters, and what happened next to people with two orders."""
    truth, age, horizon = (1.4, 40.0, 0.5, 1.0), 200.0, 60.0
    long = simulate_paths(40_000, 7, truth, True, age + horizon, ticks=2)
    n, last = (long <= age).sum(1), np.where(long <= age, long, 0).max(1)
    X = np.column_stack([n, last, np.full(len(n), age)])
    regular, other = RegularBetaGeoNBD().fit(X[:6000]), ModifiedBetaGeoNBD().fit(X[:6000])
    assert regular.log_density_ - other.log_density_ > 20
    assert [regular.r_ / regular.alpha_, regular.a_ / (regular.a_ + regular.b_)] == pytest.approx(
        [1.4 / 40, 1 / 3], rel=0.08
    )
    silent = (long > age).sum(1) == (long > age + horizon).sum(1)
    for late in (last > 150, last <= 150):
        group = (n == 1) & late
        assert regular.prob_no_order(X[group], horizon).mean() == pytest.approx(silent[group].mean(), abs=0.02)


def test_what_the_customers_leave_open_is_what_other_customers_would_have_said():
    truth, rows = (0.9, 60.0, 0.8, 2.5), np.array([[1, 40, 200.0], [4, 150, 300], [0, 0, 90]])
    fits = [ModifiedBetaGeoNBD().fit(simulate(300, seed, truth, modified=True)) for seed in range(20, 36)]
    odds = [logit(model.prob_no_order(rows, 60)) for model in fits]
    told = np.mean([model.odds_spread(rows, 60) for model in fits], axis=0)
    assert told == pytest.approx(np.std(odds, axis=0, ddof=1), rel=0.4)


def test_where_gaps_are_not_regular_the_model_of_regular_gaps_is_less_likely():
    X = simulate(3000, 8, (0.9, 60.0, 0.8, 2.5), modified=True)
    assert ModifiedBetaGeoNBD().fit(X).log_density_ > RegularBetaGeoNBD().fit(X).log_density_ + 5


def test_everybody_with_one_order_is_alive_in_bg_and_not_in_the_modified_model(fitted):
    assert fitted.prob_alive(HISTORIES)[0] == 1
    assert ModifiedBetaGeoNBD().fit(simulate(500, 4, (0.5, 50, 1, 2))).prob_alive(HISTORIES)[0] < 1


@pytest.mark.parametrize("a", [0.3, 0.99, 1.0, 1.01, 4.0, 1e-4, 1e4])
def test_the_closed_form_agrees_with_quadrature_and_survives_where_it_has_no_digits(a):
    rho, rate, s = np.array([0.3, 5.0, 80.0]), np.array([20.0, 100.0, 300.0]), np.array([2.0, 7.0, 90.0])
    closed = expected_orders_alive(rho, rate, a, s, 180.0)
    assert closed == pytest.approx(_by_quantiles(rho, rate, a, s, 180.0), rel=5e-3)
    assert (closed <= rho * 180 / rate * (1 + 1e-9)).all()


@pytest.mark.parametrize("kind", [BetaGeoNBD, ModifiedBetaGeoNBD])
def test_weights_repeat_customers_and_equal_histories_are_collapsed(kind):
    X = np.round(simulate(400, 6, (0.5, 50, 1, 2)))
    weight = np.random.default_rng(0).integers(0, 4, 400)
    one, two = kind().fit(X, sample_weight=weight), kind().fit(np.repeat(X, weight, axis=0))
    assert one.parameters_ == pytest.approx(two.parameters_, rel=1e-4)
    assert one.log_likelihood_ == pytest.approx(two.log_likelihood_)
    assert len(collapse(X, None)[0]) < len(X)


def test_models_are_cloned_stored_and_refitted_to_the_same(fitted, cdnow):
    again = pickle.loads(pickle.dumps(fitted))
    assert np.array_equal(again.expected_orders(HISTORIES, 30), fitted.expected_orders(HISTORIES, 30))
    assert np.array_equal(clone(fitted).fit(cdnow[0]).parameters_, fitted.parameters_)
    assert np.array_equal(fitted.prob_alive(HISTORIES[::-1])[::-1], fitted.prob_alive(HISTORIES))


def test_repr_tells_what_was_fitted(fitted):
    assert repr(BetaGeoNBD()) == "BetaGeoNBD()"
    assert repr(fitted).startswith("<BetaGeoNBD(): 2,357 customers, r 0.2426, alpha 4.414, a 0.7929")
    assert "p " in repr(GammaGamma().fit([[1, 20.0], [3, 31.0], [8, 12.0], [2, 9.0]]))


def test_impossible_histories_are_named():
    with pytest.raises(ValueError, match="a last order after the age"):
        BetaGeoNBD().fit([[1, 20, 10]])
    with pytest.raises(ValueError, match="frequency, last_order_age and age"):
        BetaGeoNBD().fit([[1, 20], [0, 0]])
    with pytest.raises(ValueError, match="Negative values"):
        BetaGeoNBD().fit([[-1, 0, 10]])
    with pytest.raises(ValueError, match="sample_weight must hold"):
        BetaGeoNBD().fit(HISTORIES, sample_weight=np.zeros(4))


def test_values_of_zero_do_not_teach_and_are_expected_to_stay_low():
    X = np.array([[1, 20.0], [3, 31.0], [8, 12.0], [2, 9.0], [4, 0.0], [1, -5.0]])
    model = GammaGamma().fit(X)
    assert model.n_customers_ == 4
    worth = model.expected_value(X)
    assert np.isfinite(worth).all() and worth[4] == worth.min() > 0
    assert model.expected_value([[0, 0.0]])[0] == pytest.approx(model.p_ * model.v_ / (model.q_ - 1))


def test_equal_values_are_refused_with_the_reason():
    with pytest.raises(TooThinError, match="do not differ between customers"):
        GammaGamma().fit([[1, 20.0], [3, 20.0], [2, 0.0]])


@pytest.mark.parametrize("X", [np.tile([5.0, 300, 300], (50, 1)), np.tile([0.0, 0, 300], (50, 1)), [[3.0, 10, 20]]])
def test_customers_without_differences_give_bounded_figures(X):
    model = ModifiedBetaGeoNBD().fit(X)
    p, orders = model.prob_no_order(X, 90), model.expected_orders(X, 90)
    assert np.isfinite(orders).all() and (orders >= 0).all() and (p >= 0).all() and (p <= 1).all()
