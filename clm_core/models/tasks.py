"""The three questions asked of every customer, and the candidates that may answer each.

A further method joins by keeping to :class:`Forecast` and standing in the candidates of a task: which of them answers is
decided on earlier cut-offs inside the training rows, never on the test window.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clm_core import columns as c
from clm_core.models import evaluate
from clm_core.models.baselines import FrequencyTable, own_orders, own_spend
from clm_core.models.buying import BuyingChurn, BuyingOrders, BuyingSpend
from clm_core.models.dataset import HAS_NO_ORDER, NEXT_ORDER_DAYS, NEXT_SPEND
from clm_core.models.hybrid import HybridChurn, HybridOrders, HybridSpend, Layout
from clm_core.models.once import once

Floats = NDArray[np.float64]


class Forecast(Protocol):
    """Learns from rows of a data set, and predicts one number for each row."""

    @property
    def method(self) -> str:
        """What is fitted, in a sentence."""

    def fit(self, rows: pd.DataFrame) -> Self:
        """Learn from features and labels."""

    def predict(self, rows: pd.DataFrame) -> Floats:
        """Predict from features."""


@dataclass(frozen=True)
class Task:
    """One question: the score it fills, its label, how answers are measured, and who may answer.

    ``candidates`` stand in rising order of effort: a later one must win clearly to be used. The first learns from no label, so it
    can answer where there is no window to learn from. Each is a function from rows to a forecast that learned from them.
    """

    model: str
    score: str
    label: str
    sentence: str
    key_metric: str
    measure: Callable[[pd.Series, Floats], dict[str, float]]
    candidates: tuple[Callable[[pd.DataFrame], Forecast], ...]
    baseline: Callable[[], Forecast]


def measure_probability(happened: pd.Series, predicted: Floats) -> dict[str, float]:
    """Ranking, error, level and lift of probabilities."""
    return {
        "auc": evaluate.auc(happened, predicted),
        "brier": evaluate.brier(happened, predicted),
        "log_loss": evaluate.log_loss(happened, predicted),
        "lift_at_decile": evaluate.lift_at_decile(happened, predicted),
        "observed_rate": float(happened.mean()),
        "predicted_rate": float(np.mean(predicted)),
        "bias": evaluate.total_bias(happened, predicted),
    }


def measure_amount(actual: pd.Series, predicted: Floats) -> dict[str, float]:
    """Ranking, level and error of expected amounts."""
    return {
        "gini": evaluate.normalised_gini(actual, predicted),
        "bias": evaluate.total_bias(actual, predicted),
        "mean_absolute_error": evaluate.mean_absolute_error(actual, predicted),
        "observed_mean": float(actual.mean()),
        "predicted_mean": float(np.mean(predicted)),
    }


def tasks_for(horizon_days: int) -> tuple[Task, Task, Task]:
    """Churn, orders and spend over one horizon; what they learn from the same rows is learned once."""
    layout = Layout()
    learn_orders = once(lambda rows: HybridOrders(layout).fit(rows))
    days = f"{horizon_days} days"
    return (
        Task(
            model="churn",
            score=c.CHURN_PROB,
            label=HAS_NO_ORDER,
            sentence=f"A customer who has bought before makes no purchase in the next {days}.",
            key_metric="auc",
            measure=measure_probability,
            candidates=(BuyingChurn().fit, once(lambda rows: HybridChurn(layout).fit(rows))),
            baseline=FrequencyTable,
        ),
        Task(
            model="orders",
            score=c.EXPECTED_ORDERS,
            label=NEXT_ORDER_DAYS,
            sentence=f"Days with a purchase in the next {days}.",
            key_metric="gini",
            measure=measure_amount,
            candidates=(BuyingOrders().fit, learn_orders),
            baseline=lambda: own_orders(horizon_days),
        ),
        Task(
            model="spend",
            score=c.EXPECTED_SPEND,
            label=NEXT_SPEND,
            sentence=f"Net spend in the next {days}, refunds and credit notes taken off.",
            key_metric="gini",
            measure=measure_amount,
            candidates=(BuyingSpend().fit, once(lambda rows: HybridSpend(layout, learn_orders).fit(rows))),
            baseline=lambda: own_spend(horizon_days),
        ),
    )
