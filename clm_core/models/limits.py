"""When a model is refused: too few customers, too few of either outcome, a leak, or no better than the baseline."""

from __future__ import annotations

import pandas as pd

from clm_core import columns as c
from clm_core.errors import TooThinError
from clm_core.models.dataset import HAS_NO_ORDER
from clm_core.models.evaluate import auc
from clm_core.models.inputs import label_of

MIN_CUSTOMERS = 100
MIN_OF_EACH = 20
LEAK_AUC, LEAK_MIN_OF_EACH = 0.995, 50
TOLERANCE = 0.015
"""How much below the baseline a model may rank and still count as level with it: less than chance moves either."""
CHANCE = {"auc": 0.5, "gini": 0.0}
"""At or below this a ranking is none, whatever the baseline says."""
HARDLY = {"auc": 0.55, "gini": 0.1}
"""Below this the ranking is little more than chance, and the card says so."""


def check_enough(rows: pd.DataFrame, period: str) -> None:
    """Raise TooThinError when ``rows`` (customers with a purchase, one or more cut-offs) cannot carry a model."""
    n = int(rows[c.CUSTOMER_ID].nunique())
    if n < MIN_CUSTOMERS:
        raise _too_few(f"{n} customers with a purchase", f"at least {MIN_CUSTOMERS}", period)
    for outcome, words in ((True, "who did not order again"), (False, "who ordered again")):
        found = int(rows.loc[rows[HAS_NO_ORDER] == outcome, c.CUSTOMER_ID].nunique())
        if found < MIN_OF_EACH:
            raise _too_few(f"{found} of {n} customers {words}", f"at least {MIN_OF_EACH}", period)


def check_varies(label: pd.Series, period: str) -> None:
    """Raise TooThinError when every customer had the same outcome, or the total is not above zero."""
    if label.nunique() > 1 and label.sum() > 0:
        return
    found = "the same outcome for every customer" if label.nunique() <= 1 else "a total of zero or less"
    raise _too_few(found, "outcomes that differ, with a total above zero", period)


def _too_few(found: str, allowed: str, period: str) -> TooThinError:
    return TooThinError(
        "Too little happened to learn from.",
        where=period,
        found=found,
        allowed=allowed,
        next_step="Choose a longer horizon or add more orders; counts, stages and rates are shown all the same.",
    )


def check_leaks(inputs: pd.DataFrame, has_no_order: pd.Series) -> None:
    """Raise TooThinError when one input alone tells the label apart: it was written down after the fact, or is the label.

    The limit is an area under the curve above .995 in either direction, with 50 or more customers of each outcome.
    """
    n_yes = int(has_no_order.sum())
    if min(n_yes, len(has_no_order) - n_yes) < LEAK_MIN_OF_EACH:
        return
    for name in inputs.columns:
        area = auc(has_no_order, inputs[name])
        if max(area, 1 - area) > LEAK_AUC:
            raise TooThinError(
                f"'{label_of(name)}' alone tells who orders again: no honest feature does.",
                where=f"feature '{name}'",
                found=f"area under the curve {max(area, 1 - area):.3f}",
                allowed=f"at most {LEAK_AUC}",
                next_step="Check whether it was recorded after the fact, or whether the answer needs no model.",
            )


def check_amounts(has_amounts: bool, score: str) -> None:
    """Raise TooThinError for spend when there is no money in the file."""
    if score == c.EXPECTED_SPEND and not has_amounts:
        raise TooThinError(
            "The file has no amounts, so spend cannot be projected.",
            next_step="Map a column to 'amount'; orders and churn do not need it.",
        )


def reason_of(refusal: TooThinError) -> str:
    """The refusal in one line for a card."""
    parts = "; ".join(f"{label.lower()}: {text}" for label, text in refusal.parts())
    return f"{refusal.what} {parts[:1].upper()}{parts[1:]}" if parts else refusal.what


def compare(metric: str, model: float, baseline: float) -> tuple[bool, str]:
    """Whether the model may be shown, and the sentence with both figures."""
    name = {"auc": "area under the curve", "gini": "normalised Gini"}[metric]
    figures = f"{name} {model:.3f}, baseline {baseline:.3f}, on the test window"
    if not model >= baseline - TOLERANCE:
        return False, f"The model ranks customers worse than its baseline: {figures}."
    if not model > CHANCE[metric]:
        return False, f"The model ranks customers no better than chance: {figures}."
    weak = " It hardly tells customers apart: read it as an average." if model < HARDLY[metric] else ""
    return True, f"The model {'beats' if model > baseline else 'is level with'} its baseline: {figures}.{weak}"
