"""Cohorts: who orders again or stays on the path, and what a member has spent, by periods since the first order."""

from __future__ import annotations

from typing import Literal

import altair as alt
import pandas as pd

from clm_core import columns as c
from clm_core.charts.encode import Row, amount, from_zero, inline, is_small, measure_axis, records, size_label, tooltip
from clm_core.charts.margin import Margin, margin_labels
from clm_core.charts.matrix import MORE
from clm_core.charts.palette import PALETTES, Theme, ramp, text_on
from clm_core.charts.sheet import empty, finish, sentences
from clm_core.wording import SMALL_GROUP, money, percent, period_name

Measure = Literal["share_ordering", "share_on_path"]
COHORT, SINCE = "cohort", "periods_since"
CELL, HEIGHT = 24, 320
MOST_SINCE = 12
"""Columns of a triangle: as many as leave room for a number on a phone."""


def cohort_triangle(
    table: pd.DataFrame,
    measure: Measure = "share_ordering",
    *,
    unit: str = "month",
    title: str,
    subtitle: str,
    theme: Theme,
) -> alt.LayerChart:
    """One row a cohort, one column a period since the first order: the share in percent, written in its cell.

    Needs `cohort`, `periods_since`, `n_customers`, the measure, `is_partial`. Small cohorts are grey, a period that is not
    over has an outline in place of a colour.
    """
    later = table[(table[SINCE] > 0) & (table[SINCE] <= MOST_SINCE)]
    if later.empty:
        return empty(
            title=title, subtitle=subtitle, theme=theme, message="Nothing to draw yet: no period after the first."
        )
    rows = records(later, [COHORT, SINCE, c.N_CUSTOMERS, measure, "is_partial"])
    judged = [row for row in rows if not is_small(row[c.N_CUSTOMERS]) and not row["is_partial"]]
    most = max((row[measure] for row in judged), default=0.0)
    cells = [_cell(row, measure, most, unit, theme) for row in rows]
    sizes = {row["name"]: size_label(row[c.N_CUSTOMERS]) for row in cells}
    x, y = _triangle_axes(max(row[SINCE] for row in cells), list(sizes), unit)
    base = alt.Chart(inline(cells)).encode(x=x, y=y)
    rects = base.mark_rect(strokeWidth=1.5, cornerRadius=2).encode(
        fill=alt.Fill(field="fill", type="nominal", scale=None, legend=None),
        stroke=alt.Stroke(field="edge", type="nominal", scale=None, legend=None),
        tooltip=tooltip(
            name="First order", periods_since=f"{unit.capitalize()}s since", said="Share", n_customers="People"
        ),
    )
    words = base.mark_text(fontSize=alt.expr("width < 360 ? 9 : 11")).encode(
        text=alt.Text(field="number", type="nominal"),
        color=alt.Color(field="ink", type="nominal", scale=None, legend=None),
    )
    partial = f"outlined: the {unit} is not over" if any(row["is_partial"] for row in rows) else ""
    small = f"grey: fewer than {SMALL_GROUP} people" if any(is_small(row[c.N_CUSTOMERS]) for row in rows) else ""
    key = "; ".join(part for part in (f"{MORE[theme]}: a larger share, in percent", small, partial) if part)
    height = CELL * len(sizes)
    return finish(
        [rects, words],
        title=title,
        subtitle=sentences(subtitle, key),
        theme=theme,
        height=height,
        lookups={"sizes": sizes},
    )


def _triangle_axes(longest: int, cohorts: list[str], unit: str) -> tuple[alt.X, alt.Y]:
    x = alt.X(
        field=SINCE,
        type="ordinal",
        sort=None,
        scale=alt.Scale(domain=list(range(1, longest + 1)), padding=0),
        axis=alt.Axis(title=f"{unit}s since the first order", orient="top", labelAngle=0, grid=False),
    )
    y = alt.Y(
        field="name",
        type="nominal",
        sort=None,
        scale=alt.Scale(domain=cohorts, padding=0),
        axis=alt.Axis(
            title=None,
            labelExpr="datum.value + ' · ' + sizes[datum.value]",
            labelLimit=190,
            labelFlush=False,
            grid=False,
        ),
    )
    return x, y


