"""What the files hold: orders over the whole history, gaps told apart from quiet days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import altair as alt
import pandas as pd

from clm_core.charts.encode import PALE, Row, amount, at, from_zero, inline, measure_axis, records, told, tooltip
from clm_core.charts.palette import PALETTES, Theme
from clm_core.charts.rows import opacity_channel
from clm_core.charts.sheet import empty, finish, sentences
from clm_core.completeness import History
from clm_core.wording import count, long_day

HEIGHT = 220
MOST_NAMED = 3
"""Gaps that carry their length in the drawing, the longest; all are shaded and in the data."""
SHORT_DAYS = 62
MANY = 160
"""From so many bars on they touch: a line between them would be most of what is seen."""


def orders_in_history(history: History, *, title: str, subtitle: str, theme: Theme) -> alt.LayerChart:
    """Orders by day, week or month from the first to the last; gaps are shaded and the longest say how long they are."""
    bars, gaps = _spans(history.bars, "n_orders", "is_partial"), _spans(history.gaps, "n_days")
    if not any(row["n_orders"] for row in bars):
        return empty(title=title, subtitle=subtitle, theme=theme)
    domain = from_zero(row["n_orders"] for row in bars)
    x, y = _time(history), alt.Y(**amount("n_orders", domain, axis=measure_axis("count")))
    bars = [row for row in bars if row["n_orders"]]
    for row in bars:
        row["opacity"] = PALE if row.pop("is_partial") else 1.0
    palette = PALETTES[theme]
    line = 0.6 if len(history.bars) <= MANY else 0
    columns = alt.Chart(inline(bars)).mark_bar(color=palette.accent, stroke=palette.background, strokeWidth=line)
    columns = columns.encode(
        x=x,
        x2=alt.X2(field="until"),
        y=y,
        y2=alt.Y2(datum=0),
        opacity=opacity_channel(),
        tooltip=[*tooltip(span=history.unit.capitalize()), told("n_orders", "quantitative", "Orders", ",")],
    )
    key = sentences(
        subtitle,
        "Shaded: no order for unusually long" if gaps else "",
        f"The last {history.unit} is not over, so it is pale" if bars[-1]["opacity"] < 1 else "",
    )
    return finish([*_shades(gaps, x, theme), columns], title=title, subtitle=key, theme=theme, height=HEIGHT)


def _spans(frame: pd.DataFrame, *columns: str) -> list[Row]:
    """Rows with their days as local midnights: a bare date would be taken for one in Greenwich and shifted."""
    return [
        {
            **{name: row[name] for name in columns},
            "since": _midnight(row["starts_on"]),
            "until": _midnight(row["ends_on"] + timedelta(days=1)),
            "span": _span(row["starts_on"].date(), row["ends_on"].date()),
        }
        for row in records(frame, ["starts_on", "ends_on", *columns])
    ]


def _midnight(day: Any) -> str:
    return f"{day:%Y-%m-%d}T00:00:00"


def _span(start: date, end: date) -> str:
    return long_day(start) if start == end else f"{long_day(start)} to {long_day(end)}"


def _time(history: History) -> alt.X:
    """Time from edge to edge, ticks at the first of months; a short history at Mondays."""
    first, last = history.bars["starts_on"].iloc[0], history.bars["ends_on"].iloc[-1] + timedelta(days=1)
    is_short = history.n_days <= SHORT_DAYS
    ticks = pd.date_range(first, last, freq="W-MON" if is_short else "MS")
    axis = alt.Axis(
        title=None,
        values=[alt.DateTime(year=tick.year, month=tick.month, date=tick.day) for tick in ticks],
        format="%-d %b" if is_short else "%b %Y",
        labelAngle=0,
        labelOverlap="parity",
        labelSeparation=10,
        labelBound=True,
        grid=False,
    )
    scale = alt.Scale(type="time", domain=[_midnight(first), _midnight(last)], nice=False)
    return alt.X(field="since", type="temporal", scale=scale, axis=axis)


def _shades(gaps: list[Row], x: alt.X, theme: Theme) -> list[alt.Chart]:
    """A band over each gap, and its length above the longest."""
    if not gaps:
        return []
    palette = PALETTES[theme]
    says = tooltip(span="No order", length="Length")
    longest = sorted(gaps, key=lambda row: -int(row["n_days"]))[:MOST_NAMED]
    for row in gaps:
        row["length"] = count(int(row.pop("n_days")), "day")
    bands = alt.Chart(inline(gaps)).mark_rect(color=palette.raises, opacity=0.28, stroke=palette.raises)
    bands = bands.encode(x=x, x2=alt.X2(field="until"), tooltip=says)
    names = alt.Chart(inline(longest)).mark_text(align="left", baseline="top", dx=3, dy=3, color=palette.text)
    return [bands, names.encode(x=x, y=at(alt.YValue, 0), text=alt.Text(field="length", type="nominal"), tooltip=says)]
