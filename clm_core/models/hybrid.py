"""Buy-till-you-die models corrected by what happened at earlier cut-offs: the average of the exact answer, a line and trees.

Each part errs in its own way. The exact answer knows nothing of a shop's habits, the line cannot bend, and trees forget the level
when a season turns. Trees start from the exact answer (as the base of a Poisson rate), so where labels teach nothing they add
nothing.
"""

from __future__ import annotations

from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clm_core import columns as c
from clm_core.models.buying import VALUE, BuyingChurn, BuyingOrders, BuyingSpend, log_buying
from clm_core.models.churn import ChurnClassifier
from clm_core.models.dataset import HAS_NO_ORDER, NEXT_ORDER_DAYS, NEXT_SPEND
from clm_core.models.inputs import inputs_of
from clm_core.models.trees import ProbabilityTrees, RatioTrees
from clm_core.models.value import OrderDaysRegressor

Floats = NDArray[np.float64]

LARGEST = 0.999
"""Share of spends that are taken as they are; larger ones count as this quantile, or one wholesaler would be the pattern."""


def design_of(rows: pd.DataFrame) -> pd.DataFrame:
    """What the learned parts read: features of the customer and the buy-till-you-die answers, on logarithmic scales."""
    return pd.concat([inputs_of(rows), log_buying(rows)], axis=1)


class HybridChurn:
    """Probability of no order: mean of the exact one, of a logistic regression and of boosted trees."""

    method = (
        "Mean of three: the exact probability of no order under BG/NBD or MBG/NBD, a logistic regression and boosted trees, "
        "which read its answer beside logarithms of counts, days and money at several earlier cut-offs."
    )

    def fit(self, rows: pd.DataFrame) -> Self:
        """Learn from stacked cut-offs."""
        X, y = design_of(rows), rows[HAS_NO_ORDER]
        self.line_ = ChurnClassifier().fit(X, y, groups=rows[c.CUSTOMER_ID])
        self.trees_ = ProbabilityTrees().fit(X, y)
        return self

    def predict(self, rows: pd.DataFrame) -> Floats:
        """Probability of no purchase."""
        X = design_of(rows)
        parts = [BuyingChurn().predict(rows), self.line_.predict_proba(X)[:, 1], self.trees_.predict(X)]
        return np.asarray(np.mean(parts, axis=0), dtype=np.float64)

    def spread(self, rows: pd.DataFrame) -> Floats:
        """Standard deviation of the log odds that the training rows leave open: that of the line."""
        return self.line_.spread(design_of(rows))


class HybridOrders:
    """Expected days with an order: mean of the exact one, of a Poisson regression and of trees grown on the exact one."""

    method = (
        "Mean of three: expected orders under BG/NBD or MBG/NBD, a Poisson regression that reads them beside logarithms of "
        "counts, days and money at several earlier cut-offs, and boosted trees that correct them."
    )

    def fit(self, rows: pd.DataFrame) -> Self:
        """Learn from stacked cut-offs."""
        X, days = design_of(rows), rows[NEXT_ORDER_DAYS].to_numpy(dtype=np.float64)
        self.line_ = OrderDaysRegressor().fit(X, days)
        self.trees_ = RatioTrees().fit(X, days, BuyingOrders().predict(rows))
        return self

    def parts(self, rows: pd.DataFrame) -> list[Floats]:
        """The three answers."""
        exact, X = BuyingOrders().predict(rows), design_of(rows)
        return [exact, self.line_.predict(X), self.trees_.predict(X, exact)]

    def predict(self, rows: pd.DataFrame) -> Floats:
        """Expected days with an order."""
        return np.asarray(np.mean(self.parts(rows), axis=0), dtype=np.float64)


class HybridSpend:
    """Expected spend: geometric mean of each answer for orders × the value of one, and of two corrections of spend itself."""

    method = (
        "Geometric mean of five: three answers for the orders to come (BG/NBD or MBG/NBD, Poisson regression, boosted trees), each "
        "times the Gamma-Gamma value of an order day, and a Poisson regression and boosted trees of spend."
    )

    def fit(self, rows: pd.DataFrame) -> Self:
        """Learn from stacked cut-offs. Negative spend counts as none, and the largest thousandth as its least."""
        spend = rows[NEXT_SPEND].clip(lower=0.0).to_numpy(dtype=np.float64)
        spend = np.minimum(spend, max(np.quantile(spend, LARGEST), spend.mean()))
        self.orders_ = HybridOrders().fit(rows)
        self.mean_ = float(spend.mean())
        self.line_ = OrderDaysRegressor(alpha=1e-2).fit(design_of(rows), spend / self.mean_)
        self.trees_ = RatioTrees().fit(design_of(rows), spend, BuyingSpend().predict(rows))
        return self

    def predict(self, rows: pd.DataFrame) -> Floats:
        """Expected net spend, never below zero."""
        X, value = design_of(rows), rows[VALUE].to_numpy(dtype=np.float64)
        parts = [orders * value for orders in self.orders_.parts(rows)]
        parts += [self.line_.predict(X) * self.mean_, self.trees_.predict(X, BuyingSpend().predict(rows))]
        return np.asarray(np.exp(np.mean(np.log(np.maximum(parts, 1e-9)), axis=0)), dtype=np.float64)
