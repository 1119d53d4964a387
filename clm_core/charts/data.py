"""What the files hold: orders or revenue by month, with gaps told apart from small months."""

from __future__ import annotations

from typing import Literal

import altair as alt
import pandas as pd

from clm_core.charts.encode import (
    PALE,
    Row,
    amount,
    amount_label,
    from_zero,
    inline,
    measure_axis,
    month_labels,
    month_x,
    records,
    tooltip,
)
from clm_core.charts.palette import PALETTES, Theme
from clm_core.charts.rows import opacity_channel
from clm_core.charts.sheet import empty, finish, sentences
from clm_core.wording import count, month

HEIGHT = 220


def orders_over_time(
    monthly: pd.DataFrame,
    *,
    measure: Literal["n_orders", "revenue"] = "n_orders",
    currency: str = "",
    is_last_partial: bool = False,
    title: str,
    subtitle: str,
    theme: Theme,
) -> alt.LayerChart:
    """Orders or revenue by month; a month without any order is a cross on the baseline, not an invisible bar.

    Needs `month` (first day), `n_orders`, and `revenue` where that is the measure.
    """
    if monthly.empty or not monthly[measure].notna().any():
        return empty(title=title, subtitle=subtitle, theme=theme)
    palette = PALETTES[theme]
    needed = list(dict.fromkeys(["month", "n_orders", measure]))
    labels = month_labels(monthly["month"])
    bars, gaps = _months(records(monthly, needed), labels, measure, currency, is_last_partial)
    domain = from_zero(row["value"] for row in bars)
    y = alt.Y(**amount("value", domain, axis=measure_axis("count" if measure == "n_orders" else "money", currency)))
    says = tooltip(month="Month", label="Orders" if measure == "n_orders" else "Revenue")
    columns = alt.Chart(inline(bars)).mark_bar(color=palette.accent, cornerRadiusEnd=1)
    columns = columns.encode(x=month_x(labels), y=y, opacity=opacity_channel(), tooltip=says)
    crosses = alt.Chart(inline(gaps)).mark_text(text="×", baseline="bottom", fontSize=14, color=palette.raises, dy=-1)
    crosses = crosses.encode(x=month_x(labels), y=y, tooltip=says)
    key = sentences(
        subtitle,
        f"× {count(len(gaps), 'month')} without an order" if gaps else "",
        f"{labels[-1]} is not over, so it is pale" if is_last_partial else "",
    )
    return finish([columns, crosses], title=title, subtitle=key, theme=theme, height=HEIGHT)


def _months(
    known: list[Row], labels: list[str], measure: str, currency: str, is_last_partial: bool
) -> tuple[list[Row], list[Row]]:
    """Months with a number, and those without an order or a row."""
    by_month = {month(row["month"]): row for row in known}
    bars: list[Row] = []
    gaps: list[Row] = []
    for label in labels:
        row = by_month.get(label, {"n_orders": 0, measure: 0})
        value = row[measure] or 0
        if not row["n_orders"] and not value:
            gaps.append({"month": label, "value": 0, "label": "no orders"})
            continue
        says = count(int(value), "order") if measure == "n_orders" else amount_label(float(value), currency)
        is_pale = is_last_partial and label == labels[-1]
        bars.append({"month": label, "value": value, "label": says, "opacity": PALE if is_pale else 1.0})
    return bars, gaps
