"""Where people went between chosen days: stacked bars with bands from one to the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import altair as alt
import pandas as pd

from clm_core import columns as c
from clm_core.charts.encode import Row, amount, inline, measure_axis, period_names, records, told, tooltip
from clm_core.charts.margin import Margin, margin_labels
from clm_core.charts.palette import PALETTES, Theme, stage_colours, text_on
from clm_core.charts.rows import shown_stages
from clm_core.charts.sheet import empty, finish, sentences
from clm_core.frameworks import Framework
from clm_core.ledger import NOT_KNOWN, Unit
from clm_core.wording import percent

HEIGHT = 380
BAR = 0.09
"""Half the width of a bar of an alluvial picture, in steps from one day to the next."""
NUMBER_WIDTH = 27
"""Pixels that a number in a bar needs."""
ROOM_FOR_WORDS = 0.05
"""The least part of the height in which a number has room."""
BEND = ((0.0, 0), (0.5, 0), (0.5, 1), (1.0, 1))
"""Between which points a band bends over from one day to the next: along, and whether it has gone up or down."""


def alluvial(
    flows: pd.DataFrame, framework: Framework, *, unit: Unit = "month", title: str, subtitle: str, theme: Theme
) -> alt.LayerChart:
    """Where people went between chosen days: a stacked bar a day, bands in the colour of the stage they come from.

    Needs `from_as_of`, `as_of`, `from_stage` (empty: not known yet), `to_stage`, `n_customers`.
    """
    if flows.empty:
        return empty(title=title, subtitle=subtitle, theme=theme)
    names = shown_stages(framework, [*flows[c.FROM_STAGE], *flows[c.TO_STAGE]])
    colours = stage_colours(framework, theme)
    links = records(flows, ["from_as_of", c.AS_OF, c.FROM_STAGE, c.TO_STAGE, c.N_CUSTOMERS])
    days = sorted({row["from_as_of"] for row in links} | {row[c.AS_OF] for row in links})
    stacks = [_stack(links, day, list(names)) for day in days]
    top = float(max(base + n for stack in stacks for base, n in stack.values()))
    bands = [point for i, pair in enumerate(pairwise(days)) for point in _bands(links, pair, i, stacks, names)]
    boxes = [box for i, stack in enumerate(stacks) for box in _boxes(stack, i, names, colours, theme)]
    at_end = [
        Margin(box["middle"], f"{box['name']} {box[c.N_CUSTOMERS]:,}", colours[box[c.STAGE]])
        for box in boxes
        if box["at"] == len(days) - 1
    ]
    names_of_days = period_names(days, unit)
    layers = [
        *_drawn(bands, boxes, len(days), top, colours, theme),
        *margin_labels(at_end, [0, top], measure_axis("count"), HEIGHT),
    ]
    key = sentences(subtitle, "Whoever was not known before begins without a band")
    return finish(
        layers, title=title, subtitle=key, theme=theme, height=HEIGHT, lookups={"days": list(names_of_days.values())}
    )


def _drawn(
    bands: Sequence[Row], boxes: Sequence[Row], n_days: int, top: float, colours: dict[str, str], theme: Theme
) -> list[alt.Chart]:
    """Bands, the bars that they join, and the share of each stage where its bar has room."""
    paint = alt.Scale(domain=list(colours), range=list(colours.values()))
    colour = alt.Color(field=c.STAGE, type="nominal", scale=paint, legend=None)
    y, y2 = alt.Y(**amount("low", [0, top], axis=measure_axis("count"))), alt.Y2(field="high")
    flows = alt.Chart(inline(bands)).mark_area(opacity=0.34, interpolate="basis")
    flows = flows.encode(
        x=_along("x", n_days),
        y=y,
        y2=y2,
        color=colour,
        detail=alt.Detail(field="band", type="nominal"),
        tooltip=tooltip(said="Went"),
    )
    bars = alt.Chart(inline(boxes)).mark_rect(stroke=PALETTES[theme].background, strokeWidth=1)
    bars = bars.encode(
        x=_along("x", n_days),
        x2=alt.X2(field="x2"),
        y=y,
        y2=y2,
        color=colour,
        tooltip=[*tooltip(name="Stage"), told(c.N_CUSTOMERS, "quantitative", "People", ",")],
    )
    fits = alt.expr(f"width * {2 * BAR / (n_days - 1 + 2 * BAR):.4f} < {NUMBER_WIDTH} ? '' : datum.share")
    roomy = [box for box in boxes if box["high"] - box["low"] >= ROOM_FOR_WORDS * top]
    shares = alt.Chart(inline(roomy)).mark_text(fontSize=11, fontWeight=600, text=fits)
    shares = shares.encode(
        x=_along("at", n_days),
        y=alt.Y(**amount("middle", [0, top], axis=measure_axis("count"))),
        color=alt.Color(field="ink", type="nominal", scale=None, legend=None),
    )
    return [flows, bars, shares]


def _along(field: str, n_days: int) -> alt.X:
    """Days at equal distances, whatever lies between them."""
    axis = alt.Axis(
        title=None,
        values=list(range(n_days)),
        labelExpr="days[datum.value]",
        labelAngle=0,
        labelFlush=True,
        labelOverlap="parity",
        grid=False,
    )
    scale = alt.Scale(domain=[-BAR, n_days - 1 + BAR], nice=False, zero=False)
    return alt.X(field=field, type="quantitative", scale=scale, axis=axis)


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
    names: dict[str, str],
) -> Iterator[Row]:
    """The points of each band between two days. People not known on the first day have no band: they begin with the bar."""
    order = list(names)
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
