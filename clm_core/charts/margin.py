"""Labels in the right margin, beside the last bar of a series, moved apart where they would touch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt

from clm_core.charts.encode import amount, at, inline
from clm_core.charts.sheet import wrap

LINE = 14
WIDTH = 15


@dataclass(frozen=True)
class Margin:
    """What a label belongs to: a place on the value axis, its words, its colour."""

    place: float
    text: str
    colour: str


def margin_labels(labels: Sequence[Margin], domain: Sequence[float], axis: alt.Axis, height: int) -> list[alt.Chart]:
    """A coloured square and the words for each label, in the order of their places.

    Layers share one axis, so this one must name the same as the bars do.
    """
    low, high = domain
    ordered = sorted(labels, key=lambda label: label.place)
    lines = [wrap(label.text, WIDTH) for label in ordered]
    wanted = [(label.place - low) / (high - low) * height for label in ordered]
    placed = spread(wanted, [len(block) * LINE + 3 for block in lines], height)
    rows = [
        {"place": low + centre / height * (high - low), "colour": label.colour, "lines": "\n".join(block)}
        for label, centre, block in zip(ordered, placed, lines, strict=True)
    ]
    y = alt.Y(**amount("place", domain, axis=axis))
    base = alt.Chart(inline(rows))
    colour = alt.Color(field="colour", type="nominal", scale=None, legend=None)
    squares = base.mark_point(shape="square", filled=True, size=70, opacity=1).encode(
        x=at(alt.XValue, "width + 11"), y=y, color=colour
    )
    words = base.mark_text(align="left", baseline="middle", lineHeight=LINE, lineBreak="\n", fontSize=11.5).encode(
        x=at(alt.XValue, "width + 20"), y=y, text=alt.Text(field="lines", type="nominal")
    )
    return [squares, words]


def spread(wanted: Sequence[float], sizes: Sequence[float], height: float) -> list[float]:
    """Centres as near to the wanted ones as blocks of these sizes can be without touching; ascending."""
    placed: list[float] = []
    floor = -2.0
    for want, size in zip(wanted, sizes, strict=True):
        placed.append(max(want, floor + size / 2))
        floor = placed[-1] + size / 2
    ceiling = max(height + 2.0, sum(sizes))
    for index in range(len(placed) - 1, -1, -1):
        placed[index] = min(placed[index], ceiling - sizes[index] / 2)
        ceiling = placed[index] - sizes[index] / 2
    return placed
