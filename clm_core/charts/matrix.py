"""Heat maps with every number written in its cell: moves between stages, and groups of people by stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from clm_core import columns as c
from clm_core.charts.encode import Row, at, inline, is_small, records, size_label, tooltip
from clm_core.charts.palette import PALETTES, Theme, ramp, text_on
from clm_core.charts.rows import centred, pick_on, shown_stages
from clm_core.charts.sheet import UNBROKEN, balanced, empty, finish, wrap
from clm_core.frameworks import Framework
from clm_core.ledger import NOT_KNOWN
from clm_core.wording import SMALL_GROUP, percent

ROOM = 70
"""Pixels a column needs for stage names; below that columns bear the number of the stage."""
WIDE = 92
"""Pixels a column has on a wide page, where the number in a cell is large."""
ROW, LINE = 44, 13
NAME_WIDTH, COLUMN_WIDTH = 15, 12
NEW = "Newly known"
NOTE = 44
MORE: dict[Theme, str] = {"light": "Darker", "dark": "Brighter"}


def move_matrix(
    moves: pd.DataFrame,
    framework: Framework,
    *,
    title: str,
    subtitle: str,
    theme: Theme,
    selectable: bool = False,
) -> alt.LayerChart:
    """Who moved from which stage (row) to which (column) in one period; those who stayed are grey.

    Needs `from_stage` (empty: newly known), `to_stage`, `n_customers`, `rate` (of the row). The colour is the rate.
    """
    if moves.empty:
        return empty(title=title, subtitle=subtitle, theme=theme)
    stages = shown_stages(framework, [*moves[c.FROM_STAGE], *moves[c.TO_STAGE]])
    # with their numbers, since a narrow page has room for nothing else over the columns
    stages = {id_: f"{place} {name}" for place, (id_, name) in enumerate(stages.items(), 1)}
    names = {NOT_KNOWN: NEW} | stages if (moves[c.FROM_STAGE] == NOT_KNOWN).any() else stages
    rows = records(moves, [c.FROM_STAGE, c.TO_STAGE, c.N_CUSTOMERS, c.RATE])
    n_from = {str(id_): int(n) for id_, n in moves.groupby(c.FROM_STAGE)[c.N_CUSTOMERS].sum().items()}
    is_move = [_is_move(row) and not is_small(n_from[row[c.FROM_STAGE]]) for row in rows]
    most = max((row[c.RATE] for row, moved in zip(rows, is_move, strict=True) if moved), default=0.0)
    cells = [
        {
            "from_name": names[row[c.FROM_STAGE]],
            "to_name": names[row[c.TO_STAGE]],
            **worded(row, row[c.RATE], theme, row[c.RATE] / most if moved and most else None),
            c.FROM_STAGE: row[c.FROM_STAGE],
            c.TO_STAGE: row[c.TO_STAGE],
        }
        for row, moved in zip(rows, is_move, strict=True)
        if row[c.N_CUSTOMERS]
    ]
    below = {id_: size_label(n_from.get(id_, 0)) for id_ in names}
    layers, lookups, height = grid(cells, c.FROM_STAGE, names, below, c.TO_STAGE, stages, theme)
    layers[0] = layers[0].encode(tooltip=tooltip(from_name="From", to_name="To", top="People", bottom="Of the row"))
    if selectable:
        layers[0] = _clickable(layers[0], c.FROM_STAGE, c.TO_STAGE)
    note = balanced(
        f"{MORE[theme]}: a larger share. Grey: stayed, newly known, or a row of fewer than {SMALL_GROUP}.", NOTE
    )
    layers.append(read_note(note, note, len(stages), theme))
    return finish(layers, title=title, subtitle=subtitle, theme=theme, height=height, lookups=lookups)


def group_stage_heat(
    table: pd.DataFrame,
    framework: Framework,
    group: str = "group",
    label: str = "Group",
    *,
    title: str,
    subtitle: str,
    theme: Theme,
    selectable: bool = False,
) -> alt.LayerChart:
    """In which stages the people of each group are; each row adds up to 100 %.

    Needs the column ``group``, called ``label`` in words, and `stage`, `n_customers`, `share`.
    """
    if table.empty:
        return empty(title=title, subtitle=subtitle, theme=theme)
    stages = shown_stages(framework, list(table[c.STAGE]))
    rows = records(table, [group, c.STAGE, c.N_CUSTOMERS, c.SHARE])
    n_of = {str(name): int(n) for name, n in table.groupby(group, sort=False)[c.N_CUSTOMERS].sum().items()}
    most = max((row[c.SHARE] or 0.0 for row in rows if not is_small(n_of[row[group]])), default=0.0)
    cells = []
    for row in rows:
        if row[c.N_CUSTOMERS]:
            place = None if is_small(n_of[row[group]]) or not most else row[c.SHARE] / most
            words = worded(row, row[c.SHARE], theme, place)
            cells.append({**words, group: row[group], c.STAGE: row[c.STAGE], "stage_name": stages[row[c.STAGE]]})
    names = {name: name for name in n_of}
    below = {name: size_label(n) for name, n in n_of.items()}
    layers, lookups, height = grid(cells, group, names, below, c.STAGE, stages, theme)
    hints = tooltip(**{group: label}, stage_name="Stage", top="People", bottom="Share")
    layers[0] = layers[0].encode(tooltip=hints)
    if selectable:
        layers[0] = _clickable(layers[0], group, c.STAGE)
    key = " · ".join(f"{place} {name}".replace(" ", UNBROKEN) for place, name in enumerate(stages.values(), 1))
    note = balanced(f"{MORE[theme]}: a larger share. Grey: a row of fewer than {SMALL_GROUP}.", NOTE)
    layers.append(read_note(note, [*balanced(key, NOTE), *note], len(stages), theme))
    return finish(layers, title=title, subtitle=subtitle, theme=theme, height=height, lookups=lookups)


def _clickable(cells: alt.Chart, *fields: str) -> alt.Chart:
    """Cells that can be picked; where one is, the others step back."""
    pick = pick_on(*fields)
    opacity = alt.OpacityValue(0.35, condition={"param": pick.name, "value": 1})
    chart: alt.Chart = cells.encode(opacity=opacity).add_params(pick)
    return chart


def _is_move(row: Row) -> bool:
    return bool(row[c.FROM_STAGE]) and row[c.FROM_STAGE] != row[c.TO_STAGE]


def worded(row: Row, share: float, theme: Theme, place: float | None) -> Row:
    """A cell's words and colours. ``place`` is where its share stands between none and the largest; None: not coloured."""
    n = int(row[c.N_CUSTOMERS])
    fill = PALETTES[theme].quiet if place is None else ramp(place, theme)
    return {
        "fill": fill,
        "ink": PALETTES[theme].muted if place is None else text_on(fill, theme),
        "top": f"{n:,}",
        "top_narrow": f"{n:,}" if n < 10_000 else f"{n / 1000:.0f}k",
        "bottom": percent(share),
        "bottom_narrow": percent(share, 0) if share >= 0.005 else "<1 %",
    }


