"""How soon customers return, and how much hangs on where the limits are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from clm_core import columns as c
from clm_core.charts.encode import Row, amount, at, inline, measure_axis, records, told, tooltip
from clm_core.charts.palette import PALETTES, Theme, ramp, text_on
from clm_core.charts.rows import row_axis
from clm_core.charts.sheet import UNBROKEN, empty, finish, sentences
from clm_core.rhythm import ReturnCurve
from clm_core.sensitivity import ROLES, Role
from clm_core.wording import count, percent

Y = Callable[[str], alt.Y]
HEIGHT, CELL = 300, 46
MOST_POINTS = 300
ROLE_NAMES: dict[Role, str] = {"active": "Active", "at_risk": "At risk", "lost": "Lost", "not_bought": "Not bought"}
ROLE_STEPS: dict[Role, int] = {"active": 4, "at_risk": 7, "lost": 8, "not_bought": 1}
ROOM_FOR_SHARE = 0.13
"""The least part of a bar that has room for its share, also on a phone; smaller parts are named beside the bar."""
NARROW = 300
"""Below this many pixels of drawing words are shortened."""


def return_curve(
    curve: ReturnCurve, limits: Mapping[str, float], *, title: str, subtitle: str, theme: Theme
) -> alt.LayerChart:
    """The share of orders that another had followed, by days since, with its 95 % band and each limit as an upright line.

    ``limits``: label → days, as `At risk after` → 135.
    """
    if not curve.n_gaps:
        return empty(title=title, subtitle=subtitle, theme=theme, message="Nobody has ordered on two days yet.")
    palette, rows = PALETTES[theme], _points(curve)
    longest = max([1, curve.followed_days, *limits.values()])
    x = alt.X(**amount("days", [0, longest], axis=measure_axis("count", title="days since an order", tickCount=8)))
    axis = measure_axis("percent")

    def across(field: str) -> alt.Y:
        return alt.Y(**amount(field, [0, 1], axis=axis))

    band = alt.Chart(inline([row for row in rows if row["low"] is not None]))
    band = band.mark_area(color=palette.accent, opacity=0.25, interpolate="step-after")
    band = band.encode(x=x, y=across("low"), y2=alt.Y2(field="high"))
    line = alt.Chart(inline(rows)).mark_line(
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
    key = sentences(subtitle, "Band: 95 % interval")
    layers = [band, line, *_plateau(curve, across, theme), *_limit_lines(curve, limits, x, across, theme)]
    return finish(layers, title=title, subtitle=key, theme=theme, height=HEIGHT)


def rule_set_strip(table: pd.DataFrame, *, title: str, subtitle: str, theme: Theme) -> alt.LayerChart:
    """One stacked bar a rule set: active, at risk, lost, not bought. Needs `rule_set`, `role`, `n_customers`, `share`."""
    if table.empty or not table[c.N_CUSTOMERS].sum():
        return empty(title=title, subtitle=subtitle, theme=theme)
    rows = _segments(table, theme)
    axis = row_axis("rule_set", {row["rule_set"]: row["rule_set"] for row in rows}, theme, _small_parts(rows))
    colours = {ROLE_NAMES[role]: role_colour(role, theme) for role in ROLES}
    # a role that nobody is in needs no name
    named = [name for name in colours if any(row["name"] == name and row[c.N_CUSTOMERS] for row in rows)]
    legend = alt.Legend(
        orient="top",
        title=None,
        direction="horizontal",
        values=named,
        symbolType="square",
        labelFontSize=12,
        offset=4,
        labelColor=PALETTES[theme].text,
    )
    domain = [0.0, 1.0]
    base = alt.Chart(inline(rows))
    bars = base.mark_bar(stroke=PALETTES[theme].background, strokeWidth=1).encode(
        x=alt.X(**amount("start", domain)),
        x2=alt.X2(field="end"),
        y=axis.y,
        color=alt.Color(
            field="name",
            type="nominal",
            sort=None,
            scale=alt.Scale(domain=list(colours), range=list(colours.values())),
            legend=legend,
        ),
        tooltip=[
            *tooltip(rule_set="Rule set", name="People"),
            told(c.N_CUSTOMERS, "quantitative", "Number", ","),
            *tooltip(label="Share of all"),
        ],
    )
    words = alt.Chart(inline([row for row in rows if row["end"] - row["start"] >= ROOM_FOR_SHARE]))
    shown, size = (alt.expr(f"width < {NARROW} ? {a} : {b}") for a, b in (("datum.short", "datum.label"), (10.5, 12)))
    words = words.mark_text(baseline="middle", text=shown, fontSize=size).encode(
        x=alt.X(**amount("middle", domain)),
        y=axis.y,
        color=alt.Color(field="ink", type="nominal", scale=None, legend=None),
    )
    return finish([bars, words], title=title, subtitle=subtitle, theme=theme, height=axis.height, lookups=axis.lookups)


def limit_moves(table: pd.DataFrame, *, title: str, subtitle: str, theme: Theme) -> alt.LayerChart:
    """How many change stage when one limit (row) moves by so much (column); the colour is their share of all known.

    Needs `limit`, `label`, `step`, `value`, `n_customers`, `share`, as `sensitivity.limit_sensitivity` gives them.
    """
    if table.empty:
        return empty(title=title, subtitle=subtitle, theme=theme, message="These rules have no limit to move.")
    rows = records(table, ["limit", "label", "step", "value", c.N_CUSTOMERS, c.SHARE])
    most = max((row[c.SHARE] or 0.0 for row in rows), default=0.0)
    cells = [_cell(row, most, theme) for row in rows]
    axis = row_axis("limit", {row["limit"]: row["label"] for row in rows}, theme)
    shortened = f"width < {NARROW} ? split(datum.value, '{UNBROKEN}')[0] : datum.value"
    header = alt.Axis(title=None, orient="top", labelAngle=0, labelOverlap=False, grid=False, labelExpr=shortened)
    steps = list(dict.fromkeys(cell["step"] for cell in cells))
    x = alt.X(field="step", type="nominal", sort=None, scale=alt.Scale(domain=steps, padding=0), axis=header)
    base = alt.Chart(inline(cells))
    rects = base.mark_rect(stroke=PALETTES[theme].background, strokeWidth=2, cornerRadius=3).encode(
        x=x,
        y=axis.y,
        fill=alt.Fill(field="fill", type="nominal", scale=None, legend=None),
        tooltip=tooltip(label="Limit", step="Moved by", to="New value", top="Change stage", of_all="Share of all"),
    )
    ink = alt.Color(field="ink", type="nominal", scale=None, legend=None)
    size = alt.expr(f"width < {NARROW} ? 10 : 12")
    texts = base.mark_text(baseline="middle", dy=-7, fontSize=size, fontWeight=600)
    values = base.mark_text(baseline="middle", dy=8, fontSize=size)
    words = [
        mark.encode(x=x, y=axis.y, color=ink, text=alt.Text(field=field, type="nominal"))
        for mark, field in ((texts, "top"), (values, "to"))
    ]
    key = sentences(
        subtitle,
        "Columns: the limit lower (−) or higher (+), below each number its new value",
        "Dash: not possible" if table[c.N_CUSTOMERS].isna().any() else "",
    )
    height = CELL * axis.n_rows
    return finish([rects, *words], title=title, subtitle=key, theme=theme, height=height, lookups=axis.lookups)


def _cell(row: Row, most: float, theme: Theme) -> Row:
    step = f"{'+' if row['step'] > 0 else '−'}{abs(row['step']):.0%}".replace("%", f"{UNBROKEN}%")
    shown = {"limit": row["limit"], "label": row["label"], "step": step}
    to = f"to {row['value']:,g}"
    if row[c.N_CUSTOMERS] is None:
        quiet = {"fill": PALETTES[theme].quiet, "ink": PALETTES[theme].muted}
        return {**shown, **quiet, "top": "–", "to": to, "of_all": "not possible"}
    fill = ramp(row[c.SHARE] / most if most else 0.0, theme)
    n = f"{int(row[c.N_CUSTOMERS]):,}"
    return {**shown, "fill": fill, "ink": text_on(fill, theme), "top": n, "to": to, "of_all": percent(row[c.SHARE])}


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


def _plateau(curve: ReturnCurve, across: Y, theme: Theme) -> list[alt.Chart]:
    """The share that ever came back, as far as the curve reaches."""
    share = curve.eventual_share
    row = {"back": share, "label": f"{percent(share, 0)} ever, as far as is known"}
    base = alt.Chart(inline([row])).encode(y=across("back"))
    rule = base.mark_rule(color=PALETTES[theme].muted, strokeDash=[4, 3])
    words = base.mark_text(align="right", baseline="bottom", dx=-4, dy=-4, color=PALETTES[theme].muted)
    return [rule, words.encode(x=at("width"), text=alt.Text(field="label", type="nominal"))]


def _limit_lines(curve: ReturnCurve, limits: Mapping[str, float], x: alt.X, across: Y, theme: Theme) -> list[alt.Chart]:
    """An upright line at each limit, with its days and who is back by then, one label below another."""
    palette, ordered = PALETTES[theme], sorted(limits.items(), key=lambda limit: limit[1])
    rows: list[Row] = [
        {"days": days, "place": 0.08 + 0.13 * (len(ordered) - 1 - i), "label": _said(curve, label, days)}
        for i, (label, days) in enumerate(ordered)
    ]
    layers = [alt.Chart(inline(rows)).mark_rule(color=palette.text, strokeWidth=1.4).encode(x=x)]
    left = [row for row in rows if row["days"] <= curve.followed_days / 2]
    right = [row for row in rows if row not in left]
    # drawn first in the colour of the page, so that a line behind the words does not cross them out
    halo: dict[str, Any] = {"stroke": palette.background, "strokeWidth": 5, "strokeJoin": "round"}
    sides: list[tuple[list[Row], dict[str, Any]]] = [
        (left, {"align": "left", "dx": 6}),
        (right, {"align": "right", "dx": -6}),
    ]
    for side, where in sides:
        for under in (halo, {}):
            words = alt.Chart(inline(side)).mark_text(
                baseline="middle", lineBreak="\n", lineHeight=15, **where, **under
            )
            layers.append(words.encode(x=x, y=across("place"), text=alt.Text(field="label", type="nominal")))
    return layers


def _said(curve: ReturnCurve, label: str, days: float) -> str:
    table = curve.table
    back = 1 - float(table["survival"][table["days"] <= days].iloc[-1])
    share = back / curve.eventual_share if curve.eventual_share else float("nan")
    return f"{label} {count(int(days), 'day')}:\n{percent(share, 0)} of returns come by then"


def _segments(table: pd.DataFrame, theme: Theme) -> list[Row]:
    """Each part of each bar: where it starts and ends, its share as words, and an ink that reads on it."""
    rows, ends = [], dict[str, float]()
    for row in records(table, ["rule_set", "role", c.N_CUSTOMERS, c.SHARE]):
        start = ends.get(row["rule_set"], 0.0)
        end = ends[row["rule_set"]] = start + row[c.SHARE]
        rows.append(
            {
                "rule_set": row["rule_set"],
                "name": ROLE_NAMES[row["role"]],
                c.N_CUSTOMERS: row[c.N_CUSTOMERS],
                "start": start,
                "end": end,
                "middle": (start + end) / 2,
                "label": percent(row[c.SHARE]),
                "short": percent(row[c.SHARE], 0),
                "ink": text_on(role_colour(row["role"], theme), theme),
            }
        )
    return rows


def _small_parts(rows: Sequence[Row]) -> dict[str, str]:
    """The parts of each bar that have no room for a number, as words under its name."""
    small: dict[str, list[str]] = {}
    for row in rows:
        if 0 < row["end"] - row["start"] < ROOM_FOR_SHARE:
            small.setdefault(row["rule_set"], []).append(f"{row['name']} {row['label']}")
    return {name: ", ".join(parts) for name, parts in small.items()}


def role_colour(role: Role, theme: Theme) -> str:
    """The colour of the stages that play the role."""
    return PALETTES[theme].steps[ROLE_STEPS[role] - 1]
