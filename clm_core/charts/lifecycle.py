"""Where customers are now and under other rules: one row a stage."""

from __future__ import annotations

import altair as alt
import pandas as pd

from clm_core import columns as c
from clm_core.charts.encode import Bounds, Row, amount, from_zero, inline, told, tooltip
from clm_core.charts.palette import PALETTES, Theme
from clm_core.charts.rows import (
    count_label,
    end_labels,
    opacity,
    opacity_channel,
    pick_on,
    row_target,
    stage_axis,
    stage_colour,
    stage_rows,
    zero_rule,
)
from clm_core.charts.sheet import empty, finish, sentences
from clm_core.frameworks import Framework
from clm_core.wording import signed


def stage_bars(
    counts: pd.DataFrame,
    framework: Framework,
    *,
    title: str,
    subtitle: str,
    theme: Theme,
    selectable: bool = False,
) -> alt.LayerChart:
    """People in each stage now, with their share, in lifecycle order. Needs `stage`, `n_customers`, `share`."""
    if counts.empty:
        return empty(title=title, subtitle=subtitle, theme=theme)
    rows = opacity(
        [{**row, "label": count_label(row)} for row in stage_rows(counts, framework, [c.N_CUSTOMERS, c.SHARE])]
    )
    axis = stage_axis(rows, framework, theme)
    domain = from_zero(row[c.N_CUSTOMERS] for row in rows)
    x = alt.X(**amount(c.N_CUSTOMERS, domain))
    pick = pick_on(c.STAGE) if selectable else None
    bars = alt.Chart(inline(rows)).mark_bar(cornerRadiusEnd=2, cursor="pointer" if selectable else "default")
    bars = bars.encode(
        x=x,
        y=axis.y,
        color=stage_colour(rows, framework, theme),
        opacity=opacity_channel(pick),
        tooltip=[*tooltip(name="Stage"), told(c.N_CUSTOMERS, "quantitative", "People", ","), _share()],
    )
    # the whole row can be clicked: a bar of few people is too thin to hit
    target = [row_target(rows, axis.y).add_params(pick)] if pick else []
    layers = [*target, bars, zero_rule(domain, theme), end_labels(rows, x, axis.y)]
    return finish(layers, title=title, subtitle=subtitle, theme=theme, height=axis.height, lookups=axis.lookups)


def before_after(
    counts_before: pd.DataFrame,
    counts_after: pd.DataFrame,
    framework: Framework,
    *,
    title: str,
    subtitle: str,
    theme: Theme,
) -> alt.LayerChart:
    """Stage sizes under two sets of rules: an outline before, a full bar after. Both need `stage`, `n_customers`."""
    if counts_before.empty or counts_after.empty:
        return empty(title=title, subtitle=subtitle, theme=theme)
    after = stage_rows(counts_after, framework, [c.N_CUSTOMERS])
    before = {row[c.STAGE]: row[c.N_CUSTOMERS] or 0 for row in stage_rows(counts_before, framework, [c.N_CUSTOMERS])}
    rows = [_change(row, before.get(row[c.STAGE], 0)) for row in after]
    axis = stage_axis(rows, framework, theme)
    longest = from_zero(row["longest"] for row in rows)[1]
    domain: Bounds = [0.0, alt.expr("longest")]  # looked up, so that the drawing stays while the bars grow
    marks = alt.Chart(inline(rows))
    x_after, x_before = alt.X(**amount("after", domain)), alt.X(**amount("before", domain))
    bars = marks.mark_bar(cornerRadiusEnd=2, height=alt.RelativeBandSize(band=0.62)).encode(
        x=x_after,
        y=axis.y,
        color=stage_colour(rows, framework, theme),
        tooltip=[
            *tooltip(name="Stage"),
            told("before", "quantitative", "Before", ","),
            told("after", "quantitative", "After", ","),
            *tooltip(change="Change"),
        ],
    )
    outline = marks.mark_bar(
        filled=False,
        stroke=PALETTES[theme].muted,
        strokeWidth=1.2,
        strokeDash=[3, 2],
        height=alt.RelativeBandSize(band=1),
    ).encode(x=x_before, y=axis.y)
    labels = end_labels(rows, alt.X(**amount("longest", domain)), axis.y)
    key = sentences(subtitle, "Full bar: after; dashed: before")
    layers = [bars, outline, zero_rule(domain, theme), labels]
    lookups = {**axis.lookups, "longest": longest}
    return finish(layers, title=title, subtitle=key, theme=theme, height=axis.height, lookups=lookups)


def _change(row: Row, before: int) -> Row:
    after = int(row[c.N_CUSTOMERS] or 0)
    change = signed(after - before)
    return {
        c.STAGE: row[c.STAGE],
        "name": row["name"],
        "before": before,
        "after": after,
        "longest": max(before, after),
        "change": change,
        "label": f"{after:,} ({change})" if after != before else f"{after:,}",
    }


def _share() -> alt.Tooltip:
    return told(c.SHARE, "quantitative", "Share of all", ".1%")
