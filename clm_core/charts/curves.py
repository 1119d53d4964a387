"""Curves with a point read out: who brings the spend, when a cost is back, how long customers stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd

from clm_core import columns as c
from clm_core.charts.encode import Row, amount, amount_label, from_zero, inline, measure_axis, records, tooltip
from clm_core.charts.estimates import NO_ESTIMATE
from clm_core.charts.palette import PALETTES, Theme
from clm_core.charts.sheet import empty, finish
from clm_core.wording import percent

READ_AT = {"so far": (0.1, 0.5), "expected": (0.2,)}
"""Shares of customers at which each curve is read out, apart so that words do not meet."""
LINES = ([1, 0], [5, 4], [2, 3], [8, 3], [1, 2], [10, 2, 2, 2])


def spend_concentration(curve: pd.DataFrame, *, title: str, subtitle: str, theme: Theme) -> alt.LayerChart:
    """Share of spend by share of customers, those who spend most first; on the dotted line all would spend the same.

    Needs `kind` ("so far", "expected"), `share_customers`, `share_spend`.
    """
    if curve.empty:
        return empty(title=title, subtitle=subtitle, theme=theme, message=NO_ESTIMATE)
    rows = records(curve, ["kind", "share_customers", "share_spend"])
    palette = PALETTES[theme]
    x = alt.X(**amount("share_customers", [0, 1], axis=measure_axis("percent", title="Customers who have bought")))
    domain = from_zero([row["share_spend"] for row in rows], 1.0)
    y = alt.Y(**amount("share_spend", domain, axis=measure_axis("percent", title="Spend")))
    even = alt.Chart(inline([{"share_customers": 0, "share_spend": 0}, {"share_customers": 1, "share_spend": 1}]))
    even = even.mark_line(color=palette.muted, strokeDash=[2, 3], strokeWidth=1.2).encode(x=x, y=y)
    layers = [even, _lines(rows, x, y, "kind", {"so far": palette.accent, "expected": palette.raises})]
    read = [
        {**row, "label": f"{percent(row['share_customers'], 0)} bring {percent(row['share_spend'], 0)} {row['kind']}"}
        for row in rows
        if any(abs(row["share_customers"] - place) < 1e-9 for place in READ_AT.get(row["kind"], ()))
    ]
    dots = alt.Chart(inline(read)).mark_point(filled=True, size=60, opacity=1, color=palette.text)
    words = alt.Chart(inline(read)).mark_text(align="left", baseline="top", dx=9, dy=5)
    layers += [
        dots.encode(x=x, y=y, tooltip=tooltip(label="Read out")),
        words.encode(x=x, y=y, text=alt.Text(field="label", type="nominal")),
    ]
    return finish(layers, title=title, subtitle=subtitle, theme=theme, height=320)


def payback(
    curve: pd.DataFrame, cost: float, *, currency: str = "", title: str, subtitle: str, theme: Theme
) -> alt.LayerChart:
    """What a customer has brought by each month after the first order, against what one cost (dashed).

    Needs `month`, `n_customers`, `brought`.
    """
    if curve.empty:
        message = "Nobody was seen for a month after the first order yet, or fewer than 30 people."
        return empty(title=title, subtitle=subtitle, theme=theme, message=message)
    palette = PALETTES[theme]
    rows = records(curve, ["month", c.N_CUSTOMERS, "brought"])
    for row in rows:
        row["label"] = f"{amount_label(row['brought'], currency)} by month {row['month']}"
    scale = alt.Scale(domain=[0, max(row["month"] for row in rows) * 1.12], nice=False)
    axis = measure_axis("count", title="Months of 30 days since the first order")
    x = alt.X(field="month", type="quantitative", scale=scale, axis=axis)
    domain = from_zero([row["brought"] for row in rows] + [cost * 1.12])
    y = alt.Y(**amount("brought", domain, axis=measure_axis("money", currency)))
    line = alt.Chart(inline(rows)).mark_line(color=palette.accent, strokeWidth=2.4, point=True)
    level = [{"month": 0, "brought": cost, "label": f"cost {amount_label(cost, currency)}"}]
    rule = alt.Chart(inline(level)).mark_rule(color=palette.text, strokeDash=[5, 4]).encode(y=y)
    ends = [row | {"label": amount_label(row["brought"], currency)} for row in (rows[0], rows[-1])]
    layers = [
        rule,
        line.encode(x=x, y=y, tooltip=tooltip(label="Brought", n_customers="People")),
        _words(level, x, y, align="left", baseline="bottom", dx=4, dy=-4),
        _words(ends if len(rows) > 1 else ends[:1], x, y, align="left", baseline="top", dx=6, dy=4),
    ]
    return finish(layers, title=title, subtitle=subtitle, theme=theme, height=280)


def tenure(curve: pd.DataFrame, unit: str, *, title: str, subtitle: str, theme: Theme) -> alt.LayerChart:
    """Share still there by tenure, one line a segment, labelled at its end. Needs `segment`, `tenure`, `n_at_risk`, `survival`."""
    if curve.empty:
        return empty(title=title, subtitle=subtitle, theme=theme, message=NO_ESTIMATE)
    palette = PALETTES[theme]
    rows = records(curve, ["segment", "tenure", "survival"])
    names = list(dict.fromkeys(row["segment"] for row in rows))
    longest = max(row["tenure"] for row in rows)
    axis = measure_axis("count", title=f"{unit.capitalize()} as a customer")
    scale = alt.Scale(domain=[0, longest * 1.3], nice=False)
    x = alt.X(field="tenure", type="quantitative", scale=scale, axis=axis)
    share = measure_axis("percent", title="Still there")
    y = alt.Y(**amount("survival", [0, 1], axis=share))
    shades = [palette.sequential[-1], palette.accent, palette.raises, palette.muted]
    colours = {name: shades[place % len(shades)] for place, name in enumerate(names)}
    ends = [[row for row in rows if row["segment"] == name][-1] for name in names]
    told = [{**row, "label": f"{row['segment']} {percent(row['survival'], 0)}"} for row in _apart(ends)]
    lines = _lines(rows, x, y, "segment", colours, interpolate="step-after")
    at = alt.Y(**amount("place", [0, 1], axis=share))
    words = _words(told, x, at, align="left", baseline="middle", dx=6)
    return finish([lines, words], title=title, subtitle=subtitle, theme=theme, height=320)


def _apart(ends: Sequence[Row], least: float = 0.06) -> list[Row]:
    """Ends of lines with a place for their words: those that would meet move up, the lowest first."""
    placed: list[Row] = []
    for row in sorted(ends, key=lambda row: row["survival"]):
        floor = placed[-1]["place"] + least if placed else 0.0
        placed.append({**row, "place": max(row["survival"], floor)})
    return placed


def _lines(
    rows: Sequence[Row], x: alt.X, y: alt.Y, field: str, colours: Mapping[str, str], interpolate: str = "linear"
) -> alt.Chart:
    """A line for each value of a field, told apart by colour and dashes."""
    names = list(dict.fromkeys(row[field] for row in rows))
    dashes = [LINES[place % len(LINES)] for place in range(len(names))]
    shades = alt.Scale(domain=names, range=[colours[name] for name in names])
    strokes = alt.Scale(domain=names, range=dashes)
    lines: alt.Chart = (
        alt.Chart(inline(rows))
        .mark_line(strokeWidth=2.2, interpolate=interpolate)  # type: ignore[arg-type]
        .encode(
            x=x,
            y=y,
            color=alt.Color(field=field, type="nominal", scale=shades, legend=None),
            strokeDash=alt.StrokeDash(field=field, type="nominal", scale=strokes, legend=None),
        )
    )
    return lines


def _words(rows: Sequence[Row], x: alt.X, y: alt.Y, **place: object) -> alt.Chart:
    text = alt.Chart(inline(rows)).mark_text(**place)  # type: ignore[arg-type]
    words: alt.Chart = text.encode(x=x, y=y, text=alt.Text(field="label", type="nominal"))
    return words
