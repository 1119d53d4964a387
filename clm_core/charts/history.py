"""How stages grew month by month, and who came and went in one of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

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
    month_labels,
    month_x,
    period_names,
    records,
    told,
    tooltip,
)
from clm_core.charts.hatch import hatch
from clm_core.charts.margin import Margin, margin_labels
from clm_core.charts.palette import PALETTES, Theme, stage_colours
from clm_core.charts.rows import opacity_channel, pick_on, shown_stages, stage_colour
from clm_core.charts.sheet import empty, finish, sentences
from clm_core.frameworks import Framework
from clm_core.wording import month, percent

HEIGHT, FLOW_HEIGHT = 320, 280
MANY_MONTHS = 48
FLOWS = {"entered": "Newly known", "arrived": "Arrived", "left": "Left"}


def stage_history(
    stock: pd.DataFrame,
    framework: Framework,
    *,
    measure: Literal["n_customers", "share"] = "n_customers",
    is_last_partial: bool,
    title: str,
    subtitle: str,
    theme: Theme,
    selectable: bool = False,
) -> alt.LayerChart:
    """People or shares by stage at each month end, stacked in lifecycle order.

    Needs `as_of`, `stage`, `n_customers`, `share`. A last month that is not over is pale, and the subtitle says so.
    """
    stages = shown_stages(framework, list(stock[c.STAGE]))
    rows = _stacked(stock, stages, is_last_partial)
    if not rows:
        return empty(title=title, subtitle=subtitle, theme=theme)
    last = max(row["day"] for row in rows)
    totals = pd.DataFrame(rows).groupby("month")[measure].sum()
    top = 1.0 if measure == c.SHARE else float(totals.max())
    axis = measure_axis("percent" if measure == c.SHARE else "count")
    pick = pick_on(c.STAGE) if selectable else None
    labels = month_labels([row["day"] for row in rows])
    shown = [{name: cell for name, cell in row.items() if name != "day"} for row in rows]
    bars = alt.Chart(inline(shown)).mark_bar(
        stroke=PALETTES[theme].background, strokeWidth=0.8 if len(labels) <= MANY_MONTHS else 0
    )
    bars = bars.encode(
        x=month_x(labels),
        y=alt.Y(**amount(measure, [0, top], axis=axis), stack="zero"),
        color=stage_colour([{c.STAGE: id_} for id_ in stages], framework, theme),
        order=alt.Order(field="rank", type="quantitative"),
        opacity=opacity_channel(pick),
        tooltip=[
            *tooltip(month="Month end", name="Stage"),
            told(c.N_CUSTOMERS, "quantitative", "People", ","),
            told(c.SHARE, "quantitative", "Share of all", ".1%"),
        ],
    )
    at_end = _end_of_stack(rows, last, measure, stage_colours(framework, theme))
    layers = [bars.add_params(pick) if pick else bars, *margin_labels(at_end, [0, top], axis, HEIGHT)]
    key = sentences(subtitle, f"{month(last)} is not over, so it is pale" if is_last_partial else "")
    return finish(layers, title=title, subtitle=key, theme=theme, height=HEIGHT)


def flow_bars(
    stock: pd.DataFrame,
    framework: Framework,
    stage: str,
    *,
    is_last_partial: bool = False,
    begins: date | None = None,
    title: str,
    subtitle: str,
    theme: Theme,
) -> alt.LayerChart:
    """Who came to one stage (above zero) and who left it (below), by month or week.

    Needs `as_of`, `stage`, `entered` (newly known), `arrived` (from other stages), `left`. ``begins`` is the end of the period in
    which the history begins, where it is shown.
    """
    here = stock[stock[c.STAGE] == stage]
    if here.empty:
        return empty(title=title, subtitle=subtitle, theme=theme)
    table = records(here, [c.AS_OF, *FLOWS])
    when = period_names(row[c.AS_OF] for row in table)
    last = max(row[c.AS_OF] for row in table)
    domain = from_zero([-row["left"] for row in table] + [row["entered"] + row["arrived"] for row in table])
    rows = [_flow(row, kind, when, is_last_partial and row[c.AS_OF] == last) for row in table for kind in FLOWS]
    x = month_x(list(when.values()))
    colours = _flow_colours(stage_colours(framework, theme)[stage], theme)
    axis = measure_axis("count", labelExpr="format(abs(datum.value), ',')")
    bars = alt.Chart(inline(rows)).mark_bar(stroke=PALETTES[theme].background, strokeWidth=0.8)
    bars = bars.encode(
        x=x,
        y=alt.Y(**amount("signed", domain, axis=axis), stack="zero"),
        color=alt.Color(
            field="flow",
            type="nominal",
            scale=alt.Scale(domain=list(colours), range=list(colours.values())),
            legend=None,
        ),
        order=alt.Order(field="rank", type="quantitative"),
        opacity=opacity_channel(),
        tooltip=[*tooltip(month="Period", flow="Flow"), told(c.N_CUSTOMERS, "quantitative", "People", ",")],
    )
    zero = alt.Chart(inline([{"signed": 0}])).mark_rule(color=PALETTES[theme].muted)
    zero = zero.encode(y=alt.Y(**amount("signed", domain, axis=axis)))
    at_end = _end_of_flows(rows, when[last], colours)
    first = [row for row in table if row[c.AS_OF] == begins]
    stripes = [
        hatch({"month": when[row[c.AS_OF]]}, x, 0, row["entered"], domain, axis, FLOW_HEIGHT, theme) for row in first
    ]
    key = sentences(
        subtitle,
        f"{when[last]} is not over, so it is pale" if is_last_partial else "",
        "Striped: the history begins there" if first else "",
    )
    layers = [bars, *stripes, zero, *margin_labels(at_end, domain, axis, FLOW_HEIGHT)]
    return finish(layers, title=title, subtitle=key, theme=theme, height=FLOW_HEIGHT)


def _stacked(stock: pd.DataFrame, stages: dict[str, str], is_last_partial: bool) -> list[Row]:
    rank = {id_: place for place, id_ in enumerate(stages)}
    table = records(stock, [c.AS_OF, c.STAGE, c.N_CUSTOMERS, c.SHARE])
    last = max((row[c.AS_OF] for row in table), default=None)
    return [
        {
            "day": row[c.AS_OF],
            "month": month(row[c.AS_OF]),
            c.STAGE: row[c.STAGE],
            "name": stages[row[c.STAGE]],
            c.N_CUSTOMERS: row[c.N_CUSTOMERS],
            c.SHARE: row[c.SHARE] or 0.0,
            "rank": rank[row[c.STAGE]],
            "opacity": PALE if is_last_partial and row[c.AS_OF] == last else 1.0,
        }
        for row in table
        if row[c.STAGE] in rank
    ]


def _end_of_stack(rows: Sequence[Row], last: date, measure: str, colours: dict[str, str]) -> list[Margin]:
    occurring = {row[c.STAGE] for row in rows if row[c.N_CUSTOMERS]}
    at_end, base = [], 0.0
    for row in sorted((row for row in rows if row["day"] == last), key=lambda row: int(row["rank"])):
        value = float(row[measure])
        if row[c.STAGE] in occurring:
            number = percent(value) if measure == c.SHARE else f"{int(value):,}"
            at_end.append(Margin(base + value / 2, f"{row['name']} {number}", colours[row[c.STAGE]]))
        base += value
    return at_end


def _flow(row: Row, kind: str, when: dict[date, str], is_partial: bool) -> Row:
    n = int(row[kind] or 0)
    return {
        "month": when[row[c.AS_OF]],
        "flow": FLOWS[kind],
        c.N_CUSTOMERS: n,
        "signed": -n if kind == "left" else n,
        "rank": list(FLOWS).index(kind),
        "opacity": PALE if is_partial else 1.0,
    }


def _flow_colours(colour: str, theme: Theme) -> dict[str, str]:
    palette = PALETTES[theme]
    return dict(zip(FLOWS.values(), (palette.accent, colour, palette.muted), strict=True))


def _end_of_flows(rows: Sequence[Row], last: str, colours: dict[str, Any]) -> list[Margin]:
    n = {row["flow"]: int(row[c.N_CUSTOMERS]) for row in rows if row["month"] == last}
    entered, arrived, left = FLOWS.values()
    places = {entered: n[entered] / 2, arrived: n[entered] + n[arrived] / 2, left: -n[left] / 2}
    return [Margin(place, f"{flow} {n[flow]:,}", colours[flow]) for flow, place in places.items()]
