"""How much hangs on the rules: the same people under several rule sets, and who changes stage when a limit moves."""

from __future__ import annotations

import altair as alt
import pandas as pd

from clm_core import columns as c
from clm_core.charts.encode import Row, amount, inline, records, told, tooltip
from clm_core.charts.palette import PALETTES, Theme, ramp, text_on
from clm_core.charts.rows import row_axis
from clm_core.charts.sheet import UNBROKEN, empty, finish, sentences
from clm_core.sensitivity import ROLE_NAMES, ROLES, Role
from clm_core.wording import percent

CELL = 46
ROW, BAR = 74, 28
"""Pixels of a rule set with its name and rule above the bar, and of the bar."""
ROLE_STEPS: dict[Role, int] = {"active": 4, "at_risk": 7, "lost": 8, "not_bought": 1}
ROOM_FOR_SHARE, ROOM_ON_A_PHONE = 0.05, 0.13
"""The least part of a bar that has room for its share; smaller parts are named above the bar."""
WIDE, NARROW = 600, 300
"""Below so many pixels of drawing it is laid out for a phone; below the second its words are shortened."""


def rule_set_strip(table: pd.DataFrame, *, title: str, subtitle: str, theme: Theme) -> alt.LayerChart:
    """One stacked bar a rule set, its rule printed above: active, at risk, lost, not bought.

    Needs `rule_set`, `rule`, `role`, `n_customers`, `share`, as `sensitivity.compare_rule_sets` gives them.
    """
    if table.empty or not table[c.N_CUSTOMERS].sum():
        return empty(title=title, subtitle=subtitle, theme=theme)
    rows = _segments(table, theme)
    palette, names = PALETTES[theme], list(dict.fromkeys(row["rule_set"] for row in rows))
    y = alt.Y(field="rule_set", type="nominal", sort=None, axis=None, scale=alt.Scale(domain=names, padding=0))
    domain = [0.0, 1.0]
    bars = alt.Chart(inline(rows)).mark_bar(
        stroke=palette.background, strokeWidth=1, height=BAR, yOffset=(ROW - BAR) / 2 - 10
    )
    bars = bars.encode(
        x=alt.X(**amount("start", domain)),
        x2=alt.X2(field="end"),
        y=y,
        color=_role_colours(rows, theme),
        tooltip=[
            *tooltip(rule_set="Rule set", name="People"),
            told(c.N_CUSTOMERS, "quantitative", "Number", ","),
            *tooltip(label="Share of all"),
        ],
    )
    words = alt.Chart(inline([row for row in rows if row["end"] - row["start"] >= ROOM_FOR_SHARE]))
    on_phone = f"datum.end - datum.start < {ROOM_ON_A_PHONE} ? '' : width < {NARROW} ? datum.short : datum.label"
    shown, size = alt.expr(f"width < {WIDE} ? ({on_phone}) : datum.label"), alt.expr(f"width < {NARROW} ? 10.5 : 12")
    words = words.mark_text(baseline="middle", text=shown, fontSize=size, dy=(ROW - BAR) / 2 - 10).encode(
        x=alt.X(**amount("middle", domain)),
        y=y,
        color=alt.Color(field="ink", type="nominal", scale=None, legend=None),
    )
    heads = [_head(rows, y, field, theme) for field in ("rule_set", "rule", "beside")]
    return finish([bars, words, *heads], title=title, subtitle=subtitle, theme=theme, height=ROW * len(names))


def _head(rows: list[Row], y: alt.Y, field: str, theme: Theme) -> alt.Chart:
    """What stands above each bar: its name, its rule below, and on the right the parts too small for a number."""
    palette, small, on_phone = PALETTES[theme], _small_parts(rows, ROOM_FOR_SHARE), _small_parts(rows, ROOM_ON_A_PHONE)
    heads = {row["rule_set"]: {"rule_set": row["rule_set"], "rule": row["rule"]} for row in rows}
    beside = {name: {"beside": small.get(name, ""), "on_phone": on_phone.get(name, "")} for name in heads}
    data = inline([{**head, **beside[name]} for name, head in heads.items()])
    is_right = field == "beside"
    text = alt.Chart(data).mark_text(
        text=alt.expr(f"width < {WIDE} ? datum.on_phone : datum.beside" if is_right else f"datum.{field}"),
        x="width" if is_right else 0,
        align="right" if is_right else "left",
        baseline="middle",
        dy=-12 if field == "rule" else -27,
        fontSize=13 if field == "rule_set" else 11.5,
        fontWeight=600 if field == "rule_set" else 400,
        color=palette.text if field == "rule_set" else palette.muted,
        limit=alt.expr("width"),
    )
    head: alt.Chart = text.encode(y=y)
    return head


def _role_colours(rows: list[Row], theme: Theme) -> alt.Color:
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
    scale = alt.Scale(domain=list(colours), range=list(colours.values()))
    return alt.Color(field="name", type="nominal", sort=None, scale=scale, legend=legend)


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


def _segments(table: pd.DataFrame, theme: Theme) -> list[Row]:
    """Each part of each bar: where it starts and ends, its share as words, and an ink that reads on it."""
    rows, ends = [], dict[str, float]()
    for row in records(table, ["rule_set", "rule", "role", c.N_CUSTOMERS, c.SHARE]):
        start = ends.get(row["rule_set"], 0.0)
        end = ends[row["rule_set"]] = start + row[c.SHARE]
        rows.append(
            {
                "rule_set": row["rule_set"],
                "rule": row["rule"],
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


def _small_parts(rows: list[Row], room: float) -> dict[str, str]:
    """The parts of each bar that have no room for a number, as words."""
    small: dict[str, list[str]] = {}
    for row in rows:
        if 0 < row["end"] - row["start"] < room:
            small.setdefault(row["rule_set"], []).append(f"{row['name']} {row['label']}")
    return {name: ", ".join(parts) for name, parts in small.items()}


def role_colour(role: Role, theme: Theme) -> str:
    """The colour of the stages that play the role."""
    return PALETTES[theme].steps[ROLE_STEPS[role] - 1]
