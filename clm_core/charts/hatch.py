"""Stripes over a bar that the beginning of the history cuts off, so that it is not taken for a whole one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt

from clm_core.charts.encode import amount, inline
from clm_core.charts.palette import PALETTES, Theme

STRIPE, EVERY = 2.0, 6.0
"""Pixels that a stripe is high, and from one to the next."""


def hatch(
    place: Mapping[str, str],
    x: alt.X,
    low: float,
    high: float,
    domain: Sequence[float],
    axis: alt.Axis,
    height: int,
    theme: Theme,
) -> alt.Chart:
    """Stripes in the background's colour from ``low`` to ``high`` over the bar at ``place``, the field of ``x`` and its value.

    Layers share their channels, so ``x`` and ``axis`` must be those of the bars; ``height`` is that of the drawing.
    """
    per_pixel = (domain[1] - domain[0]) / height
    n_stripes = int((high - low) / (EVERY * per_pixel))
    rows = [
        {**place, "low": low + at * EVERY * per_pixel, "high": low + (at * EVERY + STRIPE) * per_pixel}
        for at in range(n_stripes + 1)
        if low + (at * EVERY + STRIPE) * per_pixel <= high
    ]
    stripes = alt.Chart(inline(rows)).mark_rect(color=PALETTES[theme].background, tooltip=None)
    drawn: alt.Chart = stripes.encode(x=x, y=alt.Y(**amount("low", domain, axis=axis)), y2=alt.Y2(field="high"))
    return drawn
