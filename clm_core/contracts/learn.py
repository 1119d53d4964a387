"""Who is likely to leave: probabilities from models that did not see the customer, beside a plain rule, and what looks too good."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, VotingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, SplineTransformer, StandardScaler
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from clm_core.contracts.prepare import Contracts
from clm_core.models.evaluate import auc, brier, calibration_table, lift_at_decile

Floats = NDArray[np.float64]

LEAK_AUC, SUSPECT_AUC = 0.86, 0.8
"""An area under the curve above which a leak is likelier than insight, and that of one column alone which makes it a suspect."""
N_FOLDS = 5


@dataclass(frozen=True)
class Learned:
    """``told`` is the out-of-fold probability of each row that taught, ``asked`` that of each customer still there.

    ``alone`` holds the area under the curve of each feature by itself, highest first.
    """

    told: Floats
    asked: Floats
    metrics: dict[str, float]
    alone: dict[str, float]

    @property
    def is_too_good(self) -> bool:
        """Whether the ranking is better than such data usually allow."""
        return self.metrics["auc"] > LEAK_AUC

    @property
    def suspects(self) -> tuple[str, ...]:
        """The features that may have been written down after the customer had left; none where the ranking is believable."""
        if not self.is_too_good:
            return ()
        ranked = list(self.alone)
        return tuple(name for name in ranked if self.alone[name] > SUSPECT_AUC)[:3] or tuple(ranked[:1])


def learn(contracts: Contracts) -> Learned:
    """Probability of leaving of each customer, never from a model that was fitted on the customer's own outcome.

    Five folds; in each the mean of a logistic regression with splines and of boosted trees. A customer who came too late to teach
    gets the mean of the five.
    """
    told, asked = np.full(len(contracts.left), np.nan), np.zeros(len(contracts.asked))
    with threadpool_limits(1):
        for teach, held in _folds(contracts.left):
            model = _model(contracts.teaching).fit(contracts.teaching.iloc[teach], contracts.left[teach])
            told[held] = model.predict_proba(contracts.teaching.iloc[held])[:, 1]
            own, new = np.isin(contracts.place, held), contracts.place < 0
            mine = own | new
            if mine.any():
                said = model.predict_proba(contracts.asked[mine])[:, 1]
                asked[mine] += np.where(new[mine], said / N_FOLDS, said)
    alone = {name: _area_alone(contracts.teaching[name], contracts.left) for name in contracts.features}
    ranked = dict(sorted(alone.items(), key=lambda item: -item[1]))
    return Learned(told, asked, measure(contracts.left, told), ranked)


def best_groups(contracts: Contracts, learned: Learned) -> list[str]:
    """The columns that make groups, those that tell leavers apart best first; what is not learned from comes last."""
    names = [str(name) for name in contracts.texts.columns]
    return sorted(names, key=lambda name: -learned.alone.get(name, 0.0))


def share_of_group(contracts: Contracts, group: str) -> Floats:
    """The plain rule beside the model: the share that left of the customer's group, learned on the same folds."""
    told = np.full(len(contracts.left), np.nan)
    values = contracts.teaching[group].to_numpy() if group in contracts.features else np.zeros(len(told))
    for teach, held in _folds(contracts.left):
        shares = pd.Series(contracts.left[teach]).groupby(values[teach]).mean()
        told[held] = pd.Series(values[held]).map(shares).fillna(contracts.left[teach].mean())
    return told


def measure(left: NDArray[np.int64], told: Floats) -> dict[str, float]:
    """How good probabilities were: ranking, calibration, error, lift, and the level said and happened."""
    bins = calibration_table(left, told)
    return {
        "auc": auc(left, told),
        "calibration_error": float(
            np.average((bins["predicted"] - bins["observed"]).abs(), weights=bins["n_customers"])
        ),
        "brier": brier(left, told),
        "lift_at_decile": lift_at_decile(left, told),
        "predicted_rate": float(told.mean()),
        "observed_rate": float(left.mean()),
    }


def _folds(left: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    folds: Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]
    folds = StratifiedKFold(N_FOLDS, shuffle=True, random_state=0).split(np.zeros(len(left)), left)
    return folds


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


def _area_alone(values: pd.Series, left: NDArray[np.int64]) -> float:
    """Area under the curve of one column: of the number, or of the share that left among customers with the same text."""
    if pd.api.types.is_float_dtype(values):
        area = auc(left, values.fillna(values.median()))
        return max(area, 1 - area)
    return auc(left, pd.Series(left, index=values.index).groupby(values).transform("mean"))
