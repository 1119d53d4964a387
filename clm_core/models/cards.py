"""What a model hands over: scores, and a card that says what they are worth."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from clm_core import columns as c
from clm_core.models.dataset import HAS_NO_ORDER, NEXT_ORDER_DAYS, NEXT_SPEND

SCORE_COLUMNS = (c.CUSTOMER_ID, *[score + end for score in c.SCORES for end in ("", *c.ENDS)])
TEST_COLUMNS = (
    c.CUSTOMER_ID,
    c.CHURN_PROB,
    HAS_NO_ORDER,
    c.EXPECTED_ORDERS,
    NEXT_ORDER_DAYS,
    c.EXPECTED_SPEND,
    NEXT_SPEND,
)
IMPORTANCE_COLUMNS = ("model", "feature", "weight")


@dataclass(frozen=True)
class ModelCard:
    """One model: what it says, how it was learned and tested, how it compares, and whether it may be shown."""

    model: str
    label: str
    horizon_days: int
    features: tuple[str, ...] = ()
    method: str = ""
    baseline: str = ""
    train_window: tuple[str, str] = ("", "")
    test_window: tuple[str, str] = ("", "")
    n_train: int = 0
    n_test: int = 0
    metrics: dict[str, float] = field(default_factory=dict)
    baseline_metrics: dict[str, float] = field(default_factory=dict)
    verdict: Literal["shown", "refused"] = "refused"
    reason: str = ""
    interval: str = ""
    discount_rate: float = 0.0


@dataclass(frozen=True)
class Scores:
    """Scores of every customer known at a day, and the evidence for them.

    ``table`` has one row a known customer; the columns of a refused model are empty. ``test`` holds the out-of-time predictions
    beside what happened, also of a model refused for them. ``importance`` says how far each input moves a prediction. ``totals``
    has one row a model that is shown: what all customers with a purchase are expected to come to, with 80 % and 95 % intervals.
    """

    table: pd.DataFrame
    cards: tuple[ModelCard, ...]
    test: pd.DataFrame
    importance: pd.DataFrame
    totals: pd.DataFrame
