"""How soon customers return: the curve, with limits on it that can be dragged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import altair as alt
import pandas as pd

from clm_core import columns as c
from clm_core.charts.encode import Row, amount, inline, measure_axis, records, told, tooltip
from clm_core.charts.palette import PALETTES, Theme
from clm_core.charts.sheet import empty, finish, sentences
from clm_core.rhythm import ProposedLimit, ReturnCurve
from clm_core.wording import count, percent

X = Callable[[str], alt.X]
Y = Callable[[str], alt.Y]
HEIGHT = 340
MOST_POINTS = 150
AT_RISK, LOST = "at_risk_days", "lost_days"
STEP_OF = {AT_RISK: 7, LOST: 8}
"""The colour that stands for the stage that begins at the limit."""
GRIP = 0.009
"""Half the width of the part of the drawing that takes hold of a limit."""
CURVE = "curve"
NEVER = "[pointerdown[false], window:pointerup] > window:pointermove"
"""Limits are moved, never drawn anew."""


def return_curve(
    curve: ReturnCurve,
    limits: Mapping[str, float],
    *,
    proposed: Mapping[str, ProposedLimit] | None = None,
    title: str,
    subtitle: str,
    theme: Theme,
) -> alt.LayerChart:
    """The share of orders that another had followed, by days since, with its 95 % band.

    ``limits`` are upright lines that can be dragged: `at_risk_days`, `lost_days` → days. Each is a selection of that name,
    over a few days in whose middle the limit lies; its words follow it. ``proposed`` limits are dots on the curve.
    """
    if not curve.n_gaps:
        return empty(title=title, subtitle=subtitle, theme=theme, message="Nobody has ordered on two days yet.")
    longest = _longest(curve, limits)
    days_axis = measure_axis("count", title="days since an order", tickCount=8)
    share_axis = measure_axis("percent")

    def along(field: str) -> alt.X:
        return alt.X(**amount(field, [0, longest], axis=days_axis))

    def across(field: str) -> alt.Y:
        return alt.Y(**amount(field, [0, 1], axis=share_axis))

    band, line = _line(curve, along("days"), across, theme)
    marks, words = _limit_marks(list(limits), theme)
    grips = [_grip(name, days, longest, theme) for name, days in limits.items()]
    layers = [
        *marks,
        band,
        line,
        _plateau(curve, across, theme),
        *_proposals(curve, proposed or {}, along, across, theme),
        *words,
    ]
    plateau = f"Dashed: {percent(curve.eventual_share, 0)} are ever followed, as far as is known"
    key = sentences(subtitle, "Band: 95 % interval", plateau, "Dots: proposed limits" if proposed else "")
    lookups = {"back": [round(share, 4) for share in (1 - curve.table["survival"]).tolist()], "longest": longest}
    return finish(layers, title=title, subtitle=key, theme=theme, height=HEIGHT, lookups=lookups, selections=grips)


def grip_days(curve: ReturnCurve, limits: Mapping[str, float]) -> float:
    """How many days of the drawing take hold of a limit: closer to each other, two could not be told apart."""
    return 2 * GRIP * _longest(curve, limits)


def _longest(curve: ReturnCurve, limits: Mapping[str, float]) -> float:
    return float(max([1, curve.followed_days, *(days * 1.08 for days in limits.values())]))


def _line(curve: ReturnCurve, x: alt.X, across: Y, theme: Theme) -> tuple[alt.Chart, alt.Chart]:
    palette, rows = PALETTES[theme], _points(curve)
    band = alt.Chart(inline([row for row in rows if row["low"] is not None]))
    band = band.mark_area(color=palette.accent, opacity=0.25, interpolate="step-after")
    band = band.encode(x=x, y=across("low"), y2=alt.Y2(field="high"))
    line = alt.Chart(inline(rows), name=CURVE).mark_line(
        color=palette.accent, strokeWidth=2, interpolate="step-after", tooltip=True
    )
    line = line.encode(
        x=x,
        y=across("back"),
        tooltip=[
            *tooltip(days="Days", label="Ordered again"),
            told("n_at_risk", "quantitative", "Orders followed", ","),
        ],
    )
    return band, line


def _grip(name: str, days: float, longest: float, theme: Theme) -> alt.TopLevelSelectionParameter:
    """A narrow interval that follows the pointer; nothing else on the drawing makes or clears it."""
    reach = longest * GRIP
    colour = PALETTES[theme].steps[STEP_OF[name] - 1]
    brush = alt.BrushConfig(fill=colour, fillOpacity=0.3, stroke=colour, strokeOpacity=0, cursor="ew-resize")
    return alt.TopLevelSelectionParameter(
        name=name,
        select=alt.IntervalSelectionConfig(
            type="interval", encodings=["x"], on=NEVER, clear=False, zoom=False, mark=brush
        ),
        value={"x": [days - reach, days + reach]},
        views=[CURVE],
    )


def _day(names: Sequence[str], field: str = "limit") -> str:
    """Where the limit that a row names in ``field`` stands while it is dragged, in an expression."""
    at = [f"round(({name}.days[0] + {name}.days[1]) / 2)" for name in names]
    told = [f"datum.{field} === '{name}' ? {day} : " for name, day in zip(names, at, strict=True)]
    return f"({''.join(told)}0)"


def _limit_marks(names: Sequence[str], theme: Theme) -> tuple[list[alt.Chart], list[alt.Chart]]:
    """The upright line of each limit, with the days after it in a breath of the colour of the stage that begins there; and
    words beside it that say its days and how many of the returns come by then.
    """
    if not names:
        return [], []
    palette, day = PALETTES[theme], _day(names)
    zones: list[Row] = [
        {"limit": name, "until": until, "colour": palette.steps[STEP_OF[name] - 1], "opacity": 0.07, "is_line": False}
        for name, until in zip(names, [*names[1:], ""], strict=True)
    ]
    lines = [{**zone, "colour": palette.text, "opacity": 1.0, "is_line": True} for zone in zones]
    at, end = f"scale('x', {day})", f"datum.until === '' ? width : scale('x', {_day(names, 'until')})"
    marks = alt.Chart(inline([*zones, *lines])).mark_rect(
        x=alt.expr(at),
        x2=alt.expr(f"datum.is_line ? {at} + 1.5 : {end}"),
        y=0,
        y2="height",
        opacity=alt.expr("datum.opacity"),
    )
    said = [
        {
            "limit": name,
            "said": {AT_RISK: "At risk after", LOST: "Lost after"}[name],
            "at": HEIGHT - 30 - 44 * (len(names) - 1 - place),
        }
        for place, name in enumerate(names)
    ]
    # words are drawn first in the colour of the page, so that a line behind them does not cross them out
    inks = ((palette.background, 5), (palette.text, 0))
    rows = [{**row, "colour": ink, "halo": halo} for ink, halo in inks for row in said]
    share = f"replace(format(back[{day}] / back[length(back) - 1], '.0%'), '%', ' %') + ' of returns by then'"
    told = f"{day} < length(back) ? {share} : 'longer than the history shows'"
    words = alt.Chart(inline(rows)).mark_text(
        text=alt.expr(f"[datum.said + ' ' + {day} + ' days', {told}]"),
        x=alt.expr(at),
        y=alt.expr("datum.at"),
        align=alt.expr(f"{day} > longest / 2 ? 'right' : 'left'"),
        dx=alt.expr(f"{day} > longest / 2 ? -12 : 12"),
        baseline="middle",
        lineHeight=15,
        fontWeight=600,
        stroke=palette.background,
        strokeWidth=alt.expr("datum.halo"),
        strokeJoin="round",
    )
    colour = alt.Color(field="colour", type="nominal", scale=None, legend=None)
    return [marks.encode(color=colour)], [words.encode(color=colour)]


def _points(curve: ReturnCurve) -> list[Row]:
    """The days on which the curve rises, and its last; a long curve at even steps."""
    table = curve.table
    shown = table[(table["n_returned"] > 0) | (table["days"] == 0) | (table["days"] == curve.followed_days)]
    stride = -(-len(shown) // MOST_POINTS)
    picked = pd.concat([shown.iloc[::stride], shown.iloc[[-1]]]).drop_duplicates("days")
    names = ["days", "n_at_risk", "survival", "survival" + c.LOW, "survival" + c.HIGH]
    return [
        {
            "days": row["days"],
            "n_at_risk": row["n_at_risk"],
            "back": 1 - row["survival"],
            "low": None if row["survival" + c.HIGH] is None else 1 - row["survival" + c.HIGH],
            "high": None if row["survival" + c.LOW] is None else 1 - row["survival" + c.LOW],
            "label": percent(1 - row["survival"]),
        }
        for row in records(picked, names)
    ]


def _plateau(curve: ReturnCurve, across: Y, theme: Theme) -> alt.Chart:
    """The share that ever came back, as far as the curve reaches."""
    rule = alt.Chart(inline([{"back": curve.eventual_share}])).mark_rule(color=PALETTES[theme].muted, strokeDash=[4, 3])
    plateau: alt.Chart = rule.encode(y=across("back"))
    return plateau


def _proposals(
    curve: ReturnCurve, proposed: Mapping[str, ProposedLimit], along: X, across: Y, theme: Theme
) -> list[alt.Chart]:
    """Each proposed limit as a dot on the curve."""
    rows = [
        {
            "days": limit.days,
            "back": 1 - float(curve.table["survival"][curve.table["days"] <= limit.days].iloc[-1]),
            "colour": PALETTES[theme].steps[STEP_OF[name] - 1],
            "said": f"{percent(limit.share, 0)} of returns within {count(limit.days, 'day')}",
            "interval": f"{limit.low} to {limit.high} days",
        }
        for name, limit in proposed.items()
    ]
    if not rows:
        return []
    dots = alt.Chart(inline(rows)).mark_point(filled=True, size=80, opacity=1)
    dots = dots.encode(
        x=along("days"),
        y=across("back"),
        color=alt.Color(field="colour", type="nominal", scale=None, legend=None),
        tooltip=tooltip(said="Proposed", interval="95 % interval"),
    )
    return [dots]
