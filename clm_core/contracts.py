"""Customers who say when they leave: churn from a table with a label, tenure by segment, and what the rest of a contract is worth.

One row a customer, no orders: a label that says who left, how long each has been (or was) a customer, and what is known of them. The
label is of a past period, so the probability is that of a period like it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, VotingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, SplineTransformer, StandardScaler
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from clm_core import columns as c
from clm_core.errors import MappingError, TooThinError, did_you_mean
from clm_core.models.evaluate import auc, brier, calibration_table
from clm_core.models.limits import MIN_CUSTOMERS, MIN_OF_EACH
from clm_core.rhythm.curve import followed, survival_of

Floats = NDArray[np.float64]

LEAK_AUC, SUSPECT_AUC = 0.86, 0.8
"""An area under the curve above which a leak is likelier than insight, and that of one column alone which makes it a suspect."""
N_FOLDS = 5
MOST_VALUES = 50
"""Distinct texts above which a column is a name or an id, and says nothing about others."""


@dataclass(frozen=True)
class ContractScores:
    """``table`` has one row a customer: id, ``churn_prob`` out of fold, and for those still there ``remaining_tenure`` and ``value``.

    ``tenure`` is the curve by segment: ``segment``, ``tenure``, ``n_at_risk``, ``survival``. ``warning`` is empty, or says why the
    figures are too good and which columns to look at.
    """

    table: pd.DataFrame
    tenure: pd.DataFrame
    metrics: dict[str, float]
    features: tuple[str, ...]
    warning: str


def score_contracts(
    customers: pd.DataFrame,
    label: str,
    tenure: str,
    *,
    segment: str = "",
    margin: str = "",
    customer_id: str = c.CUSTOMER_ID,
    periods_ahead: int = 24,
) -> ContractScores:
    """Churn probability, expected remaining tenure and value of each customer under contract.

    Each probability comes from models that did not see the customer: five folds, the mean of a logistic regression with splines and of
    boosted trees. Remaining tenure is the area under the segment's Kaplan–Meier curve over ``periods_ahead``, given the tenure so far;
    beyond the longest tenure seen the last rate of leaving is carried on. Value is remaining tenure × margin a period, undiscounted.

    Parameters
    ----------
    customers : DataFrame
        One row a customer; not changed.
    label : str
        Who left: true and false, 1 and 0, or yes and no.
    tenure : str
        Whole periods, usually months, as a customer: up to leaving, or so far.
    segment, margin : str, optional
        Column of the groups that get a curve each, and of the margin a period.

    Raises
    ------
    MappingError
        When a column is not there, or the label holds other words.
    TooThinError
        When there are fewer than 100 customers, or fewer than 20 of either outcome.
    """
    _check_columns(customers, [name for name in (label, tenure, segment, margin, customer_id) if name])
    left = _read_label(customers[label], label)
    _check_enough(left)
    inputs = _inputs(customers.drop(columns=[label, customer_id]))
    with threadpool_limits(1):
        folds = StratifiedKFold(N_FOLDS, shuffle=True, random_state=0)
        told = cross_val_predict(_model(inputs), inputs, left, cv=folds, method="predict_proba")[:, 1]
    lived = pd.to_numeric(customers[tenure], errors="coerce").fillna(0).clip(lower=0).round().astype(int).to_numpy()
    groups = customers[segment].astype(str).to_numpy() if segment else np.full(len(customers), "all")
    curves, remaining = _tenure(lived, left, groups, periods_ahead)
    worth = pd.to_numeric(customers[margin], errors="coerce").to_numpy() if margin else np.full(len(customers), np.nan)
    table = pd.DataFrame(
        {
            c.CUSTOMER_ID: customers[customer_id].to_numpy(),
            c.CHURN_PROB: told,
            "remaining_tenure": remaining,
            "value": remaining * worth,
        }
    )
    area = auc(left, told)
    bins = calibration_table(left, told)
    gap = float(np.average((bins["predicted"] - bins["observed"]).abs(), weights=bins["n_customers"]))
    metrics = {"auc": area, "brier": brier(left, told), "calibration_error": gap, "observed_rate": float(left.mean())}
    return ContractScores(table, curves, metrics, tuple(inputs.columns), _leak_warning(area, inputs, left))


def _check_columns(customers: pd.DataFrame, names: Sequence[str]) -> None:
    known = [str(name) for name in customers.columns]
    for name in names:
        if name not in known:
            raise MappingError(
                f"There is no column '{name}'.{did_you_mean(name, known)}",
                found=", ".join(known[:10]),
                next_step="Name a column of the table.",
            )


def _read_label(values: pd.Series, name: str) -> NDArray[Any]:
    words = values.astype(str).str.strip().str.lower()
    meaning = {"yes": 1, "true": 1, "1": 1, "1.0": 1, "no": 0, "false": 0, "0": 0, "0.0": 0}
    read = words.map(meaning)
    if read.isna().any():
        raise MappingError(
            f"'{name}' does not say who left.",
            where=f"column '{name}'",
            found=", ".join(sorted(set(words[read.isna()]))[:5]),
            allowed="yes and no, true and false, or 1 and 0",
            next_step="Name the column of the label, or write it in these words.",
        )
    return read.to_numpy(dtype=np.int64)


def _check_enough(left: NDArray[Any]) -> None:
    n, n_left = len(left), int(left.sum())
    if n < MIN_CUSTOMERS or min(n_left, n - n_left) < MIN_OF_EACH:
        raise TooThinError(
            "Too few customers, or too few of either outcome, to learn from.",
            found=f"{n} customers, {n_left} of whom left",
            allowed=f"at least {MIN_CUSTOMERS}, and {MIN_OF_EACH} of each outcome",
            next_step="Add customers of earlier periods.",
        )


def _inputs(customers: pd.DataFrame) -> pd.DataFrame:
    """Columns with numbers as numbers, texts of few values as texts; names and columns that never vary are left out."""
    kept: dict[str, Any] = {}
    for name in customers.columns:
        values = customers[name]
        numbers = pd.to_numeric(values, errors="coerce")
        if numbers.notna().mean() > 0.95:  # a few blanks do not make a number a text
            kept[str(name)] = numbers.astype(float)
        elif values.nunique() <= MOST_VALUES:
            kept[str(name)] = values.astype(object).where(values.notna(), "missing").astype(str)
    told = pd.DataFrame(kept, index=customers.index)
    return told.loc[:, told.nunique() > 1]


def _model(inputs: pd.DataFrame) -> VotingClassifier:
    is_number = inputs.dtypes.map(pd.api.types.is_float_dtype)
    numbers = inputs.columns[is_number & (inputs.nunique() > 2)].tolist()
    others = [name for name in inputs.columns if name not in numbers]
    bent = make_pipeline(
        SimpleImputer(strategy="median", keep_empty_features=True),
        StandardScaler(),
        SplineTransformer(n_knots=5, knots="quantile", extrapolation="linear"),
    )
    line = ColumnTransformer([("numbers", bent, numbers), ("texts", OneHotEncoder(handle_unknown="ignore"), others)])
    codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    steps = ColumnTransformer([("texts", codes, others)], remainder="passthrough")
    trees = HistGradientBoostingClassifier(
        max_iter=100, learning_rate=0.05, max_leaf_nodes=6, min_samples_leaf=30, l2_regularization=5.0, random_state=0
    )
    return VotingClassifier(
        [
            ("line", make_pipeline(line, LogisticRegression(C=0.3, max_iter=2000))),
            ("trees", make_pipeline(steps, trees)),
        ],
        voting="soft",
    )


def _tenure(
    lived: NDArray[Any], left: NDArray[Any], groups: NDArray[Any], periods_ahead: int
) -> tuple[pd.DataFrame, Floats]:
    """Kaplan–Meier curve of each group, and the expected remaining tenure of those still there."""
    remaining = np.full(len(lived), np.nan)
    parts = []
    for group in sorted(set(groups)):
        own = groups == group
        longest = int(lived[own].max())
        ends = [np.bincount(lived[own & (left == outcome)], minlength=longest + 1) for outcome in (1, 0)]
        at_risk = followed(ends[0], ends[1])
        survival = survival_of(ends[0], at_risk)
        parts.append(
            pd.DataFrame(
                {"segment": group, "tenure": np.arange(longest + 1), "n_at_risk": at_risk, "survival": survival}
            )
        )
        stays = own & (left == 0)
        remaining[stays] = _area_ahead(survival, periods_ahead)[lived[stays]]
    return pd.concat(parts, ignore_index=True), remaining


def _area_ahead(survival: Floats, periods_ahead: int) -> Floats:
    """Expected periods to come at each tenure: Σ S(t + u) / S(t) over u = 1 … periods ahead."""
    positive = survival[survival > 0]
    # beyond the curve, the mean rate of leaving so far is carried on: constant hazard −ln S / t
    rate = np.exp(np.log(positive[-1]) / max(len(positive) - 1, 1))
    carried = np.concatenate([positive, positive[-1] * rate ** np.arange(1, len(survival) + periods_ahead + 1)])
    summed = np.concatenate([[0.0], np.cumsum(carried)])
    at = np.arange(len(survival))
    return np.asarray((summed[at + 1 + periods_ahead] - summed[at + 1]) / carried[at], dtype=np.float64)


def _leak_warning(area: float, inputs: pd.DataFrame, left: NDArray[Any]) -> str:
    if area <= LEAK_AUC:
        return ""
    alone = {name: _area_alone(inputs[name], left) for name in inputs.columns}
    ranked = sorted(alone, key=lambda name: -alone[name])
    suspects = [name for name in ranked if alone[name] > SUSPECT_AUC] or ranked[:1]
    named = ", ".join(f"'{name}' ({alone[name]:.2f} alone)" for name in suspects[:3])
    return (
        f"An area under the curve of {area:.3f} is more than such data usually allow: above {LEAK_AUC} look for a column that was "
        f"written down after the customer had left. Suspects: {named}."
    )


def _area_alone(values: pd.Series, left: NDArray[Any]) -> float:
    """Area under the curve of one column: of the number, or of the share that left among customers with the same text."""
    if pd.api.types.is_float_dtype(values):
        area = auc(left, values.fillna(values.median()))
        return max(area, 1 - area)
    return auc(left, pd.Series(left, index=values.index).groupby(values).transform("mean"))
