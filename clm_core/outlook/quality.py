"""How good a model was, in tables a person can read."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clm_core import columns as c
from clm_core.models import ModelCard
from clm_core.wording import percent

_QUALITY: dict[str, tuple[str, str]] = {
    "auc": ("Ranking: chance that a leaver scores above a stayer (AUC; .5 is by chance)", "{:.3f}"),
    "brier": ("Mean squared error of the probability (Brier; lower is better)", "{:.3f}"),
    "log_loss": ("Surprise (log loss; lower is better)", "{:.3f}"),
    "lift_at_decile": ("Leavers among the riskiest tenth, against all (lift)", "{:.2f} ×"),
    "gini": ("Ranking by value (normalised Gini; 0 is by chance, 1 is perfect)", "{:.3f}"),
    "bias": ("Total said against total happened (bias)", "+%"),
    "mean_absolute_error": ("Mean miss per customer, {unit}", "{:,.2f}"),
    "observed_rate": ("Share without an order: happened", "%"),
    "predicted_rate": ("Share without an order: said", "%"),
    "observed_mean": ("Mean per customer, {unit}: happened", "{:,.2f}"),
    "predicted_mean": ("Mean per customer, {unit}: said", "{:,.2f}"),
    "interval_coverage": ("Outcomes inside the 80 % interval", "%"),
    "interval_coverage_95": ("Outcomes inside the 95 % interval", "%"),
}


def quality_table(card: ModelCard, currency: str = "") -> pd.DataFrame:
    """Each metric of a model beside the baseline's, in words: `Metric`, `Model`, `Baseline`."""
    unit = "days with an order" if card.model == "orders" else currency or "money"
    rows = []
    for name, value in card.metrics.items():
        label, form = _QUALITY.get(name, (name.replace("_", " "), "{:.3f}"))
        baseline = card.baseline_metrics.get(name)
        told = [_worded(one, form) for one in (value, baseline)]
        rows.append((label.format(unit=unit), *told))
    return pd.DataFrame(rows, columns=["Metric", "Model", "Baseline"])


def _worded(value: float | None, form: str) -> str:
    """A figure of the table: a share where the form is `%`, with its sign for `+%`."""
    if value is None:
        return "–"
    if "%" not in form:
        return form.format(value)
    return ("+" if form == "+%" and value >= 0 else "") + percent(value)


def drivers_of(importance: pd.DataFrame, model: str, n: int = 10) -> pd.DataFrame:
    """The features that weigh most in a model, heaviest first, in words: `feature`, `weight`."""
    rows = importance[importance["model"] == model]
    heaviest = rows.reindex(rows["weight"].abs().sort_values(ascending=False).index).head(n)
    return heaviest[["feature", "weight"]].reset_index(drop=True)


def tenths(told: pd.DataFrame, score: str, happened: str) -> pd.DataFrame:
    """Mean of what was said and of what happened by tenth of what was said, lowest first.

    Columns: `decile`, `n_customers`, `predicted`, `actual`. Rows without the score are left out.
    """
    known = told[told[score].notna()]
    place = known[score].rank(method="first").to_numpy()
    decile = np.ceil(place / max(len(known), 1) * 10).astype(int)
    rows = pd.DataFrame({"decile": decile, "predicted": known[score], "actual": known[happened]}).astype(
        {"predicted": float, "actual": float}
    )
    grouped = rows.groupby("decile")
    table = grouped[["predicted", "actual"]].mean()
    table.insert(0, c.N_CUSTOMERS, grouped.size())
    return table.reset_index()
