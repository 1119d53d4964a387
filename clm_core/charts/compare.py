"""Two rule sets or two frameworks on the same people, as a heat map."""

from __future__ import annotations

import altair as alt

from clm_core import columns as c
from clm_core.charts.encode import is_small, records, size_label, tooltip
from clm_core.charts.matrix import MORE, NOTE, grid, read_note, worded
from clm_core.charts.palette import Theme
from clm_core.charts.rows import pick_on, shown_stages
from clm_core.charts.sheet import UNBROKEN, balanced, empty, finish, sentences
from clm_core.compare import DIFFERS, STAGE_A, STAGE_B, Comparison
from clm_core.frameworks import Framework
from clm_core.wording import SMALL_GROUP, money


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
        tooltip=tooltip(name_a="Rows", name_b="Columns", top="People", bottom="Of the row", spent="Spent in 365 days")
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
