"""Two rule sets or two frameworks on the same people, as a heat map; one customer in all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd

from clm_core import columns as c
from clm_core.charts.encode import amount, inline, is_small, records, size_label, tooltip
from clm_core.charts.matrix import MORE, NOTE, grid, read_note, worded
from clm_core.charts.palette import PALETTES, Theme, stage_colours
from clm_core.charts.rows import pick_on, shown_stages
from clm_core.charts.sheet import UNBROKEN, balanced, empty, finish, sentences
from clm_core.compare import DIFFERS, STAGE_A, STAGE_B, Comparison
from clm_core.frameworks import Framework
from clm_core.wording import SMALL_GROUP, money

PLACE, BOX = 50, 16
"""Pixels of a framework with its name above its stages, and of the stages."""


def stage_crosstab(
    comparison: Comparison,
    a: Framework,
    b: Framework,
    *,
    currency: str = "",
    title: str,
    subtitle: str,
    theme: Theme,
    selectable: bool = False,
) -> alt.LayerChart:
    """Stages under A in rows, under B in columns: people, their share of the row, and in the tooltip what they spent.

    The colour is the share of the row; those who sit the same under both are grey.
    """
    cells_of = comparison.cells
    if cells_of.empty:
        return empty(title=title, subtitle=subtitle, theme=theme)
    in_rows, in_columns = shown_stages(a, list(cells_of[STAGE_A])), shown_stages(b, list(cells_of[STAGE_B]))
    in_columns = {id_: f"{place} {name}" for place, (id_, name) in enumerate(in_columns.items(), 1)}
    n_of = {str(id_): int(n) for id_, n in cells_of.groupby(STAGE_A)[c.N_CUSTOMERS].sum().items()}
    cells = []
    for row in records(cells_of, [STAGE_A, STAGE_B, c.N_CUSTOMERS, "share_of_a", c.VALUE, DIFFERS]):
        is_quiet = not row[DIFFERS] or is_small(n_of[row[STAGE_A]])
        cells.append(
            {
                **worded(row, row["share_of_a"], theme, None if is_quiet else row["share_of_a"]),
                STAGE_A: row[STAGE_A],
                STAGE_B: row[STAGE_B],
                "name_a": in_rows[row[STAGE_A]],
                "name_b": in_columns[row[STAGE_B]],
                "spent": "unknown" if row[c.VALUE] is None else money(row[c.VALUE], currency),
            }
        )
    below = {id_: size_label(n_of.get(id_, 0)) for id_ in in_rows}
    layers, lookups, height = grid(cells, STAGE_A, in_rows, below, STAGE_B, in_columns, theme)
    layers[0] = layers[0].encode(
        tooltip=tooltip(name_a="Rows", name_b="Columns", top="People", bottom="Of the row", spent="Spent so far")
    )
    if selectable:
        layers[0] = layers[0].add_params(pick_on(STAGE_A, STAGE_B))
    wide = balanced(
        f"{MORE[theme]}: a larger share. Grey: the same under both, or a row of fewer than {SMALL_GROUP}.", NOTE
    )
    key = balanced(" · ".join(name.replace(" ", UNBROKEN) for name in in_columns.values()), NOTE)
    layers.append(read_note(wide, [*key, *wide], len(in_columns), theme))
    told = sentences(subtitle, f"Rows: {a.name}; columns: {b.name}")
    return finish(layers, title=title, subtitle=told, theme=theme, height=height, lookups=lookups)


def place_in_every(
    found: pd.DataFrame, frameworks: Mapping[str, Framework], *, title: str, subtitle: str, theme: Theme
) -> alt.LayerChart:
    """Where one customer stands in each framework: its stages in a row, theirs full and named above, the others pale.

    Needs `stage`, one row for each of ``frameworks`` (name → framework), in their order.
    """
    if found.empty:
        return empty(title=title, subtitle=subtitle, theme=theme)
    palette, boxes, heads = PALETTES[theme], [], []
    for (name, framework), stage in zip(frameworks.items(), found[c.STAGE], strict=True):
        stages, colours = shown_stages(framework, [stage]), stage_colours(framework, theme)
        heads.append({"framework": name, "name": name, "stage": stages[stage]})
        for place, id_ in enumerate(stages):
            ends = {"start": place / len(stages), "end": (place + 1) / len(stages)}
            opacity = 1.0 if id_ == stage else 0.22
            boxes.append({"framework": name, "stage": stages[id_], "colour": colours[id_], "opacity": opacity, **ends})
    y = alt.Y(
        field="framework", type="nominal", sort=None, axis=None, scale=alt.Scale(domain=list(frameworks), padding=0)
    )
    bars = alt.Chart(inline(boxes)).mark_bar(stroke=palette.background, strokeWidth=2, height=BOX, yOffset=10)
    bars = bars.encode(
        x=alt.X(**amount("start", [0.0, 1.0])),
        x2=alt.X2(field="end"),
        y=y,
        color=alt.Color(field="colour", type="nominal", scale=None, legend=None),
        opacity=alt.Opacity(field="opacity", type="quantitative", scale=None, legend=None),
        tooltip=tooltip(framework="Framework", stage="Stage"),
    )
    base = alt.Chart(inline(heads))
    sides: list[tuple[str, dict[str, Any]]] = [
        ("name", {"x": 0, "align": "left"}),
        ("stage", {"x": "width", "align": "right", "fontWeight": 600}),
    ]
    words = [
        base.mark_text(baseline="middle", dy=-11, fontSize=13, **side).encode(
            y=y, text=alt.Text(field=field, type="nominal")
        )
        for field, side in sides
    ]
    return finish([bars, *words], title=title, subtitle=subtitle, theme=theme, height=PLACE * len(frameworks))
