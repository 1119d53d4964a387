"""What customers are worth: spend so far and expected, how far projections were off, and what drives a score."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from clm_core import columns as c
from clm_core.charts.encode import (
    PALE,
    Row,
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
    stage_axis,
    stage_colour,
    stage_rows,
    zero_rule,
)
from clm_core.charts.sheet import empty, finish, sentences
from clm_core.frameworks import Framework

SO_FAR, EXPECTED = "so far", "expected"


def value_by_stage(
    table: pd.DataFrame, framework: Framework, *, currency: str = "", title: str, subtitle: str, theme: Theme
) -> alt.LayerChart:
    """Spend so far (full) and expected spend (pale, dashed) of each stage.

    Needs `stage`, `n_customers`, `spend_total`, `expected_spend`.
    """
    measures = [c.SPEND_TOTAL, c.EXPECTED_SPEND]
    if table.empty or not table[measures].notna().any(axis=None):
        return empty(title=title, subtitle=subtitle, theme=theme, message=NO_ESTIMATE)
    stages = stage_rows(table, framework, [c.N_CUSTOMERS, *measures])
    below = {row[c.STAGE]: size_label(row[c.N_CUSTOMERS]) for row in stages}
    axis = stage_axis(stages, framework, theme, below)
    rows = [
        {
            c.STAGE: row[c.STAGE],
            "name": row["name"],
            "kind": kind,
            "value": row[measure] or 0.0,
            "end": max(row[measure] or 0.0, 0.0),
            "label": f"{amount_label(row[measure] or 0.0, currency)} {kind}",
        }
        for row in stages
        for kind, measure in ((SO_FAR, c.SPEND_TOTAL), (EXPECTED, c.EXPECTED_SPEND))
    ]
    domain = from_zero(row["value"] for row in rows)
    half = alt.YOffset(
        field="kind", type="nominal", sort=None, scale=alt.Scale(domain=[SO_FAR, EXPECTED], paddingInner=0.2)
    )
    colour = stage_colour(rows, framework, theme)
    told_ = tooltip(name="Stage", label="Spend")
    x = alt.X(**amount("value", domain))
    so_far = [row for row in rows if row["kind"] == SO_FAR]
    expected = [row for row in rows if row["kind"] == EXPECTED]
    facts = alt.Chart(inline(so_far)).mark_bar(cornerRadiusEnd=2)
    facts = facts.encode(x=x, y=axis.y, yOffset=half, color=colour, tooltip=told_)
    pale = alt.Chart(inline(expected)).mark_bar(opacity=PALE, cornerRadiusEnd=2)
    pale = pale.encode(x=x, y=axis.y, yOffset=half, color=colour, tooltip=told_)
    outline = alt.Chart(inline([row for row in expected if row["value"]])).mark_bar(
        filled=False, stroke=PALETTES[theme].text, strokeWidth=1, strokeDash=[3, 2], cornerRadiusEnd=2
    )
    outline = outline.encode(x=x, y=axis.y, yOffset=half)
    labels = end_labels(rows, alt.X(**amount("end", domain)), axis.y, fontSize=11.5).encode(yOffset=half)
    layers = [facts, pale, outline, zero_rule(domain, theme), labels]
    height = max(axis.height, 44 * axis.n_rows)
    return finish(layers, title=title, subtitle=subtitle, theme=theme, height=height, lookups=axis.lookups)


def value_deciles(
    table: pd.DataFrame, *, currency: str = "", title: str, subtitle: str, theme: Theme
) -> alt.LayerChart:
    """Mean spend that came (bar) beside what was projected (upright line), by tenth of the projection, highest first.

    Needs `decile`, `n_customers`, `predicted`, `actual`.
    """
    if table.empty:
        return empty(title=title, subtitle=subtitle, theme=theme, message=NO_ESTIMATE)
    known = records(table.sort_values("decile", ascending=False), ["decile", c.N_CUSTOMERS, "predicted", "actual"])
    rows = opacity([{**row, "decile": str(int(row["decile"])), "label": _said(row, currency)} for row in known])
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
        tooltip=tooltip(decile="Tenth", label="Mean spend", n_customers="People"),
    )
    marks = base.mark_tick(color=palette.text, thickness=2.4, size=26).encode(
        x=alt.X(**amount("predicted", domain)), y=axis.y
    )
    layers = [bars, marks, zero_rule(domain, theme), side_labels(rows, axis.y)]
    key = sentences(subtitle, "Bar: came. Upright line: projected")
    return finish(layers, title=title, subtitle=key, theme=theme, height=axis.height, lookups=axis.lookups)


def drivers(importance: pd.DataFrame, *, title: str, subtitle: str, theme: Theme) -> alt.LayerChart:
    """What raises a score (right of zero) and what lowers it (left), in the order given. Needs `feature`, `weight`."""
    if importance.empty:
        return empty(
            title=title, subtitle=subtitle, theme=theme, message="No weights: the score was not made by a model."
        )
    palette = PALETTES[theme]
    rows = [_driver(row) for row in records(importance, ["feature", "weight"])]
    axis = row_axis("feature", {row["feature"]: row["feature"] for row in rows}, theme)
    low, high = from_zero(row["weight"] for row in rows)
    # room for the number at the end of the bars that go left, where the names of the features are
    domain = [low - (0.2 * (high - low) if low < 0 else 0.0), high]
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


def _said(row: Row, currency: str) -> str:
    return (
        f"{amount_label(row['actual'] or 0.0, currency)} came, {amount_label(row['predicted'] or 0.0, currency)} said"
    )


def _driver(row: Row) -> Row:
    weight = float(row["weight"] or 0.0)
    sign = "−" if weight < 0 else "+"
    return {
        "feature": row["feature"],
        "weight": weight,
        "way": "lowers" if weight < 0 else "raises",
        "label": f"{sign}{abs(weight):.2f}",
    }


def _left_labels(rows: Sequence[Row], x: alt.X, y: alt.Y) -> alt.Chart:
    text = alt.Chart(inline(rows)).mark_text(align="right", baseline="middle", dx=-6)
    labels: alt.Chart = text.encode(x=x, y=y, text=alt.Text(field="label", type="nominal"))
    return labels
