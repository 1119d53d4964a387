"""What moves a prediction, whatever made it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import logit

from clm_core import columns as c
from clm_core.models.inputs import inputs_of, label_of
from clm_core.models.scaling import Scaling

MAX_ROWS = 20_000


def input_weights(rows: pd.DataFrame, predicted: NDArray[np.float64], score: str) -> pd.DataFrame:
    """Weight of each input in the linear model nearest to the predictions, largest first.

    The predictions' log odds (churn) or logarithms (orders, spend) are regressed on the standardised inputs with a small ridge
    penalty. A weight is the change for one standard deviation more with the others held; for a linear model it is its own
    coefficient, for any other its linear part (a global surrogate: Molnar, Interpretable Machine Learning, ch. 8.6).
    """
    step = max(1, len(rows) // MAX_ROWS)
    inputs = inputs_of(rows.iloc[::step])
    p = predicted[::step]
    target = logit(np.clip(p, 1e-6, 1 - 1e-6)) if score == c.CHURN_PROB else np.log(np.maximum(p, 1e-9))
    X = inputs.to_numpy()
    Z = Scaling.of(X).apply(X)
    ridge = 1e-3 * len(Z) * np.eye(Z.shape[1])
    weights = np.linalg.solve(Z.T @ Z + ridge, Z.T @ (target - target.mean()))
    table = pd.DataFrame({"feature": [label_of(name) for name in inputs.columns], "weight": weights})
    varies = table[Z.std(axis=0) > 0]
    ranked: pd.DataFrame = varies.iloc[np.argsort(-varies["weight"].abs().to_numpy(), kind="stable")].reset_index(
        drop=True
    )
    return ranked
