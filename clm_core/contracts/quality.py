"""How good the probabilities were, beside the plain rule, in words a person can read."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from clm_core.wording import percent

_METRICS = {
    "auc": ("Ranking: chance that a leaver scores above a stayer (AUC; .5 is by chance)", "{:.3f}"),
    "calibration_error": ("Mean gap between said and happened, by tenth (ECE; lower is better)", "{:.3f}"),
    "brier": ("Mean squared error of the probability (Brier; lower is better)", "{:.3f}"),
    "lift_at_decile": ("Leavers among the riskiest tenth, against all (lift)", "{:.2f} ×"),
    "predicted_rate": ("Share that leaves: said", "%"),
    "observed_rate": ("Share that leaves: happened", "%"),
}


def quality_table(metrics: Mapping[str, float], baseline: Mapping[str, float]) -> pd.DataFrame:
    """Each metric of :func:`clm_core.contracts.measure` beside the plain rule's: `Metric`, `Model`, `Baseline`."""
    rows = [
        (label, *(percent(one[name]) if form == "%" else form.format(one[name]) for one in (metrics, baseline)))
        for name, (label, form) in _METRICS.items()
    ]
    return pd.DataFrame(rows, columns=["Metric", "Model", "Baseline"])
