"""Where people went between chosen days: stacked bars with bands from one to the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import altair as alt
import pandas as pd

from clm_core import columns as c
from clm_core.charts.encode import Row, amount, inline, measure_axis, records, told, tooltip
from clm_core.charts.margin import Margin, margin_labels
from clm_core.charts.palette import PALETTES, Theme, stage_colours, text_on
from clm_core.charts.rows import shown_stages
from clm_core.charts.sheet import empty, finish, sentences
from clm_core.frameworks import Framework
from clm_core.ledger import NOT_KNOWN
from clm_core.wording import month, percent

HEIGHT = 380
BAR = 0.09
"""Half the width of a bar of an alluvial picture, in steps from one day to the next."""
NUMBER_WIDTH = 27
"""Pixels that a number in a bar needs."""
ROOM_FOR_WORDS = 0.05
"""The least part of the height in which a number has room."""
BEND = tuple((t / 8, (t / 8) ** 2 * (3 - 2 * t / 8)) for t in range(9))
"""How a band goes over from one day to the next: along, and how much of its way up or down."""


def alluvial(flows: pd.DataFrame, framework: Framework, *, title: str, subtitle: str, theme: Theme) -> alt.LayerChart:
    """Where people went between chosen days: a stacked bar a day, bands in the colour of the stage they come from.

    Needs `from_as_of`, `as_of`, `from_stage` (empty: not known yet), `to_stage`, `n_customers`.
    """
    if flows.empty:
        return empty(title=title, subtitle=subtitle, theme=theme)
    names, colours = (
        shown_stages(framework, [*flows[c.FROM_STAGE], *flows[c.TO_STAGE]]),
        stage_colours(framework, theme),
    )
    links = records(flows, ["from_as_of", c.AS_OF, c.FROM_STAGE, c.TO_STAGE, c.N_CUSTOMERS])
    days = sorted({row["from_as_of"] for row in links} | {row[c.AS_OF] for row in links})
    stacks = [_stack(links, day, list(names)) for day in days]
    top = float(max(max(base + n for base, n in stack.values()) for stack in stacks))
    x_scale = alt.Scale(domain=[-BAR, len(days) - 1 + BAR], nice=False, zero=False)
    labels = [month(day) if len({month(day) for day in days}) == len(days) else f"{day:%-d %b %Y}" for day in days]
    axis = alt.Axis(
        title=None,
        values=list(range(len(days))),
        labelExpr="days[datum.value]",
        labelAngle=0,
        grid=False,
        labelFlush=True,
        labelOverlap="parity",
    )
    x = alt.X(field="x", type="quantitative", scale=x_scale, axis=axis)
    y_axis = measure_axis("count")
    bands = [
        point for i, pair in enumerate(pairwise(days)) for point in _bands(links, pair, i, stacks, list(names), names)
    ]
    paint = alt.Scale(domain=list(colours), range=list(colours.values()))
    colour = alt.Color(field=c.STAGE, type="nominal", scale=paint, legend=None)
    drawn = (
        alt.Chart(inline(bands))
        .mark_area(opacity=0.34, interpolate="linear", line=False)
        .encode(
            x=x,
            y=alt.Y(**amount("low", [0, top], axis=y_axis)),
            y2=alt.Y2(field="high"),
            color=colour,
            detail=alt.Detail(field="band", type="nominal"),
            tooltip=tooltip(said="Went"),
        )
    )
    boxes = [box for i, stack in enumerate(stacks) for box in _boxes(stack, i, names, colours, theme)]
    base = alt.Chart(inline(boxes))
    bars = base.mark_rect(stroke=PALETTES[theme].background, strokeWidth=1).encode(
        x=x,
        x2=alt.X2(field="x2"),
        y=alt.Y(**amount("low", [0, top], axis=y_axis)),
        y2=alt.Y2(field="high"),
        color=colour,
        tooltip=[*tooltip(name="Stage"), told(c.N_CUSTOMERS, "quantitative", "People", ",")],
    )
    fits = alt.expr(f"width * {2 * BAR / (len(days) - 1 + 2 * BAR):.4f} < {NUMBER_WIDTH} ? '' : datum.share")
    middles = [box for box in boxes if box["high"] - box["low"] >= ROOM_FOR_WORDS * top]
    numbers = alt.Chart(inline(middles)).mark_text(fontSize=11, fontWeight=600, text=fits)
    numbers = numbers.encode(
        x=alt.X(field="at", type="quantitative", scale=x_scale, axis=axis),
        y=alt.Y(**amount("middle", [0, top], axis=y_axis)),
        color=alt.Color(field="ink", type="nominal", scale=None, legend=None),
    )
    at_end = [
        Margin(box["middle"], f"{box['name']} {box[c.N_CUSTOMERS]:,}", colours[box[c.STAGE]])
        for box in boxes
        if box["at"] == len(days) - 1
    ]
    layers = [drawn, bars, numbers, *margin_labels(at_end, [0, top], y_axis, HEIGHT)]
    return finish(
        layers,
        title=title,
        subtitle=sentences(subtitle, "Whoever was not known before begins without a band"),
        theme=theme,
        height=HEIGHT,
        lookups={"days": labels},
    )


def _stack(links: Sequence[Row], day: Any, order: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Where each stage begins and how high it is on a day, the first stage at the bottom."""
    arriving = [row for row in links if row[c.AS_OF] == day]
    field, rows = (
        (c.TO_STAGE, arriving) if arriving else (c.FROM_STAGE, [row for row in links if row["from_as_of"] == day])
    )
    base, stack = 0.0, {}
    for id_ in order:
        n = float(sum(row[c.N_CUSTOMERS] for row in rows if row[field] == id_))
        if n:
            stack[id_] = (base, n)
            base += n
    return stack


