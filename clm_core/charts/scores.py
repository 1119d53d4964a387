"""How far scores were off, and what drives them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import altair as alt
import pandas as pd

from clm_core import columns as c
from clm_core.charts.encode import (
    Row,
    Unit,
    amount,
    amount_label,
    from_zero,
    inline,
    is_small,
    records,
    size_label,
    tooltip,
)
from clm_core.charts.estimates import NO_ESTIMATE
from clm_core.charts.palette import PALETTES, Theme
from clm_core.charts.rows import (
    end_labels,
    opacity,
    opacity_channel,
    row_axis,
    side_labels,
    zero_rule,
)
from clm_core.charts.sheet import empty, finish, sentences
from clm_core.wording import percent

EFFECT = {"points": "{:+.0f} points", "times": "× {:.2f}", "weight": "{:+.2f}"}
A_LETTER = 0.036
"""What a letter takes of the length of the bars on a drawing of 250 pixels."""
Effect = Literal["weight", "points", "times"]


def tenths(
    table: pd.DataFrame, unit: Unit, *, currency: str = "", title: str, subtitle: str, theme: Theme
) -> alt.LayerChart:
    """What came (bar) beside what was said (upright line), on average, by tenth of what was said, highest first.

    Needs `decile`, `n_customers`, `predicted`, `actual`, which are shares or money.
    """
    if table.empty:
        return empty(title=title, subtitle=subtitle, theme=theme, message=NO_ESTIMATE)
    known = records(table.sort_values("decile", ascending=False), ["decile", c.N_CUSTOMERS, "predicted", "actual"])
    rows = opacity([{**row, "decile": str(int(row["decile"])), "label": _said(row, unit, currency)} for row in known])
    names = {row["decile"]: row["decile"] for row in rows}
    if len(names) > 1:
        names[rows[0]["decile"]] += " highest"
        names[rows[-1]["decile"]] += " lowest"
    axis = row_axis(
        "decile",
        names,
        theme,
        {row["decile"]: size_label(row[c.N_CUSTOMERS]) for row in rows if is_small(row[c.N_CUSTOMERS])},
    )
    domain = from_zero([row[field] for row in rows for field in ("predicted", "actual")])
    palette, base = PALETTES[theme], alt.Chart(inline(rows))
    bars = base.mark_bar(color=palette.accent, cornerRadiusEnd=2).encode(
        x=alt.X(**amount("actual", domain)),
        y=axis.y,
        opacity=opacity_channel(),
        tooltip=tooltip(decile="Tenth", label="Mean", n_customers="People"),
    )
    marks = base.mark_tick(color=palette.text, thickness=2.4, size=26).encode(
        x=alt.X(**amount("predicted", domain)), y=axis.y
    )
    layers = [bars, marks, zero_rule(domain, theme), side_labels(rows, axis.y)]
    key = sentences(subtitle, "Bar: came. Upright line: said")
    return finish(layers, title=title, subtitle=key, theme=theme, height=axis.height, lookups=axis.lookups)


def drivers(
    importance: pd.DataFrame, *, unit: Effect = "weight", title: str, subtitle: str, theme: Theme
) -> alt.LayerChart:
    """What raises a score (right of zero) and what lowers it (left), in the order given. Needs `feature`, `weight`.

    A weight is a number, points of a hundred, or the logarithm of how many times as much.
    """
    if importance.empty:
        return empty(
            title=title, subtitle=subtitle, theme=theme, message="Nothing moves it: no weights, or none worth drawing."
        )
    palette = PALETTES[theme]
    rows = [_driver(row, unit) for row in records(importance, ["feature", "weight"])]
    axis = row_axis("feature", {row["feature"]: row["feature"] for row in rows}, theme)
    low, high = from_zero(row["weight"] for row in rows)
    # room for the number at the end of the bars that go left, where the names of the features are, on a phone too
    room = A_LETTER * max((len(row["label"]) for row in rows if row["way"] == "lowers"), default=0)
    domain = [low - room * (high - low), high]
    x = alt.X(**amount("weight", domain))
    scale = alt.Scale(domain=["raises", "lowers"], range=[palette.raises, palette.lowers])
    bars = (
        alt.Chart(inline(rows))
        .mark_bar(cornerRadiusEnd=2)
        .encode(
            x=x,
            y=axis.y,
            color=alt.Color(field="way", type="nominal", scale=scale, legend=None),
            tooltip=tooltip(feature="Feature", label="Weight"),
        )
    )
    right = end_labels([row for row in rows if row["way"] == "raises"], x, axis.y)
    left = _left_labels([row for row in rows if row["way"] == "lowers"], x, axis.y)
    layers = [bars, zero_rule(domain, theme), right, left]
    return finish(layers, title=title, subtitle=subtitle, theme=theme, height=axis.height, lookups=axis.lookups)


def _said(row: Row, unit: Unit, currency: str) -> str:
    def word(value: float | None) -> str:
        return percent(value or 0.0, 0) if unit == "percent" else amount_label(value or 0.0, currency)

    return f"{word(row['actual'])} came, {word(row['predicted'])} said"


def _driver(row: Row, unit: Effect) -> Row:
    weight = float(row["weight"] or 0.0)
    told = EFFECT[unit].format(math.exp(weight) if unit == "times" else weight)
    told = told.removesuffix("s") if unit == "points" and abs(round(weight)) == 1 else told
    return {
        "feature": row["feature"],
        "weight": weight,
        "way": "lowers" if weight < 0 else "raises",
        "label": told.replace("-", "−"),
    }


def _left_labels(rows: Sequence[Row], x: alt.X, y: alt.Y) -> alt.Chart:
    text = alt.Chart(inline(rows)).mark_text(align="right", baseline="middle", dx=-6)
    labels: alt.Chart = text.encode(x=x, y=y, text=alt.Text(field="label", type="nominal"))
    return labels
