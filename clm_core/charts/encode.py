"""Typed channels and the formats of numbers. Fields and types are always spelled out: shorthand strings are parsed slowly."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Literal, TypeVar

import altair as alt
import pandas as pd
from altair.utils import schemapi

from clm_core.wording import SMALL_GROUP, money, month

Unit = Literal["count", "percent", "money"]
Bounds = Sequence[float | alt.ExprRef]
"""Where a scale begins and ends, in numbers or as expressions."""
Row = dict[str, Any]
Channel = TypeVar("Channel")

PALE = 0.45
"""How opaque a small group, a month that is not over and an estimate are drawn."""


def inline(rows: Sequence[Mapping[str, Any]]) -> alt.InlineData:
    """Rows as part of the picture; figures draw small aggregates only."""
    # the whole picture is checked when it is written; checking its rows by themselves took most of the time to build it
    # in a tuple, which altair does not copy each time that a layer is put somewhere
    with schemapi.debug_mode(False):
        return alt.InlineData(values=tuple(dict(row) for row in rows))


def records(frame: pd.DataFrame, columns: Sequence[str]) -> list[Row]:
    """The named columns as plain values, unknown ones as None: every column given to a figure reaches the browser."""
    cells = {name: [_plain(cell) for cell in frame[name].tolist()] for name in columns}
    return [dict(zip(cells, row, strict=True)) for row in zip(*cells.values(), strict=True)]


def _plain(cell: Any) -> Any:
    return None if cell is None or cell is pd.NaT or cell is pd.NA or cell != cell else cell


def is_small(n: float | None) -> bool:
    """Whether a group has someone in it, and fewer than the least number to rely on."""
    return n is not None and 0 < n < SMALL_GROUP


def size_label(n: float | None) -> str:
    """`n 1,549`, `n 12 (n<30)`."""
    return f"n {int(n or 0):,}" + (f" (n<{SMALL_GROUP})" if is_small(n) else "")


def label_expression(unit: Unit, currency: str = "") -> str:
    """The expression that words a tick of an axis."""
    if unit == "percent":
        return "format(datum.value * 100, ',.3~r') + ' %'"
    if unit == "count":
        return "format(datum.value, ',')"
    sign = json.dumps(money(1, currency).removesuffix("1.00"))
    return f"(datum.value < 0 ? '−' : '') + {sign} + replace(format(abs(datum.value), '~s'), 'M', 'm')"


def measure_axis(unit: Unit, currency: str = "", **more: Any) -> alt.Axis:
    """A quiet axis with few lines and whole numbers of the unit."""
    least = {"tickMinStep": 1} if unit == "count" else {}
    given: dict[str, Any] = {"title": None, "tickCount": 5, "labelExpr": label_expression(unit, currency), **least}
    return alt.Axis(**{**given, **more})


def amount_label(value: float, currency: str = "") -> str:
    """Money as in sentences, with a plain zero."""
    return money(value, currency).removesuffix(".00") if value == 0 else money(value, currency)


def from_zero(values: Iterable[float | None], at_least: float = 0.0) -> list[float]:
    """A domain that holds zero and every known value, never of no width."""
    known = [float(value) for value in values if value is not None]
    low, high = min([0.0, *known]), max([at_least, 0.0, *known])
    return [low, high if high > low else low + 1.0]


def amount(field: str, domain: Bounds, *, title: str = "", axis: alt.Axis | None = None) -> dict[str, Any]:
    """The arguments of a quantitative position channel with a zero baseline."""
    scale = alt.Scale(domain=list(domain), zero=True, nice=False)
    return {"field": field, "type": "quantitative", "scale": scale, "axis": axis, "title": title or None}


def month_labels(days: Iterable[date]) -> list[str]:
    """Every month from the first to the last of the days as `Mar 2026`, those without a day included."""
    periods = pd.PeriodIndex(pd.to_datetime(list(days)), freq="M")
    full = pd.period_range(periods.min(), periods.max(), freq="M")
    return [month(period.to_timestamp().date()) for period in full]


def period_names(days: Iterable[date], unit: str = "month") -> dict[date, str]:
    """`Mar 2026` for each end of a month; `1 Mar 2026` for weeks, and wherever two days fall into one month."""
    ends = sorted(set(days))
    is_monthly = unit == "month" and len({(day.year, day.month) for day in ends}) == len(ends)
    return {day: month(day) if is_monthly else f"{day:%-d %b %Y}" for day in ends}


def month_x(labels: Sequence[str], field: str = "month") -> alt.X:
    """Months in order; as many labels as there is room for, never angled."""
    axis = alt.Axis(title=None, labelAngle=0, labelOverlap="parity", labelSeparation=10, grid=False)
    scale = alt.Scale(domain=list(labels), paddingInner=0.14, paddingOuter=0.06)
    return alt.X(field=field, type="ordinal", scale=scale, axis=axis, sort=None)


def at(channel: Callable[[Any], Channel], place: float | str) -> Channel:
    """A channel at a place in pixels, or at one worked out from the size of the drawing.

    Altair takes a place without its channel too, but then spends longer on finding the class than on all the rest.
    """
    return channel(alt.expr(place) if isinstance(place, str) else place)


def tooltip(**titles: str) -> list[alt.Tooltip]:
    """Fields with their titles, as they are: numbers are worded in Python, once."""
    return [alt.Tooltip(field=field, type="nominal", title=title) for field, title in titles.items()]


def told(field: str, type_: Literal["quantitative", "nominal"], title: str, form: str = "") -> alt.Tooltip:
    """One line of a tooltip with a number format."""
    return alt.Tooltip(field=field, type=type_, title=title, format=form or alt.Undefined)
