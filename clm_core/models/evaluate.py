"""How good a prediction was: plain functions on arrays of what happened and what was predicted.

Read the total bias beside every error and beside Gini: predicting nothing for everybody wins the mean absolute error where
most customers do not buy.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri
from scipy.stats import rankdata

Floats = NDArray[np.float64]


def _floats(values: ArrayLike) -> Floats:
    return np.asarray(values, dtype=np.float64)


def auc(happened: ArrayLike, predicted: ArrayLike) -> float:
    """Area under the ROC curve: the chance that a case with the event is ranked above one without; ties count half.

    (R⁺ − n⁺(n⁺ + 1)/2) / (n⁺ n⁻) with R⁺ the sum of ranks of events (Hanley & McNeil 1982, Radiology 143). NaN when only one
    outcome occurs.
    """
    y = _floats(happened) > 0
    n_yes = int(y.sum())
    n_no = len(y) - n_yes
    if not n_yes or not n_no:
        return float("nan")
    ranks = rankdata(_floats(predicted))
    return float((ranks[y].sum() - n_yes * (n_yes + 1) / 2) / (n_yes * n_no))


def brier(happened: ArrayLike, predicted: ArrayLike) -> float:
    """Mean of (p − y)²; lower is better (Brier 1950, Monthly Weather Review 78)."""
    return float(np.mean((_floats(predicted) - _floats(happened)) ** 2))


def log_loss(happened: ArrayLike, predicted: ArrayLike) -> float:
    """Mean of −y ln p − (1 − y) ln(1 − p), with p kept 1e-6 away from 0 and 1 (Good 1952, JRSS B 14)."""
    y = _floats(happened)
    p = np.clip(_floats(predicted), 1e-6, 1 - 1e-6)
    return float(-np.mean(y * np.log(p) + (1 - y) * np.log1p(-p)))


def lift_at_decile(happened: ArrayLike, predicted: ArrayLike) -> float:
    """Event rate among the tenth predicted highest ÷ event rate overall (Ling & Li 1998, KDD).

    Cases tied at the border of the tenth count with their common rate, so the answer does not depend on row order.
    """
    y, p = _floats(happened), _floats(predicted)
    if not len(y) or not y.sum():
        return float("nan")
    n_top = max(1, round(len(y) / 10))
    border = np.sort(p)[-n_top]
    above, tied = p > border, p == border
    found = y[above].sum() + y[tied].mean() * (n_top - int(above.sum()))
    return float(found / n_top / y.mean())


def normalised_gini(actual: ArrayLike, predicted: ArrayLike) -> float:
    """Gini of actual values ordered by prediction ÷ Gini when ordered by themselves: 1 perfect, 0 no order at all.

    The area between the cumulative gains curve and its diagonal; customers with equal predictions share their gains evenly
    (Frees, Meyers & Cummings 2014, J. Risk and Insurance 81). NaN when all actual values are equal or their total is not positive.
    """
    y = _floats(actual)
    perfect = _gains_area(y, y)
    return float(_gains_area(y, _floats(predicted)) / perfect) if perfect > 0 else float("nan")


def _gains_area(actual: Floats, predicted: Floats) -> float:
    total = actual.sum()
    if not len(actual) or total <= 0:
        return 0.0
    # the mean rank of equal predictions is what sharing gains evenly amounts to
    ranks = rankdata(predicted)
    return float(2 * np.sum(actual * ranks) / (len(actual) * total) - (len(actual) + 1) / len(actual))


def total_bias(actual: ArrayLike, predicted: ArrayLike) -> float:
    """Predicted total ÷ actual total − 1; NaN when the actual total is not positive."""
    total = _floats(actual).sum()
    return float(_floats(predicted).sum() / total - 1) if total > 0 else float("nan")


def mean_absolute_error(actual: ArrayLike, predicted: ArrayLike) -> float:
    """Mean of |predicted − actual|; read it together with the total bias."""
    return float(np.mean(np.abs(_floats(predicted) - _floats(actual))))


def coverage(actual: ArrayLike, low: ArrayLike, high: ArrayLike) -> float:
    """Share of outcomes inside their interval, ends included."""
    y = _floats(actual)
    return float(np.mean((y >= _floats(low)) & (y <= _floats(high))))


def wilson_interval(n_events: ArrayLike, n: ArrayLike, level: float = 0.8) -> tuple[Floats, Floats]:
    """Interval for a rate that stays inside 0–1 and works at 0 and n events (Wilson 1927, JASA 22).

    (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n)
    """
    k, size = _floats(n_events), np.maximum(_floats(n), 1e-12)
    z = float(ndtri(0.5 + level / 2))
    p = k / size
    centre = p + z * z / (2 * size)
    half = z * np.sqrt(p * (1 - p) / size + z * z / (4 * size * size))
    scale = 1 + z * z / size
    # rounding must not push the ends past the rate itself
    return np.clip(np.minimum((centre - half) / scale, p), 0, 1), np.clip(np.maximum((centre + half) / scale, p), 0, 1)


def calibration_table(happened: ArrayLike, predicted: ArrayLike, n_bins: int = 10, level: float = 0.8) -> pd.DataFrame:
    """Predicted against observed rate in bins of equally many customers, least likely first.

    Cases with the same prediction stay in one bin, so there may be fewer bins than asked for.
    """
    y, p = _floats(happened), _floats(predicted)
    place = (rankdata(p, method="average") - 0.5) / max(len(p), 1)
    groups = pd.DataFrame({"bin": np.floor(place * n_bins).astype(int), "predicted": p, "observed": y}).groupby("bin")
    table = groups.agg(
        n_customers=("observed", "size"), predicted=("predicted", "mean"), observed=("observed", "mean")
    ).reset_index(drop=True)
    low, high = wilson_interval(table["observed"] * table["n_customers"], table["n_customers"], level)
    table.insert(0, "bin", np.arange(1, len(table) + 1))
    return table.assign(observed_low=low, observed_high=high)
