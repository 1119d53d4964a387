"""What the models read: features on a scale where equal steps mean equal ratios, with missing values made explicit."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clm_core import columns as c
from clm_core.features import FEATURES

Floats = NDArray[np.float64]

GAP = "mean_gap_days"
ORDERS_PER_DAY = "orders_per_order_day"
GAP_RATIO = "gap_ratio"
SINGLE = "is_single_order_day"
PREFIX = "input_"

OWN_LABELS = {
    ORDERS_PER_DAY: "orders per day with an order",
    GAP_RATIO: "days since the last order ÷ own gap between orders",
    SINGLE: "has ordered on one day only",
}
_PLAIN = ("discount_share",)
_DERIVED = (c.N_ORDERS, c.TENURE_DAYS, GAP, GAP_RATIO)


def label_of(name: str) -> str:
    """How a sentence says the name of a model input."""
    return OWN_LABELS[name] if name in OWN_LABELS else FEATURES[name].label


def _log(values: pd.Series) -> Floats:
    """log(1 + x) that keeps the sign, for money may be owed to a customer."""
    x = values.to_numpy(dtype=np.float64)
    signed: Floats = np.sign(x) * np.log1p(np.abs(x))
    return signed


def model_inputs(dataset: pd.DataFrame) -> pd.DataFrame:
    """One column per input, one row per row of ``dataset``: counts, days and money as logarithms.

    Inputs are ratios of a customer to their own rhythm where one exists. Before the second day with an order there is no gap:
    ``is_single_order_day`` says so, and the gap itself is filled with the days since the first order, the least it can be.
    """
    columns: dict[str, Floats] = {}
    for name in dataset.columns:
        if name in FEATURES and name not in _DERIVED and FEATURES[name].kind == "number":
            filled = dataset[name].fillna(0.0)
            columns[name] = filled.to_numpy(dtype=np.float64) if name in _PLAIN else _log(filled)
    order_days = dataset[c.N_ORDER_DAYS]
    gap = dataset[GAP].fillna(dataset[c.DAYS_SINCE_FIRST_ORDER]).clip(lower=1.0)
    columns[ORDERS_PER_DAY] = np.log(dataset[c.N_ORDERS].to_numpy() / order_days.clip(lower=1).to_numpy())
    columns[GAP] = _log(gap)
    columns[GAP_RATIO] = _log(dataset[c.DAYS_SINCE_LAST_ORDER] / gap)
    columns[SINGLE] = np.where(order_days == 1, 1.0, 0.0)
    return pd.DataFrame(columns, index=dataset.index)


def with_inputs(dataset: pd.DataFrame) -> pd.DataFrame:
    """The data set with its model inputs beside it, so that they are computed once for all fits and predictions."""
    return pd.concat([dataset, model_inputs(dataset).add_prefix(PREFIX)], axis=1)


def inputs_of(rows: pd.DataFrame) -> pd.DataFrame:
    """The model inputs that :func:`with_inputs` put beside the rows."""
    names = [name for name in rows.columns if name.startswith(PREFIX)]
    return rows[names].set_axis([name.removeprefix(PREFIX) for name in names], axis=1)
