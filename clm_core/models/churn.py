"""Churn: the probability that a customer with a purchase makes none in the horizon."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit, ndtri, stdtrit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_is_fitted, validate_data

from clm_core.models.scaling import Scaling

Floats = NDArray[np.float64]


class ChurnClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Logistic regression on standardised inputs, with intervals that know a customer appears at several cut-offs.

    Inputs are clipped to the range seen in training, so that nobody is scored by extrapolation. The interval is the limit that
    refits on resampled customers tend to: the sandwich covariance of the coefficients with one cluster a customer
    (Liang & Zeger 1986, Biometrika 73), in one pass instead of many refits, without a seed.

    Parameters
    ----------
    C : float, default=1.0
        Inverse strength of the ridge penalty.

    Attributes
    ----------
    coef_ : ndarray of shape (n_features,)
        Change of the log odds for one standard deviation more.
    covariance_ : ndarray of shape (n_features + 1, n_features + 1)
        Of the intercept and the coefficients.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(500, 2))
    >>> y = rng.random(500) < 1 / (1 + np.exp(-X[:, 0]))
    >>> model = ChurnClassifier().fit(X, y)
    >>> bool(model.coef_[0] > abs(model.coef_[1]))
    True
    """

    def __init__(self, C: float = 1.0) -> None:
        self.C = C

    def fit(self, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None) -> Self:
        """Learn from rows ``X`` and outcomes ``y``; rows with the same value of ``groups`` are one customer."""
        checked: tuple[Floats, NDArray[Any]] = validate_data(self, X, y)
        values, outcomes = checked[0].astype(np.float64), checked[1]
        check_classification_targets(outcomes)
        kind = type_of_target(outcomes)
        if kind != "binary":
            raise ValueError(f"Only binary classification is supported. The type of the target is {kind}.")
        self.classes_, codes = np.unique(outcomes, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"Both outcomes are needed to learn; y holds one class only: {self.classes_[0]!r}.")
        self.scaling_ = Scaling.of(values)
        Z = self.scaling_.apply(values)
        fitted = LogisticRegression(C=self.C, solver="newton-cholesky", max_iter=200).fit(Z, codes)
        self.intercept_, self.coef_ = float(fitted.intercept_[0]), fitted.coef_[0]
        self.n_rows_ = len(codes)
        self.covariance_ = self._sandwich(Z, codes, None if groups is None else np.asarray(groups))
        return self

    def _sandwich(self, Z: Floats, codes: NDArray[np.int64], groups: NDArray[Any] | None) -> Floats:
        design = np.column_stack([np.ones(len(Z)), Z])
        p = expit(self.intercept_ + Z @ self.coef_)
        scores = design * (codes - p)[:, None]
        if groups is not None:
            members = pd.factorize(groups)[0]
            sums = [np.bincount(members, weights=scores[:, j]) for j in range(scores.shape[1])]
            scores = np.column_stack(sums)
        ridge = np.diag([1e-9] + [1 / self.C] * Z.shape[1])
        bread = np.linalg.inv(design.T @ (design * (p * (1 - p))[:, None]) + ridge)
        spread: Floats = bread @ (scores.T @ scores) @ bread
        return spread

    def decision_function(self, X: ArrayLike) -> Floats:
        """Log odds of the second class."""
        check_is_fitted(self)
        Z = self.scaling_.apply(validate_data(self, X, reset=False))
        odds: Floats = self.intercept_ + Z @ self.coef_
        return odds

    def predict_proba(self, X: ArrayLike) -> Floats:
        """Probability of each class."""
        p = expit(self.decision_function(X))
        return np.column_stack([1 - p, p])

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """The more likely class."""
        is_second = self.decision_function(X) > 0
        labels: NDArray[Any] = self.classes_[is_second.astype(int)]
        return labels

    def spread(self, X: ArrayLike) -> Floats:
        """Standard deviation of the log odds that the training rows leave open."""
        check_is_fitted(self)
        Z = self.scaling_.apply(validate_data(self, X, reset=False))
        design = np.column_stack([np.ones(len(Z)), Z])
        variance = np.einsum("ij,jk,ik->i", design, self.covariance_, design, optimize=True)
        return np.asarray(np.sqrt(variance.clip(min=0)), dtype=np.float64)

    def predict_interval(self, X: ArrayLike, level: float = 0.8, drift: float = 0.0) -> tuple[Floats, Floats]:
        """Ends of the interval for the probability of the second class, see :func:`odds_interval`."""
        return odds_interval(self.predict_proba(X)[:, 1], self.spread(X), drift, level)

    def __repr__(self, N_CHAR_MAX: int = 700) -> str:
        told = super().__repr__(N_CHAR_MAX)
        if not hasattr(self, "coef_"):
            return str(told)
        return f"<{told}: {self.n_rows_} rows, {len(self.coef_)} inputs, intercept {self.intercept_:.3f}>"

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags


def odds_interval(predicted: Floats, spread: Floats, drift: float, level: float) -> tuple[Floats, Floats]:
    """Ends of the interval of a probability, from standard deviations of its log odds.

    ``spread`` is what the training rows leave open. ``drift`` is by how much the level of similar customers moves from one period
    to the next; it comes on top. One past period shows it by little more than an intercept and a slope, hence Student's t with
    two degrees of freedom for this part.
    """
    odds, upper = logit(np.clip(predicted, 1e-9, 1 - 1e-9)), 0.5 + level / 2
    half = np.hypot(float(ndtri(upper)) * spread, float(stdtrit(2, upper)) * drift)
    return np.minimum(expit(odds - half), predicted), np.maximum(expit(odds + half), predicted)


def level_drift(happened: ArrayLike, predicted: ArrayLike, n_bins: int = 10) -> float:
    """How far the log odds of groups of similar customers moved between two periods, chance taken out.

    Out-of-time predictions are put in ten groups; of the squared gaps between predicted and observed log odds, what the size of
    the groups explains is taken off, and the rest averaged with the precision of each group as its weight (method of moments,
    DerSimonian & Laird 1986, Controlled Clinical Trials 7). Returns a standard deviation.
    """
    y, p = np.asarray(happened, dtype=float), np.asarray(predicted, dtype=float)
    excess, precision = 0.0, 0.0
    for group in np.array_split(np.argsort(p, kind="stable"), min(n_bins, max(1, len(y) // 20))):
        n, mean = len(group), float(p[group].mean().clip(1e-4, 1 - 1e-4))
        seen = (y[group].sum() + 0.5) / (n + 1)
        weight = n * mean * (1 - mean)
        excess += weight * float(logit(seen) - logit(mean)) ** 2 - 1
        precision += weight
    return float(np.sqrt(max(0.0, excess) / precision))
