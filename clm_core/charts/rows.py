"""Figures in rows: one stage, persona or feature a row, its name on the left, its number at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

from clm_core import columns as c
from clm_core.charts.encode import PALE, Bounds, Row, at, inline, is_small, records
from clm_core.charts.palette import PALETTES, Theme, stage_colours
from clm_core.charts.sheet import wrap
from clm_core.frameworks import Framework
from clm_core.wording import SMALL_GROUP, percent

OFF_PATH = "off the path"
NAME_WIDTH = 17
LINE = 14
LABEL_GAP = 6


@dataclass(frozen=True)
class RowAxis:
    """The vertical channel of a figure in rows, the height it needs, and the names its labels are looked up in."""

    y: alt.Y
    n_rows: int
    height: int
    lookups: dict[str, object]


def shown_stages(framework: Framework, present: Sequence[str]) -> dict[str, str]:
    """Stage id → name in lifecycle order; unassigned only where it occurs."""
    names = {stage.id: stage.name for stage in framework.stages}
    return {**names, c.UNASSIGNED: "Unassigned"} if c.UNASSIGNED in present else names


def stage_rows(frame: pd.DataFrame, framework: Framework, columns: Sequence[str]) -> list[Row]:
    """One row per stage in lifecycle order with its name; a stage that the frame leaves out has no numbers."""
    stages = shown_stages(framework, list(frame[c.STAGE]))
    known = {row[c.STAGE]: row for row in records(frame, [c.STAGE, *columns])}
    return [
        {**dict.fromkeys(columns), **known.get(id_, {}), c.STAGE: id_, "name": name} for id_, name in stages.items()
    ]


def stage_axis(
    rows: Sequence[Row], framework: Framework, theme: Theme, below: Mapping[str, str] | None = None
) -> RowAxis:
    """Stages as rows, those off the path set apart by a gap that says so."""
    off = {stage.id for stage in framework.stages if stage.kind == "off_path"} | {c.UNASSIGNED}
    names: dict[str, str] = {}
    for row in rows:
        if row[c.STAGE] in off and not off & names.keys() and names:
            names[OFF_PATH] = OFF_PATH
        names[row[c.STAGE]] = row["name"]
    return row_axis(c.STAGE, names, theme, below)


def row_axis(field: str, names: Mapping[str, str], theme: Theme, below: Mapping[str, str] | None = None) -> RowAxis:
    """Rows by key in the order given; ``below`` adds a second, smaller fact under a name."""
    palette = PALETTES[theme]
    lines = {
        key: wrap(name, NAME_WIDTH) + ([below[key]] if below and key in below else []) for key, name in names.items()
    }
    is_gap = f"datum.value === '{OFF_PATH}'"
    label: dict[str, Any] = {"condition": {"test": is_gap, "value": palette.muted}, "value": palette.text}
    axis = alt.Axis(
        title=None,
        labelExpr="row_names[datum.value]",
        labelOffset=centred("row_names"),
        labelColor=label,
        labelLimit=170,
        labelLineHeight=LINE,
        labelPadding=8,
        labelOverlap=False,
        grid=False,
    )
    scale = alt.Scale(domain=list(lines), paddingInner=0.34, paddingOuter=0.17)
    step = max(36, LINE * max(map(len, lines.values())) + 8)
    y = alt.Y(field=field, type="nominal", sort=None, scale=scale, axis=axis)
    return RowAxis(y, len(lines), step * len(lines), {"row_names": lines})


def centred(names: str, line: int = LINE) -> alt.ExprRef:
    """How far a name of several lines moves up, so that its middle is beside its row."""
    return alt.ExprRef(f"-{line / 2} * (length(({names})[datum.value]) - 1)")


def stage_colour(rows: Sequence[Row], framework: Framework, theme: Theme) -> alt.Color:
    """The colour of a stage wherever it is drawn; rows and labels name it, so there is no legend."""
    colours = stage_colours(framework, theme)
    ids = list(dict.fromkeys(row[c.STAGE] for row in rows))
    scale = alt.Scale(domain=ids, range=[colours[id_] for id_ in ids])
    return alt.Color(field=c.STAGE, type="nominal", scale=scale, legend=None)


def count_label(row: Row) -> str:
    """`1,549 · 6.6 %`, and whether the group is small."""
    n = int(row[c.N_CUSTOMERS] or 0)
    return f"{n:,} · {percent(row[c.SHARE] or 0.0)}" + (f" (n<{SMALL_GROUP})" if is_small(n) else "")


def opacity(rows: Sequence[Row]) -> list[Row]:
    """The rows, each with how opaque it is: groups too small to rely on are pale."""
    return [{**row, "opacity": PALE if is_small(row.get(c.N_CUSTOMERS)) else 1.0} for row in rows]


def opacity_channel(pick: alt.Parameter | None = None) -> alt.Opacity | alt.OpacityValue:
    """Opacity as given by the rows; where something is picked the others step back."""
    if pick is None:
        return alt.Opacity(field="opacity", type="quantitative", scale=None, legend=None)
    given = {"field": "opacity", "type": "quantitative", "scale": None, "legend": None}
    return alt.OpacityValue(0.25, condition={"param": pick.name, **given})


def pick_on(*fields: str) -> alt.Parameter:
    """The selection that a page reads as `pick`."""
    return alt.selection_point(name="pick", fields=list(fields))


def row_target(rows: Sequence[Row], y: alt.Y) -> alt.Chart:
    """Something to click that is as wide as the drawing and cannot be seen."""
    targets = [row for row in rows if row[c.N_CUSTOMERS]]
    base = alt.Chart(inline(targets)).mark_rect(color="transparent", cursor="pointer", tooltip=None)
    target: alt.Chart = base.encode(y=y, x=at(alt.XValue, 0), x2=at(alt.X2Value, "width"))
    return target


def end_labels(rows: Sequence[Row], x: alt.X, y: alt.Y, field: str = "label", **mark: Any) -> alt.Chart:
    """The number at the end of each bar."""
    text = alt.Chart(inline(rows)).mark_text(align="left", baseline="middle", dx=LABEL_GAP, **mark)
    labels: alt.Chart = text.encode(x=x, y=y, text=alt.Text(field=field, type="nominal"))
    return labels


def side_labels(rows: Sequence[Row], y: alt.Y, field: str = "label", **mark: Any) -> alt.Chart:
    """Numbers in a column at the right of the drawing, for figures whose marks have no end."""
    text = alt.Chart(inline(rows)).mark_text(align="left", baseline="middle", **mark)
    labels: alt.Chart = text.encode(x=at(alt.XValue, "width + 10"), y=y, text=alt.Text(field=field, type="nominal"))
    return labels


def zero_rule(x_domain: Bounds, theme: Theme) -> alt.Chart:
    """The baseline that bars start from."""
    rule = alt.Chart(inline([{"zero": 0}])).mark_rule(color=PALETTES[theme].muted, strokeWidth=1)
    scale = alt.Scale(domain=list(x_domain), nice=False)
    line: alt.Chart = rule.encode(x=alt.X(field="zero", type="quantitative", scale=scale, axis=None))
    return line