def grid(
    cells: Sequence[Row],
    row_field: str,
    row_names: Mapping[str, str],
    below: Mapping[str, str],
    column_field: str,
    column_names: Mapping[str, str],
    theme: Theme,
) -> tuple[list[alt.Chart], dict[str, object], int]:
    """Cells with two lines of words each: layers, the constants their labels are looked up in, and the height."""
    # only words inside the drawing change with its width: whatever stands around it decides how wide it is
    rows = {key: [*wrap(name, NAME_WIDTH), below[key]] for key, name in row_names.items()}
    lookups: dict[str, object] = {
        "row_names": rows,
        "column_names": {id_: wrap(name, COLUMN_WIDTH) for id_, name in column_names.items()},
        "column_numbers": {id_: str(place) for place, id_ in enumerate(column_names, 1)},
    }
    is_narrow = _is_narrow(len(column_names))
    x = _header(column_field, list(column_names), f"({is_narrow} ? column_numbers : column_names)[datum.value]")
    y = _side(row_field, list(rows))
    base = alt.Chart(inline(cells))
    rects = base.mark_rect(stroke=PALETTES[theme].background, strokeWidth=2, cornerRadius=3).encode(
        x=x, y=y, fill=alt.Fill(field="fill", type="nominal", scale=None, legend=None)
    )
    layers = [rects, *(_words(base, x, y, field, len(column_names)) for field in ("top", "bottom"))]
    most_lines = max(len(lines) for lines in rows.values())
    return layers, lookups, max(ROW, LINE * most_lines + 8) * len(rows)


def _header(field: str, domain: list[str], label: str) -> alt.X:
    axis = alt.Axis(
        title=None,
        orient="top",
        labelExpr=label,
        labelAngle=0,
        labelOverlap=False,
        labelLimit=ROOM,
        labelLineHeight=13,
        labelFontSize=11.5,
        grid=False,
    )
    return alt.X(field=field, type="nominal", sort=None, scale=alt.Scale(domain=domain, padding=0), axis=axis)


def _side(field: str, domain: list[str]) -> alt.Y:
    axis = alt.Axis(
        title=None,
        labelExpr="row_names[datum.value]",
        labelOffset=centred("row_names", LINE),
        labelOverlap=False,
        labelLimit=170,
        labelLineHeight=LINE,
        labelFontSize=11.5,
        grid=False,
    )
    return alt.Y(field=field, type="nominal", sort=None, scale=alt.Scale(domain=domain, padding=0), axis=axis)


def _words(base: alt.Chart, x: alt.X, y: alt.Y, field: str, n_columns: int) -> alt.Chart:
    is_narrow, is_wide, is_top = _is_narrow(n_columns), f"width > {WIDE * n_columns}", field == "top"
    mark: dict[str, Any] = {
        "text": alt.expr(f"{is_narrow} ? datum.{field}_narrow : datum.{field}"),
        # the number itself can be read off a projector
        "fontSize": alt.expr(f"{is_narrow} ? 10 : {is_wide} ? {18 if is_top else 12} : 12"),
        "fontWeight": 600 if is_top else 400,
    }
    ink = alt.Color(field="ink", type="nominal", scale=None, legend=None)
    place = {"dy": -7} if is_top else {"dy": alt.expr(f"{is_wide} ? 11 : 8")}
    words: alt.Chart = base.mark_text(baseline="middle", **place, **mark).encode(x=x, y=y, color=ink)
    return words


def _is_narrow(n_columns: int) -> str:
    return f"width < {ROOM * n_columns}"


def read_note(wide: list[str], narrow: list[str], n_columns: int, theme: Theme) -> alt.Chart:
    """How to read the colours and, where columns bear numbers only, which stages these are; as high in both cases."""
    height = max(len(wide), len(narrow))
    words = {
        name: "\n".join(lines + [" "] * (height - len(lines))) for name, lines in (("note", wide), ("key", narrow))
    }
    text = alt.Chart(inline([words])).mark_text(
        text=alt.expr(f"{_is_narrow(n_columns)} ? datum.key : datum.note"),
        align="left",
        baseline="top",
        fontSize=11,
        lineHeight=15,
        lineBreak="\n",
        color=PALETTES[theme].muted,
    )
    note: alt.Chart = text.encode(x=at(alt.XValue, 0), y=at(alt.YValue, "height + 8"))
    return note
