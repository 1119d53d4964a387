"""A fact and an estimate that belong together, end to end: what was spent and what is to come, what stays and what is at stake."""

from __future__ import annotations

from collections.abc import Callable

import altair as alt
import pandas as pd

from clm_core import columns as c
from clm_core.charts.encode import PALE, Row, amount, amount_label, from_zero, inline, records, size_label, tooltip
from clm_core.charts.estimates import NO_ESTIMATE
from clm_core.charts.palette import PALETTES, Theme
from clm_core.charts.rows import RowAxis, end_labels, row_axis, stage_axis, stage_colour, stage_rows, zero_rule
from clm_core.charts.sheet import empty, finish
from clm_core.frameworks import Framework
from clm_core.wording import percent

FACT, ESTIMATE = "fact", "estimate"


def total_value(
    table: pd.DataFrame,
    framework: Framework | None = None,
    *,
    currency: str = "",
    title: str,
    subtitle: str,
    theme: Theme,
) -> alt.LayerChart:
    """Spend so far (full) and expected spend (pale, dashed) end to end, by stage, or by persona without a framework.

    Needs `stage` or `persona`, `n_customers`, `spend_total`, `expected_spend`.
    """

    def told(fact: float, estimate: float) -> str:
        parts = [amount_label(value, currency) for value in (fact, estimate)]
        return " + ".join(parts) + " expected"

    return _stacked(
        table, framework, (c.SPEND_TOTAL, c.EXPECTED_SPEND), told, title=title, subtitle=subtitle, theme=theme
    )


def value_at_stake(
    table: pd.DataFrame,
    framework: Framework | None = None,
    *,
    currency: str = "",
    is_money: bool = True,
    title: str,
    subtitle: str,
    theme: Theme,
) -> alt.LayerChart:
    """What a year brings in each group: the part that is safe (full) and the part at stake (pale, dashed) end to end.

    Needs `stage` or `persona`, `n_customers`, `worth`, `value_at_stake`; these are orders unless ``is_money``.
    """

    def told(safe: float, at_stake: float) -> str:
        whole = safe + at_stake
        said = [amount_label(v, currency) if is_money else f"{v:,.0f}" for v in (at_stake, whole)]
        if not whole:
            return "nothing in a year"
        share = f" · {percent(at_stake / whole, 0)}"
        return f"{said[0]} of {said[1]}{'' if is_money else ' orders'}{share}"

    parted = table.assign(safe=table["worth"] - table["value_at_stake"])
    return _stacked(parted, framework, ("safe", "value_at_stake"), told, title=title, subtitle=subtitle, theme=theme)


def _stacked(
    table: pd.DataFrame,
    framework: Framework | None,
    measures: tuple[str, str],
    told: Callable[[float, float], str],
    *,
    title: str,
    subtitle: str,
    theme: Theme,
) -> alt.LayerChart:
    if table.empty or not table[list(measures)].notna().any(axis=None):
        return empty(title=title, subtitle=subtitle, theme=theme, message=NO_ESTIMATE)
    group = c.STAGE if framework else c.PERSONA
    known = _known(table, framework, measures)
    rows = [_row(row, measures, told) for row in known]
    axis = _axis(rows, framework, theme)
    domain = from_zero(row["end"] for row in rows)
    colour = stage_colour(rows, framework, theme) if framework else alt.value(PALETTES[theme].accent)
    x, x2 = alt.X(**amount("middle", domain)), alt.X2(field="end")
    hint = tooltip(name="Group", label="Amounts", n_customers="People")
    facts = alt.Chart(inline(rows)).mark_bar(cornerRadiusEnd=2)
    facts = facts.encode(x=x, y=axis.y, color=colour, tooltip=hint)
    ahead = [row for row in rows if row["end"] > row["middle"]]
    pale = alt.Chart(inline(ahead)).mark_bar(opacity=PALE).encode(x=x, x2=x2, y=axis.y, color=colour, tooltip=hint)
    outline = alt.Chart(inline(ahead)).mark_bar(
        filled=False, stroke=PALETTES[theme].text, strokeWidth=1, strokeDash=[3, 2]
    )
    outline = outline.encode(x=x, x2=x2, y=axis.y)
    labels = end_labels([row for row in rows if row[group]], alt.X(**amount("end", domain)), axis.y)
    layers = [facts, pale, outline, zero_rule(domain, theme), labels]
    return finish(layers, title=title, subtitle=subtitle, theme=theme, height=axis.height, lookups=axis.lookups)


def _known(table: pd.DataFrame, framework: Framework | None, measures: tuple[str, str]) -> list[Row]:
    """Rows with a name, in lifecycle order for stages and as given for personas."""
    if framework:
        return stage_rows(table, framework, [c.N_CUSTOMERS, *measures])
    return [{**row, "name": row[c.PERSONA]} for row in records(table, [c.PERSONA, c.N_CUSTOMERS, *measures])]


def _row(row: Row, measures: tuple[str, str], told: Callable[[float, float], str]) -> Row:
    """Where the fact and the estimate end. What is owed to a group is drawn as nothing; its label has the figure."""
    fact, estimate = (float(row[measure] or 0.0) for measure in measures)
    middle = max(fact, 0.0)
    kept = {key: row[key] for key in (c.STAGE, c.PERSONA, "name", c.N_CUSTOMERS) if key in row}
    return {
        **kept,
        "middle": middle,
        "end": middle + max(estimate, 0.0),
        "label": told(fact, estimate) if row[c.N_CUSTOMERS] else "",
    }


def _axis(rows: list[Row], framework: Framework | None, theme: Theme) -> RowAxis:
    group = c.STAGE if framework else c.PERSONA
    below = {row[group]: size_label(row[c.N_CUSTOMERS]) for row in rows}
    if framework:
        return stage_axis(rows, framework, theme, below)
    return row_axis(c.PERSONA, {row[c.PERSONA]: row["name"] for row in rows}, theme, below)
