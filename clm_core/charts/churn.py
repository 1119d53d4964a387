"""Who may leave: the spread of the score, by stage, and how far it can be trusted."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from clm_core import columns as c
from clm_core.charts.encode import (
    Row,
    amount,
    inline,
    is_small,
    measure_axis,
    records,
    size_label,
    told,
    tooltip,
)
from clm_core.charts.estimates import NO_ESTIMATE, estimate_layers
from clm_core.charts.palette import PALETTES, Theme, stage_colours
from clm_core.charts.rows import stage_axis, stage_rows
from clm_core.charts.sheet import empty, finish, sentences
from clm_core.frameworks import Framework
from clm_core.wording import percent

READ_AT = (0.4, 0.55, 0.7, 0.85)
"""Shares of customers at which the curves are read out, each at another so that words do not meet."""


def churn_by_stage(
    table: pd.DataFrame, framework: Framework, *, title: str, subtitle: str, theme: Theme
) -> alt.LayerChart:
    """Mean churn probability of each stage with its interval.

    Needs `stage`, `n_customers`, `churn_prob`, `churn_prob_low`, `churn_prob_high`.
    """
    if table.empty or not table[c.CHURN_PROB].notna().any():
        return empty(title=title, subtitle=subtitle, theme=theme, message=NO_ESTIMATE)
    named = table.rename(columns={c.CHURN_PROB: "estimate", c.CHURN_PROB + c.LOW: "low", c.CHURN_PROB + c.HIGH: "high"})
    rows = stage_rows(named, framework, ["estimate", "low", "high", c.N_CUSTOMERS])
    below = {row[c.STAGE]: size_label(row[c.N_CUSTOMERS]) for row in rows}
    axis = stage_axis(rows, framework, theme, below)
    colours = stage_colours(framework, theme)
    ids = [row[c.STAGE] for row in rows]
    scale = alt.Scale(domain=ids, range=[colours[id_] for id_ in ids])
    fill = alt.Fill(field=c.STAGE, type="nominal", scale=scale, legend=None)
    layers = estimate_layers(rows, axis, fill, theme, "percent", name="Stage")
    return finish(layers, title=title, subtitle=subtitle, theme=theme, height=axis.height, lookups=axis.lookups)


def calibration(bins: pd.DataFrame, *, title: str, subtitle: str, theme: Theme) -> alt.LayerChart:
    """What was predicted against what happened, in bins of the prediction, with whiskers; on the diagonal both agree.

    Needs `n_customers`, `predicted`, `observed`, `observed_low`, `observed_high`. Bins of few people are pale.
    """
    if bins.empty:
        return empty(title=title, subtitle=subtitle, theme=theme, message=NO_ESTIMATE)
    palette = PALETTES[theme]
    low, high = "observed_low", "observed_high"
    rows = [_bin(row) for row in records(bins, [c.N_CUSTOMERS, "predicted", "observed", low, high])]
    x = alt.X(**amount("predicted", [0, 1], axis=measure_axis("percent", title="Predicted")))
    y = measure_axis("percent", title="Observed")
    diagonal = alt.Chart(inline([{"predicted": 0, "observed": 0}, {"predicted": 1, "observed": 1}]))
    diagonal = diagonal.mark_line(color=palette.muted, strokeDash=[4, 4], strokeWidth=1.2)
    faint = alt.Opacity(field="opacity", type="quantitative", scale=None, legend=None)
    base = alt.Chart(inline(rows)).encode(x=x, opacity=faint)
    whiskers = base.mark_rule(color=palette.accent, strokeWidth=1.6).encode(
        y=alt.Y(**amount(low, [0, 1], axis=y)), y2=alt.Y2(field=high)
    )
    dots = base.mark_point(filled=True, size=80, color=palette.accent, stroke=palette.background, strokeWidth=1).encode(
        y=alt.Y(**amount("observed", [0, 1], axis=y)),
        tooltip=[
            told("predicted", "quantitative", "Predicted", ".1%"),
            *tooltip(label="Observed"),
            told(c.N_CUSTOMERS, "quantitative", "People", ","),
        ],
    )
    agree = diagonal.encode(x=x, y=alt.Y(**amount("observed", [0, 1], axis=y)))
    sizes = [int(row[c.N_CUSTOMERS]) for row in rows]
    people = f"{min(sizes):,}" if min(sizes) == max(sizes) else f"{min(sizes):,}–{max(sizes):,}"
    key = sentences(subtitle, f"{people} people a dot; on the dashed line both agree")
    return finish([agree, whiskers, dots], title=title, subtitle=key, theme=theme, height=320)


def gains(found: pd.DataFrame, *, title: str, subtitle: str, theme: Theme) -> alt.LayerChart:
    """Share of leavers found by share of customers contacted, best-ranked first, beside one or more baselines.

    Needs `model`, `share_contacted`, `share_found`; the first model is the one that is judged, the others are dashed.
    """
    if found.empty:
        return empty(title=title, subtitle=subtitle, theme=theme, message=NO_ESTIMATE)
    rows = records(found, ["model", "share_contacted", "share_found"])
    models = list(dict.fromkeys(row["model"] for row in rows))
    palette = PALETTES[theme]
    x = alt.X(**amount("share_contacted", [0, 1], axis=measure_axis("percent", title="Customers contacted")))
    y = alt.Y(**amount("share_found", [0, 1], axis=measure_axis("percent", title="Leavers found")))
    colours = [palette.accent] + [palette.muted] * (len(models) - 1)
    dashes = [[1, 0], [5, 4], [2, 3], [8, 3]]
    scale = alt.Scale(domain=models, range=colours)
    lines = (
        alt.Chart(inline(rows))
        .mark_line(strokeWidth=2.4, interpolate="linear")
        .encode(
            x=x,
            y=y,
            color=alt.Color(field="model", type="nominal", scale=scale, legend=None),
            strokeDash=alt.StrokeDash(
                field="model", type="nominal", scale=alt.Scale(domain=models, range=dashes), legend=None
            ),
        )
    )
    read = [_read_out(rows, model, place) for place, model in enumerate(models)]
    base = alt.Chart(inline(read)).encode(x=x, y=y)
    ink = alt.Color(field="model", type="nominal", scale=scale, legend=None)
    dots = base.mark_point(filled=True, size=70, opacity=1).encode(color=ink, tooltip=tooltip(label="Read out"))
    # above the judged curve and below the others there is always room
    judged = _words(read[:1], x, y, align="right", baseline="bottom", dx=-9, dy=-14)
    others = _words(read[1:], x, y, align="left", baseline="top", dx=9, dy=4)
    return finish([lines, dots, judged, others], title=title, subtitle=subtitle, theme=theme, height=320)


def _bin(row: Row) -> Row:
    bounds = f"({percent(row['observed_low'] or 0.0, 0)}–{percent(row['observed_high'] or 0.0, 0)})"
    return {
        **row,
        "label": f"{percent(row['observed'] or 0.0, 0)} {bounds}",
        "opacity": 0.45 if is_small(row[c.N_CUSTOMERS]) else 1.0,
    }


def _read_out(rows: list[Row], model: str, place: int) -> Row:
    """The point of a curve where a share of customers is contacted, and the words beside it."""
    own = [row for row in rows if row["model"] == model]
    at = min(own, key=lambda row: abs(row["share_contacted"] - READ_AT[place % len(READ_AT)]))
    contacted, found = percent(at["share_contacted"], 0), percent(at["share_found"], 0)
    return {**at, "label": f"{contacted} contacted: {found} found", "lines": f"{model}\n{contacted} → {found}"}


def _words(read: list[Row], x: alt.X, y: alt.Y, **place: Any) -> alt.Chart:
    text = alt.Chart(inline(read)).mark_text(lineHeight=14, lineBreak="\n", **place)
    words: alt.Chart = text.encode(x=x, y=y, text=alt.Text(field="lines", type="nominal"))
    return words
