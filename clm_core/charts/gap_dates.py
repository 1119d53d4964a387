"""When a plan happens: what is prepared, what runs and is measured, on one line of time."""

from __future__ import annotations

from datetime import date
from typing import Any

import altair as alt
import pandas as pd

from clm_core.charts.encode import PALE, Row, inline, records, tooltip
from clm_core.charts.palette import PALETTES, Theme, stage_colours
from clm_core.charts.rows import row_axis
from clm_core.charts.sheet import empty, finish
from clm_core.frameworks import Framework

NOTHING = "Nothing is planned yet."


def plan_timeline(
    cards: pd.DataFrame, framework: Framework, begins_on: date, *, title: str, subtitle: str, theme: Theme
) -> alt.LayerChart:
    """Each card a row in the order given: pale from the day the plan begins to its start, full while it is measured.

    Needs `activity`, `stage` (both as they are called), `starts_on` and `measured_on` (days).
    """
    if cards.empty:
        return empty(title=title, subtitle=subtitle, theme=theme, message=NOTHING)
    palette, by_id = PALETTES[theme], stage_colours(framework, theme)
    colours = {stage.name: by_id[stage.id] for stage in framework.stages}
    rows = records(cards, ["activity", "stage", "starts_on", "measured_on"])
    spans: list[Row] = []
    starts: list[Row] = []
    for place, row in enumerate(rows):
        start, end = row["starts_on"], row["measured_on"]
        told = {"row": str(place), "name": row["activity"], "fill": colours[row["stage"]]}
        told |= {"from": f"{start:%-d %b %Y}", "until": f"{end:%-d %b %Y}"}
        if begins_on < start:
            spans.append(
                {**told, "since": _noon(begins_on), "to": _noon(start), "opacity": PALE / 2, "what": "prepared"}
            )
        spans.append({**told, "since": _noon(start), "to": _noon(end), "opacity": 1.0, "what": "measured"})
        starts.append({"row": told["row"], "since": _noon(start), "label": f"{start:%-d %b}"})
    axis = row_axis("row", {str(place): row["activity"] for place, row in enumerate(rows)}, theme)
    days = [begins_on, *(row["measured_on"] for row in rows)]
    time: dict[str, Any] = {
        "type": "temporal",
        "scale": alt.Scale(type="time", domain=[_noon(min(days)), _noon(max(days))]),
    }
    months = alt.Axis(
        title=None,
        format="%b %Y",
        labelAngle=0,
        labelOverlap="parity",
        labelSeparation=12,
        grid=True,
        tickCount="month",
    )
    x = alt.X(field="since", axis=months, **time)
    bars = (
        alt.Chart(inline(spans))
        .mark_bar(cornerRadius=2, stroke=palette.background, strokeWidth=0.5)
        .encode(
            x=x,
            x2=alt.X2(field="to"),
            y=axis.y,
            fill=alt.Fill(field="fill", type="nominal", scale=None, legend=None),
            fillOpacity=alt.FillOpacity(field="opacity", type="quantitative", scale=None, legend=None),
            tooltip=tooltip(name="Activity", what="What", **{"from": "Start", "until": "Result read on"}),
        )
    )
    words = (
        alt.Chart(inline(starts))
        .mark_text(align="left", baseline="bottom", dx=1, yOffset=-11, fontSize=11, color=palette.text)
        .encode(x=x, y=axis.y, text=alt.Text(field="label", type="nominal"))
    )
    return finish([bars, words], title=title, subtitle=subtitle, theme=theme, height=axis.height, lookups=axis.lookups)


def _noon(day: date) -> str:
    # a bare date would be taken for one in Greenwich and shifted
    return f"{day:%Y-%m-%d}T12:00:00"
