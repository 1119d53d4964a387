"""How large each persona is, and how sure an estimate for it is."""

from __future__ import annotations

import altair as alt
import pandas as pd

from clm_core import columns as c
from clm_core.charts.encode import Unit, amount, from_zero, inline, records, size_label, told, tooltip
from clm_core.charts.estimates import NO_ESTIMATE, estimate_layers
from clm_core.charts.palette import PALETTES, Theme
from clm_core.charts.rows import count_label, end_labels, opacity, opacity_channel, pick_on, row_axis, zero_rule
from clm_core.charts.sheet import empty, finish


def persona_bars(
    personas: pd.DataFrame, *, title: str, subtitle: str, theme: Theme, selectable: bool = False
) -> alt.LayerChart:
    """People in each persona, with their share, in the order given. Needs `persona`, `n_customers`, `share`."""
    if personas.empty:
        return empty(title=title, subtitle=subtitle, theme=theme)
    known = records(personas, [c.PERSONA, c.N_CUSTOMERS, c.SHARE])
    rows = opacity([{**row, "label": count_label(row)} for row in known])
    axis = row_axis(c.PERSONA, {row[c.PERSONA]: row[c.PERSONA] for row in rows}, theme)
    domain = from_zero(row[c.N_CUSTOMERS] for row in rows)
    x = alt.X(**amount(c.N_CUSTOMERS, domain))
    pick = pick_on(c.PERSONA) if selectable else None
    # personas are no stages, so none of their bars has a stage's colour
    bars = (
        alt.Chart(inline(rows))
        .mark_bar(cornerRadiusEnd=2, color=PALETTES[theme].accent)
        .encode(
            x=x,
            y=axis.y,
            opacity=opacity_channel(pick),
            tooltip=[
                *tooltip(persona="Persona"),
                told(c.N_CUSTOMERS, "quantitative", "People", ","),
                told(c.SHARE, "quantitative", "Share of all", ".1%"),
            ],
        )
    )
    layers = [bars.add_params(pick) if pick else bars, zero_rule(domain, theme), end_labels(rows, x, axis.y)]
    return finish(layers, title=title, subtitle=subtitle, theme=theme, height=axis.height, lookups=axis.lookups)


def persona_dots(
    table: pd.DataFrame,
    measure: str,
    *,
    unit: Unit = "percent",
    currency: str = "",
    title: str,
    subtitle: str,
    theme: Theme,
) -> alt.LayerChart:
    """One estimate per persona with its interval.

    Needs `persona` and the measure; `<measure>_low`, `<measure>_high` and `n_customers` are drawn where they are given.
    """
    wanted = [c.PERSONA, measure, measure + c.LOW, measure + c.HIGH, c.N_CUSTOMERS]
    if table.empty or not table[measure].notna().any():
        return empty(title=title, subtitle=subtitle, theme=theme, message=NO_ESTIMATE)
    names = ("name", "estimate", "low", "high", c.N_CUSTOMERS)
    filled = table.reindex(columns=wanted).set_axis(list(names), axis=1)
    rows = records(filled, names)
    below = {row["name"]: size_label(row[c.N_CUSTOMERS]) for row in rows if row[c.N_CUSTOMERS] is not None}
    axis = row_axis("name", {row["name"]: row["name"] for row in rows}, theme, below)
    colour = alt.value(PALETTES[theme].accent)
    layers = estimate_layers(rows, axis, colour, theme, unit, currency, name="Persona")
    return finish(layers, title=title, subtitle=subtitle, theme=theme, height=axis.height, lookups=axis.lookups)
