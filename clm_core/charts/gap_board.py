"""The board of a workshop: where the gaps lie, and what runs beside what could run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd

from clm_core import columns as c
from clm_core.charts.encode import Row, inline, records, tooltip
from clm_core.charts.matrix import MORE, NOTE, grid, read_note
from clm_core.charts.palette import PALETTES, Theme, ramp, stage_colours, text_on
from clm_core.charts.rows import pick_on, shown_stages, side_labels, stage_axis
from clm_core.charts.sheet import UNBROKEN, balanced, empty, finish
from clm_core.frameworks import Framework
from clm_core.wording import count

WIDEST_GAP = 5
BANDS = {"could": "Could run", "runs": "Runs"}


def gap_heat(
    table: pd.DataFrame,
    framework: Framework,
    channels: Mapping[str, str],
    *,
    title: str,
    subtitle: str,
    theme: Theme,
    selectable: bool = False,
) -> alt.LayerChart:
    """The mean gap of the activities of each channel (row) and stage (column), with how many they are.

    Needs `stage`, `channel`, `gap` (0 to 5, missing where not scored); ``channels`` is id → name. Not scored is grey.
    """
    if table.empty:
        return empty(title=title, subtitle=subtitle, theme=theme)
    stages = shown_stages(framework, [])
    grouped = table.groupby([c.CHANNEL, c.STAGE], sort=False)["gap"]
    means = grouped.agg(mean="mean", n="size", n_scored="count").reset_index()
    rows = records(means, [c.CHANNEL, c.STAGE, "mean", "n", "n_scored"])
    present = {row[c.CHANNEL] for row in rows}
    names = {id_: name for id_, name in channels.items() if id_ in present}
    n_of = {id_: sum(row["n"] for row in rows if row[c.CHANNEL] == id_) for id_ in names}
    cells = [_gap_cell(row, names, stages, theme) for row in rows]
    below = {id_: count(n, "activity", "activities") for id_, n in n_of.items()}
    layers, lookups, height = grid(cells, c.CHANNEL, names, below, c.STAGE, stages, theme)
    says = tooltip(channel_name="Channel", stage_name="Stage", top="Mean gap", bottom="Activities")
    layers[0] = layers[0].encode(tooltip=says)
    if selectable:
        layers[0] = layers[0].add_params(pick_on(c.CHANNEL, c.STAGE))
    key = " · ".join(f"{place} {name}".replace(" ", UNBROKEN) for place, name in enumerate(stages.values(), 1))
    note = balanced(f"{MORE[theme]}: a wider gap, of 5 at most. Grey: not scored yet.", NOTE)
    layers.append(read_note(note, [*balanced(key, NOTE), *note], len(stages), theme))
    return finish(layers, title=title, subtitle=subtitle, theme=theme, height=height, lookups=lookups)


def _gap_cell(row: Row, names: Mapping[str, str], stages: Mapping[str, str], theme: Theme) -> Row:
    palette, gap = PALETTES[theme], row["mean"]
    fill = palette.quiet if gap is None else ramp(gap / WIDEST_GAP, theme)
    top = "–" if gap is None else f"{gap:.1f}"
    return {
        c.CHANNEL: row[c.CHANNEL],
        c.STAGE: row[c.STAGE],
        "channel_name": names[row[c.CHANNEL]],
        "stage_name": stages[row[c.STAGE]],
        "fill": fill,
        "ink": palette.muted if gap is None else text_on(fill, theme),
        "top": top,
        "top_narrow": top,
        "bottom": f"{row['n_scored']} of {row['n']}",
        "bottom_narrow": f"{row['n_scored']}/{row['n']}",
    }


def lifecycle_bands(
    table: pd.DataFrame, framework: Framework, *, title: str, subtitle: str, theme: Theme, running: float = 3
) -> alt.LayerChart:
    """Two bands along the lifecycle: a square for each activity that could run (outlined), and under it each that runs (full).

    Needs `stage`, `name`, `current`; an activity runs from a score of ``running`` on.
    """
    if table.empty:
        return empty(title=title, subtitle=subtitle, theme=theme)
    stages = shown_stages(framework, [])
    ordered = table.assign(runs=table["current"] >= running).sort_values("runs", ascending=False, kind="stable")
    squares: list[Row] = []
    ends: list[Row] = []
    for id_, name in stages.items():
        own = records(ordered[ordered[c.STAGE] == id_], ["name", "runs"])
        n_running = sum(row["runs"] for row in own)
        ends.append({c.STAGE: id_, "name": name, "label": f"{n_running} of {len(own)}"})
        for place, row in enumerate(own):
            says = {c.STAGE: id_, "activity": row["name"], "place": place}
            squares.append({**says, "band": "could", "opacity": 0.0, "state": "runs" if row["runs"] else "not yet"})
            squares += [{**says, "band": "runs", "opacity": 1.0, "state": "runs"}] if row["runs"] else []
    axis = stage_axis(ends, framework, theme)
    most = max(row["place"] for row in squares) + 1
    scale = alt.Scale(domain=list(range(most)), paddingInner=0.12, paddingOuter=0)
    marks: dict[str, Any] = {"strokeWidth": 1.3, "cornerRadius": 2}
    colours = stage_colours(framework, theme)
    hue = alt.Scale(domain=list(stages), range=[colours[id_] for id_ in stages])
    drawn = (
        alt.Chart(inline(squares))
        .mark_bar(**marks)
        .encode(
            x=alt.X(field="place", type="ordinal", scale=scale, axis=None),
            y=axis.y,
            yOffset=alt.YOffset(
                field="band", type="nominal", sort=None, scale=alt.Scale(domain=list(BANDS), paddingInner=0.16)
            ),
            fill=alt.Fill(field=c.STAGE, type="nominal", scale=hue, legend=None),
            stroke=alt.Stroke(field=c.STAGE, type="nominal", scale=hue, legend=None),
            fillOpacity=alt.FillOpacity(field="opacity", type="quantitative", scale=None, legend=None),
            tooltip=tooltip(activity="Activity", state="Now"),
        )
    )
    layers = [
        drawn,
        side_labels(
            [{c.STAGE: row[c.STAGE], "label": row["label"]} for row in ends], axis.y, fontSize=14, fontWeight=600
        ),
    ]
    key = f"{subtitle}. Outlined: could run; full: runs"
    return finish(
        layers, title=title, subtitle=key, theme=theme, height=round(axis.height * 1.15), lookups=axis.lookups
    )
