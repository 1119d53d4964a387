"""Estimates with their intervals, one row each: a dot for the estimate, a whisker for how sure it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from clm_core import columns as c
from clm_core.charts.encode import Row, Unit, amount, amount_label, from_zero, inline, measure_axis, tooltip
from clm_core.charts.palette import PALETTES, Theme
from clm_core.charts.rows import RowAxis, opacity, opacity_channel, side_labels
from clm_core.wording import percent

NO_SCORE = "no score"
NO_ESTIMATE = "No estimate yet: nobody in this selection has a score."


def estimate_label(row: Mapping[str, Any], unit: Unit, currency: str = "") -> str:
    """`18 % (15–22 %)`, `£34 (£28–£41)`; without an interval the estimate alone."""
    estimate, low, high = row["estimate"], row["low"], row["high"]
    if estimate is None:
        return NO_SCORE
    if unit == "percent":
        digits = 0 if estimate >= 0.1 else 1
        bounds = "" if low is None else f" ({low * 100:.{digits}f}–{high * 100:.{digits}f} %)"
        return percent(estimate, digits) + bounds
    words = amount_label(estimate, currency)
    return words if low is None else f"{words} ({amount_label(low, currency)}–{amount_label(high, currency)})"


def estimate_layers(
    rows: Sequence[Row], axis: RowAxis, colour: Any, theme: Theme, unit: Unit, currency: str = "", name: str = "Group"
) -> list[alt.Chart]:
    """Whiskers, dots and labels. Rows bring `name`, `estimate`, `low`, `high` and `n_customers`; small groups are pale."""
    palette = PALETTES[theme]
    labelled = opacity([{**row, "label": estimate_label(row, unit, currency)} for row in rows])
    known = [row for row in labelled if row["estimate"] is not None]
    at_most = max((row["high"] or row["estimate"] for row in known), default=1.0)
    domain = from_zero([row[field] for row in known for field in ("estimate", "low", "high")] + [at_most * 1.04])
    x = alt.X(**amount("estimate", domain, axis=measure_axis(unit, currency, orient="bottom")))
    with_interval = [row for row in known if row["low"] is not None]
    base = alt.Chart(inline(known)).encode(y=axis.y, opacity=opacity_channel())
    whiskers = alt.Chart(inline(with_interval)).mark_rule(color=palette.text, strokeWidth=1.6, strokeCap="round")
    whiskers = whiskers.encode(
        x=alt.X(**amount("low", domain, axis=measure_axis(unit, currency, orient="bottom"))),
        x2=alt.X2(field="high"),
        y=axis.y,
        opacity=opacity_channel(),
    )
    dots = base.mark_point(filled=True, shape="circle", size=130, stroke=palette.text, strokeWidth=1.2).encode(
        x=x, fill=colour, tooltip=tooltip(name=name, label="Estimate", **{c.N_CUSTOMERS: "People"})
    )
    return [whiskers, dots, side_labels(labelled, axis.y)]
