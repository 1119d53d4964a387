"""Whom a page about scores asks of: everyone who has bought, or a part of them."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from clm_core import columns as c
from clm_core.frameworks import Framework

Who = Literal["bought", "path", "repeat", "year"]
WHO: dict[Who, str] = {
    "bought": "customers who have bought",
    "path": "customers still on the path",
    "repeat": "customers with two orders or more",
    "year": "customers who ordered in the last 365 days",
}
"""Parts of the customers, as a sentence says them."""


def at_stake(customers: pd.DataFrame, framework: Framework, who: Who) -> pd.DataFrame:
    """The customers in question, in their order; nobody without a purchase is among them.

    ``customers`` has one row a customer with ``n_orders``, ``n_orders_365d`` and ``stage``.
    """
    is_asked = customers[c.N_ORDERS] > 0
    if who == "path":
        is_asked &= customers[c.STAGE].isin([stage.id for stage in framework.stages if stage.kind == "path"])
    elif who == "repeat":
        is_asked &= customers[c.N_ORDERS] > 1
    elif who == "year":
        is_asked &= customers["n_orders_365d"] > 0
    return customers[is_asked]