def cohort_value(
    table: pd.DataFrame, *, currency: str = "", unit: str = "month", title: str, subtitle: str, theme: Theme
) -> alt.LayerChart:
    """What a member of each cohort has spent, net, by periods since the first order; the first and the last cohort are named.

    Needs `cohort`, `periods_since`, `n_customers`, `value_per_customer`, `is_partial`. Periods that are not over and small
    cohorts are left out. The thick line is all cohorts together.
    """
    kept = table[~table["is_partial"] & (table[c.N_CUSTOMERS] >= SMALL_GROUP) & table["value_per_customer"].notna()]
    if kept.empty:
        return empty(
            title=title, subtitle=subtitle, theme=theme, message="No amounts of a cohort large enough to rely on."
        )
    palette, cohorts = PALETTES[theme], sorted(kept[COHORT].unique())
    shade = {day: ramp(0.15 + 0.7 * i / max(len(cohorts) - 1, 1), theme) for i, day in enumerate(cohorts)}
    rows = [
        {
            **row,
            "name": period_name(row[COHORT], unit),
            "colour": shade[row[COHORT]],
            "said": money(row["value_per_customer"], currency),
        }
        for row in records(kept, [COHORT, SINCE, "value_per_customer"])
    ]
    mean = _mean_value(kept)
    longest = max(1, *(row[SINCE] for row in rows))
    domain = from_zero(row["value_per_customer"] for row in rows)
    x = alt.X(**amount(SINCE, [0, longest], axis=measure_axis("count", title=f"{unit}s since the first order")))
    axis = measure_axis("money", currency)
    y = alt.Y(**amount("value_per_customer", domain, axis=axis))
    shown = [{name: cell for name, cell in row.items() if name != COHORT} for row in rows]
    lines = (
        alt.Chart(inline(shown))
        .mark_line(strokeWidth=1.4, point=alt.OverlayMarkDef(size=14))
        .encode(
            x=x,
            y=y,
            color=alt.Color(field="colour", type="nominal", scale=None, legend=None),
            detail=alt.Detail(field="name", type="nominal"),
            tooltip=tooltip(name="First order", periods_since=f"{unit.capitalize()}s since", said="Spent so far"),
        )
    )
    thick = alt.Chart(inline(mean)).mark_line(strokeWidth=3, color=palette.text).encode(x=x, y=y)
    ends = {row["name"]: row for row in rows if row[COHORT] in (cohorts[0], cohorts[-1])}
    at_end = [Margin(row["value_per_customer"], f"{name} {row['said']}", row["colour"]) for name, row in ends.items()]
    at_end.append(
        Margin(mean[-1]["value_per_customer"], f"All {money(mean[-1]['value_per_customer'], currency)}", palette.text)
    )
    key = sentences(subtitle, f"{MORE[theme]}: a later cohort; thick: all together")
    layers = [lines, thick, *margin_labels(at_end, domain, axis, HEIGHT)]
    return finish(layers, title=title, subtitle=key, theme=theme, height=HEIGHT)


def _cell(row: Row, measure: Measure, most: float, unit: str, theme: Theme) -> Row:
    palette, share = PALETTES[theme], float(row[measure] or 0.0)
    is_quiet = is_small(row[c.N_CUSTOMERS]) or not most
    fill = palette.background if row["is_partial"] else palette.quiet if is_quiet else ramp(share / most, theme)
    return {
        SINCE: row[SINCE],
        "name": period_name(row[COHORT], unit),
        c.N_CUSTOMERS: row[c.N_CUSTOMERS],
        "number": f"{share * 100:.0f}",
        "said": percent(share),
        "fill": fill,
        "edge": palette.grid if row["is_partial"] else palette.background,
        "ink": palette.muted if is_quiet or row["is_partial"] else text_on(fill, theme),
    }


def _mean_value(kept: pd.DataFrame) -> list[Row]:
    """Spend of a member of all cohorts together, added up period by period.

    Each period adds what members of the cohorts followed for so long spent in it. A plain mean would rise and fall with the
    cohorts that happen to be old enough.
    """
    ordered = kept.sort_values([COHORT, SINCE])
    gained = ordered.groupby(COHORT)["value_per_customer"].diff().fillna(ordered["value_per_customer"])
    spent = ordered.assign(gained=gained * ordered[c.N_CUSTOMERS]).groupby(SINCE)[["gained", c.N_CUSTOMERS]].sum()
    means = (spent["gained"] / spent[c.N_CUSTOMERS]).cumsum().rename("value_per_customer").reset_index()
    return records(means, [SINCE, "value_per_customer"])
