"""Buy-till-you-die models corrected by what happened at earlier cut-offs: the average of the exact answer, a line and trees.

Each part errs in its own way. The exact answer knows nothing of a shop's habits, the line cannot bend, and trees forget the level
when a season turns. Trees start from the exact answer (as the base of a Poisson rate), so where labels teach nothing they add
nothing. The level of the average is taken half-way to that of the exact answer, see :mod:`clm_core.models.level`: rows to be predicted are
everybody at a day.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clm_core import columns as c
from clm_core.models.buying import VALUE, BuyingChurn, BuyingOrders, BuyingSpend, log_buying
from clm_core.models.churn import ChurnClassifier
from clm_core.models.dataset import HAS_NO_ORDER, NEXT_ORDER_DAYS, NEXT_SPEND
from clm_core.models.inputs import inputs_of
from clm_core.models.level import amounts_half_way, odds_half_way
from clm_core.models.once import once
from clm_core.models.trees import Bins, ProbabilityTrees, RatioTrees
from clm_core.models.value import OrderDaysRegressor

Floats = NDArray[np.float64]

LARGEST = 0.999
"""Share of spends that are taken as they are; larger ones count as this quantile, or one wholesaler would be the pattern."""


def design_of(rows: pd.DataFrame) -> pd.DataFrame:
    """What the learned parts read: features of the customer and the buy-till-you-die answers, on logarithmic scales."""
    return pd.concat([inputs_of(rows), log_buying(rows)], axis=1)


class Layout:
    """What the learned parts of several hybrids read of the same rows, laid out and put into bins once."""

    def __init__(self) -> None:
        self.design, self.bins = once(design_of), once(Bins)


class HybridChurn:
    """Probability of no order: mean of the exact one, of a logistic regression and of boosted trees."""

    method = (
        "Mean of three: the exact probability of no order under BG/NBD or MBG/NBD (with MBG/CNBD-2 where gaps are regular), a logistic regression and boosted trees, "
        "which read its answer beside logarithms of counts, days and money at several earlier cut-offs; its level is half-way to that of the first."
    )

    def __init__(self, layout: Layout | None = None) -> None:
        self.layout = layout or Layout()

    def fit(self, rows: pd.DataFrame) -> Self:
        """Learn from stacked cut-offs."""
        X, y = self.layout.design(rows), rows[HAS_NO_ORDER]
        self.line_ = ChurnClassifier().fit(X, y, groups=rows[c.CUSTOMER_ID])
        self.trees_ = ProbabilityTrees(self.layout.bins).fit(X, y)
        return self

    def predict(self, rows: pd.DataFrame) -> Floats:
        """Probability of no purchase."""
        X = self.layout.design(rows)
        parts = [BuyingChurn().predict(rows), self.line_.predict_proba(X)[:, 1], self.trees_.predict(X)]
        return odds_half_way(np.mean(parts, axis=0), exact=parts[0])

    def spread(self, rows: pd.DataFrame) -> Floats:
        """Standard deviation of the log odds that the training rows leave open: that of the line."""
        return self.line_.spread(self.layout.design(rows))


class HybridOrders:
    """Expected days with an order: mean of the exact one, of a Poisson regression and of trees grown on the exact one."""

    method = (
        "Mean of three: expected orders under BG/NBD or MBG/NBD, a Poisson regression that reads them beside logarithms of "
        "counts, days and money at several earlier cut-offs, and boosted trees that correct them; its total is half-way to that of the first."
    )

    def __init__(self, layout: Layout | None = None) -> None:
        self.layout = layout or Layout()
        self.parts = once(self._parts)

    def fit(self, rows: pd.DataFrame) -> Self:
        """Learn from stacked cut-offs."""
        X, days = self.layout.design(rows), rows[NEXT_ORDER_DAYS].to_numpy(dtype=np.float64)
        self.line_ = OrderDaysRegressor().fit(X, days)
        self.trees_ = RatioTrees(self.layout.bins).fit(X, days, BuyingOrders().predict(rows))
        return self

    def _parts(self, rows: pd.DataFrame) -> list[Floats]:
        """The three answers."""
        exact, X = BuyingOrders().predict(rows), self.layout.design(rows)
        return [exact, self.line_.predict(X), self.trees_.predict(X, exact)]

    def predict(self, rows: pd.DataFrame) -> Floats:
        """Expected days with an order."""
        parts = self.parts(rows)
        return amounts_half_way(np.mean(parts, axis=0), exact=parts[0])


class HybridSpend:
    """Expected spend: geometric mean of each answer for orders × the value of one, and of two corrections of spend itself."""

    method = (
        "Geometric mean of five, at the mean of their levels: three answers for the orders to come (BG/NBD or MBG/NBD, Poisson regression, boosted trees), each "
        "times the Gamma-Gamma value of an order day, and a Poisson regression and boosted trees of spend; its total is half-way to that of the first."
    )

    def __init__(
        self, layout: Layout | None = None, learn_orders: Callable[[pd.DataFrame], HybridOrders] | None = None
    ) -> None:
        self.layout = layout or Layout()
        self.learn_orders = learn_orders or (lambda rows: HybridOrders(self.layout).fit(rows))

    def fit(self, rows: pd.DataFrame) -> Self:
        """Learn from stacked cut-offs. Negative spend counts as none, and the largest thousandth as its least."""
        spend = rows[NEXT_SPEND].clip(lower=0.0).to_numpy(dtype=np.float64)
        spend = np.minimum(spend, max(np.quantile(spend, LARGEST), spend.mean()))
        self.orders_, X = self.learn_orders(rows), self.layout.design(rows)
        self.mean_ = float(spend.mean())
        self.line_ = OrderDaysRegressor(alpha=1e-2).fit(X, spend / self.mean_)
        self.trees_ = RatioTrees(self.layout.bins).fit(X, spend, BuyingSpend().predict(rows))
        parts = self.parts(rows)
        # a geometric mean lies below the levels it mixes; the total is to be the mean of theirs
        self.lift_ = float(np.mean(parts) / geometric_mean(parts).mean())
        return self

    def parts(self, rows: pd.DataFrame) -> list[Floats]:
        """The five answers."""
        X, value = self.layout.design(rows), rows[VALUE].to_numpy(dtype=np.float64)
        parts = [orders * value for orders in self.orders_.parts(rows)]
        return [*parts, self.line_.predict(X) * self.mean_, self.trees_.predict(X, BuyingSpend().predict(rows))]

    def predict(self, rows: pd.DataFrame) -> Floats:
        """Expected net spend, never below zero."""
        parts = self.parts(rows)
        return amounts_half_way(geometric_mean(parts) * self.lift_, exact=parts[0])


def geometric_mean(parts: list[Floats]) -> Floats:
    """Of several answers for each row; none counts as less than next to nothing."""
    return np.asarray(np.exp(np.mean(np.log(np.maximum(parts, 1e-9)), axis=0)), dtype=np.float64)
