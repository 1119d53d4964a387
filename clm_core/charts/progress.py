"""Movement through the stages: conversion, time in stage, who came and went."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from clm_core import columns as c
from clm_core.charts.encode import (
    PALE,
    Row,
    amount,
    from_zero,
    inline,
    measure_axis,
    month_x,
    period_names,
    records,
    size_label,
    told,
    tooltip,
)
from clm_core.charts.estimates import estimate_layers
from clm_core.charts.hatch import hatch
from clm_core.charts.margin import Margin, margin_labels
from clm_core.charts.palette import PALETTES, Theme, stage_colours
from clm_core.charts.rows import opacity_channel, shown_stages, stage_axis, stage_rows
from clm_core.charts.sheet import empty, finish, sentences
from clm_core.frameworks import Framework
from clm_core.wording import percent

HEIGHT = 300
RATIO_ROOM = 28
"""Pixels that a ratio needs."""
NOT_JUDGED = "Nothing to judge yet: no window of this length is over."
COMING = {"new": "Newly known", "reactivated": "Came back", "newly_off": "Fell off the path"}


def conversion_dots(
    table: pd.DataFrame, framework: Framework, *, title: str, subtitle: str, theme: Theme
) -> alt.LayerChart:
    """The share of each stage seen further along the path, with its 95 % interval. One horizon of the table of conversion.

    Needs `stage`, `n_customers`, `share`, `low`, `high`.
    """
    known = table[table[c.SHARE].notna()]
    if known.empty:
        return empty(title=title, subtitle=subtitle, theme=theme, message=NOT_JUDGED)
    named = known.rename(columns={c.SHARE: "estimate"})
    present = set(named[c.STAGE])
    rows = [
        row
        for row in stage_rows(named, framework, ["estimate", "low", "high", c.N_CUSTOMERS])
        if row[c.STAGE] in present
    ]
    below = {row[c.STAGE]: size_label(row[c.N_CUSTOMERS]) for row in rows}
    axis = stage_axis(rows, framework, theme, below)
    colours = stage_colours(framework, theme)
    ids = [row[c.STAGE] for row in rows]
    scale = alt.Scale(domain=ids, range=[colours[id_] for id_ in ids])
    fill = alt.Fill(field=c.STAGE, type="nominal", scale=scale, legend=None)
    layers = estimate_layers(rows, axis, fill, theme, "percent", name="Stage")
    key = sentences(subtitle, "Off the path: seen on it again")
    return finish(layers, title=title, subtitle=key, theme=theme, height=axis.height, lookups=axis.lookups)


def conversion_lines(
    table: pd.DataFrame, framework: Framework, *, title: str, subtitle: str, theme: Theme
) -> alt.LayerChart:
    """The share of each stage seen further along the path, by the day they were in it; bands are 95 % intervals.

    One horizon of the table of conversion. Needs `as_of`, `stage`, `share`, `low`, `high`, `is_small`; shares of small groups
    are left out.
    """
    known = table[table[c.SHARE].notna() & ~table["is_small"]]
    if known[c.AS_OF].nunique() < 2:
        return empty(title=title, subtitle=subtitle, theme=theme, message=NOT_JUDGED)
    names, colours = shown_stages(framework, list(known[c.STAGE])), stage_colours(framework, theme)
    told_rows = records(known, [c.AS_OF, c.STAGE, c.SHARE, "low", "high"])
    when = period_names(row[c.AS_OF] for row in told_rows)
    rows = [
        {**{name: cell for name, cell in row.items() if name != c.AS_OF}, "when": when[row[c.AS_OF]]}
        for row in sorted(told_rows, key=lambda row: (row[c.AS_OF], list(names).index(row[c.STAGE])))
    ]
    ids = [id_ for id_ in names if any(row[c.STAGE] == id_ for row in rows)]
    x, domain, axis = (
        month_x(list(when.values()), "when"),
        from_zero(row["high"] for row in rows),
        measure_axis("percent"),
    )
    scale = alt.Scale(domain=ids, range=[colours[id_] for id_ in ids])
    base = alt.Chart(inline([{**row, "name": names[row[c.STAGE]], "said": percent(row[c.SHARE])} for row in rows]))
    base = base.encode(x=x, color=alt.Color(field=c.STAGE, type="nominal", scale=scale, legend=None))
    bands = base.mark_area(opacity=0.16).encode(y=alt.Y(**amount("low", domain, axis=axis)), y2=alt.Y2(field="high"))
    lines = base.mark_line(strokeWidth=2.2, point=alt.OverlayMarkDef(size=22)).encode(
        y=alt.Y(**amount(c.SHARE, domain, axis=axis)), tooltip=tooltip(name="Stage", when="In it on", said="Moved on")
    )
    last = {row[c.STAGE]: row for row in rows}
    at_end = [
        Margin(row[c.SHARE], f"{names[id_]} {percent(row[c.SHARE], 0)}", colours[id_]) for id_, row in last.items()
    ]
    layers = [bands, lines, *margin_labels(at_end, domain, axis, HEIGHT)]
    return finish(layers, title=title, subtitle=subtitle, theme=theme, height=HEIGHT)


def stay_lines(
    curves: pd.DataFrame, framework: Framework, *, unit: str = "month", title: str, subtitle: str, theme: Theme
) -> alt.LayerChart:
    """The share of people still in a stage after so many months there, one line a stage.

    Needs `stage`, `n_periods`, `n_at_risk`, `share_staying`.
    """
    if curves.empty:
        return empty(title=title, subtitle=subtitle, theme=theme)
    names, colours = shown_stages(framework, list(curves[c.STAGE])), stage_colours(framework, theme)
    told_rows = records(curves, [c.STAGE, "n_periods", "n_at_risk", "share_staying"])
    rows = [{**row, "name": names[row[c.STAGE]]} for row in told_rows]
    ids = [id_ for id_ in names if any(row[c.STAGE] == id_ for row in rows)]
    rows += [{c.STAGE: id_, "n_periods": 0, "n_at_risk": None, "share_staying": 1.0, "name": names[id_]} for id_ in ids]
    longest = max(row["n_periods"] for row in rows)
    x = alt.X(**amount("n_periods", [0, longest], axis=measure_axis("count", title=f"{unit}s in the stage")))
    axis = measure_axis("percent")
    lines = alt.Chart(inline(sorted(rows, key=lambda row: (ids.index(row[c.STAGE]), row["n_periods"]))))
    lines = lines.mark_line(strokeWidth=2.4, interpolate="step-after", tooltip=True).encode(
        x=x,
        y=alt.Y(**amount("share_staying", [0, 1], axis=axis)),
        color=alt.Color(
            field=c.STAGE,
            type="nominal",
            scale=alt.Scale(domain=ids, range=[colours[id_] for id_ in ids]),
            legend=None,
        ),
        tooltip=[
            *tooltip(name="Stage", n_periods=f"{unit.capitalize()}s"),
            told("share_staying", "quantitative", "Still there", ".1%"),
            told("n_at_risk", "quantitative", "People followed", ","),
        ],
    )
    last = {row[c.STAGE]: row for row in sorted(rows, key=lambda row: int(row["n_periods"]))}
    at_end = [
        Margin(row["share_staying"], f"{row['name']} {percent(row['share_staying'], 0)}", colours[id_])
        for id_, row in last.items()
    ]
    layers = [lines, *margin_labels(at_end, [0, 1], axis, HEIGHT)]
    return finish(layers, title=title, subtitle=subtitle, theme=theme, height=HEIGHT)


def coming_and_going(table: pd.DataFrame, *, title: str, subtitle: str, theme: Theme) -> alt.LayerChart:
    """Who came and came back (above zero) and who fell off the path (below), with the quick ratio over each period.

    Needs `as_of`, `new`, `reactivated`, `newly_off`, `quick_ratio`, `is_partial`, `is_first`.
    """
    if table.empty:
        return empty(title=title, subtitle=subtitle, theme=theme)
    periods = records(table, [c.AS_OF, *COMING, "quick_ratio", "is_partial", "is_first"])
    when = period_names(row[c.AS_OF] for row in periods)
    for period in periods:
        period["when"] = when[period[c.AS_OF]]
    bars = [_coming(period, kind) for period in periods for kind in COMING]
    palette = PALETTES[theme]
    # colours of no stage: they stand for ways of moving
    colours = dict(zip(COMING.values(), (palette.accent, palette.sequential[4], palette.raises), strict=True))
    domain = from_zero([row["signed"] for row in bars] + [row["new"] + row["reactivated"] for row in periods])
    domain[1] *= 1.08
    axis = measure_axis("count", labelExpr="format(abs(datum.value), ',')")
    names = list(when.values())
    x = month_x(names, "when")
    colour = alt.Color(
        field="kind",
        type="nominal",
        scale=alt.Scale(domain=list(colours), range=list(colours.values())),
        legend=None,
    )
    drawn = alt.Chart(inline(bars)).mark_bar(stroke=palette.background, strokeWidth=0.8)
    drawn = drawn.encode(
        x=x,
        y=alt.Y(**amount("signed", domain, axis=axis), stack="zero"),
        color=colour,
        order=alt.Order(field="rank", type="quantitative"),
        opacity=opacity_channel(),
        tooltip=[*tooltip(when="Period", kind="Flow"), told(c.N_CUSTOMERS, "quantitative", "People", ",")],
    )
    words = _ratios(periods, x, domain, axis)
    n = {row["kind"]: row for row in bars if row["when"] == names[-1]}
    at_end = _spread_out([(kind, colours[kind], row) for kind, row in n.items()])
    begins = [row for row in periods if row["is_first"]]
    stripes = [hatch({"when": row["when"]}, x, 0, row["new"], domain, axis, HEIGHT, theme) for row in begins]
    key = sentences(
        subtitle,
        "Above the bars: quick ratio, those who came or came back for each who left",
        f"{names[-1]} is not over, so it is pale" if periods[-1]["is_partial"] else "",
        f"Striped: the history begins in {begins[0]['when']}" if begins else "",
    )
    layers = [drawn, *stripes, words, *margin_labels(at_end, domain, axis, HEIGHT)]
    return finish(layers, title=title, subtitle=key, theme=theme, height=HEIGHT)


def _ratios(periods: Sequence[Row], x: alt.X, domain: Sequence[float], axis: alt.Axis) -> alt.Chart:
    """The quick ratio over its bar; where bars are narrow over every second, third … counted from the last."""
    rows = [
        {
            "when": row["when"],
            "top": row["new"] + row["reactivated"],
            "ratio": f"{row['quick_ratio']:.1f}",
            "from_last": len(periods) - 1 - i,
        }
        for i, row in enumerate(periods)
        if row["quick_ratio"] is not None
    ]
    every = f"ceil({RATIO_ROOM * len(periods)} / width)"
    text = alt.expr(f"datum.from_last % {every} === 0 ? datum.ratio : ''")
    words = alt.Chart(inline(rows)).mark_text(baseline="bottom", dy=-3, fontSize=11, text=text)
    ratios: alt.Chart = words.encode(x=x, y=alt.Y(**amount("top", domain, axis=axis)))
    return ratios


def _coming(period: Row, kind: str) -> Row:
    n = int(period[kind])
    return {
        "when": period["when"],
        "kind": COMING[kind],
        c.N_CUSTOMERS: n,
        "signed": -n if kind == "newly_off" else n,
        "rank": list(COMING).index(kind),
        "opacity": PALE if period["is_partial"] else 1.0,
    }


def _spread_out(last: Sequence[tuple[str, str, Row]]) -> list[Margin]:
    base, labels = 0.0, []
    for kind, colour, row in last:
        signed = float(row["signed"])
        labels.append(Margin(signed / 2 if signed < 0 else base + signed / 2, f"{kind} {row[c.N_CUSTOMERS]:,}", colour))
        base += max(signed, 0.0)
    return labels