def _bands(
    links: Sequence[Row],
    pair: tuple[Any, Any],
    at: int,
    stacks: Sequence[dict[str, tuple[float, float]]],
    order: Sequence[str],
    names: dict[str, str],
) -> Iterator[Row]:
    """The points of each band between two days. People not known on the first day have no band: they begin with the bar."""
    left = {id_: base for id_, (base, _) in stacks[at].items()}
    right = {id_: base for id_, (base, _) in stacks[at + 1].items()}
    here = [row for row in links if (row["from_as_of"], row[c.AS_OF]) == pair]
    ranked = sorted(
        here, key=lambda row: [order.index(id_) if id_ else -1 for id_ in (row[c.FROM_STAGE], row[c.TO_STAGE])]
    )
    for row in ranked:
        n, start, end = row[c.N_CUSTOMERS], row[c.FROM_STAGE], row[c.TO_STAGE]
        low = right[end]
        right[end] += n
        if start == NOT_KNOWN:
            continue
        base = left[start]
        left[start] += n
        for along, way in BEND:
            bottom = base + (low - base) * way
            yield {
                "band": f"{at} {start} {end}",
                c.STAGE: start,
                "x": at + BAR + along * (1 - 2 * BAR),
                "low": bottom,
                "high": bottom + n,
                "said": f"{names[start]} → {names[end]}: {n:,}",
            }


def _boxes(
    stack: dict[str, tuple[float, float]], at: int, names: dict[str, str], colours: dict[str, str], theme: Theme
) -> Iterator[Row]:
    total = sum(n for _, n in stack.values())
    for id_, (base, n) in stack.items():
        yield {
            c.STAGE: id_,
            "name": names[id_],
            "x": at - BAR,
            "x2": at + BAR,
            "at": at,
            "low": base,
            "high": base + n,
            "middle": base + n / 2,
            c.N_CUSTOMERS: int(n),
            "share": percent(n / total, 0),
            "ink": text_on(colours[id_], theme),
        }
