"""One customer's story: stages as bands, orders and events on top, and what silence would bring."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import altair as alt

from clm_core import columns as c
from clm_core.charts.encode import PALE, Row, amount_label, inline, records, tooltip
from clm_core.charts.palette import PALETTES, Theme, stage_colours
from clm_core.charts.rows import shown_stages
from clm_core.charts.sheet import empty, finish, sentences
from clm_core.frameworks import Framework
from clm_core.timeline import Timeline
from clm_core.wording import long_day

ORDERS, EVENTS, STAGES = "Orders", "Events", "Stage"
ROW = 46
MARGIN = timedelta(days=10)
"""Room before the first day, so that its mark is whole."""
LETTER = 6.2
"""Pixels that a letter of a stage's name takes; a band too short for its name has it in the tooltip."""
MOST_AHEAD_DAYS = 400
"""How far ahead changes are drawn; all are in the table."""


def customer_timeline(
    told: Timeline,
    framework: Framework,
    as_of: date,
    *,
    currency: str = "",
    title: str,
    subtitle: str,
    theme: Theme,
) -> alt.LayerChart:
    """Orders, events and stages of one customer on one line of time; after the last day, pale, the stages that silence brings."""
    if told.bands.empty:
        return empty(title=title, subtitle=subtitle, theme=theme, message="Not known on any of these days.")
    first = _first_day(told)
    spans = _bands(told, framework, as_of)
    n_days = (spans[-1].end - first).days + MARGIN.days
    bands = [span.row(n_days) for span in spans]
    x_scale = alt.Scale(type="time", domain=[_midnight(first - MARGIN), bands[-1]["until"]], nice=False)
    x = alt.X(
        field="since",
        type="temporal",
        scale=x_scale,
        axis=alt.Axis(title=None, format="%b %Y", labelAngle=0, labelOverlap="parity", labelSeparation=12, grid=False),
    )
    rows = [ORDERS, *([EVENTS] if len(told.events) else []), STAGES]
    y_axis = alt.Axis(title=None, labelAngle=0, grid=False)
    y = alt.Y(field="row", type="nominal", sort=None, scale=alt.Scale(domain=rows, padding=0.2), axis=y_axis)
    ids = list(dict.fromkeys(band[c.STAGE] for band in bands))
    colours, palette = stage_colours(framework, theme), PALETTES[theme]
    paint = alt.Scale(domain=ids, range=[colours[id_] for id_ in ids])
    base = alt.Chart(inline(bands)).encode(x=x, y=y)
    blocks = base.mark_bar(stroke=palette.background, strokeWidth=1.5, height=14, yOffset=10).encode(
        x2=alt.X2(field="until"),
        color=alt.Color(field=c.STAGE, type="nominal", scale=paint, legend=None),
        opacity=alt.Opacity(field="opacity", type="quantitative", scale=None, legend=None),
        tooltip=tooltip(name="Stage", span="When", kind="Known or ahead"),
    )
    names = base.mark_text(
        align="left",
        baseline="bottom",
        dy=0,
        dx=1,
        fontSize=11,
        text=alt.expr(f"datum.share * width < {LETTER} * length(datum.name) ? '' : datum.name"),
    )
    marks = alt.Chart(inline(_points(told, currency))).mark_point(
        filled=True, size=90, color=palette.accent, opacity=0.85
    )
    marks = marks.encode(x=x, y=y, shape=_shapes(rows), tooltip=tooltip(said="What", when="When"))
    today = (
        alt.Chart(inline([{"since": _midnight(as_of)}])).mark_rule(color=palette.muted, strokeDash=[4, 3]).encode(x=x)
    )
    ahead = _ahead_words(told)
    return finish(
        [blocks, names, today, marks],
        title=title,
        subtitle=sentences(subtitle, f"Dashed: {long_day(as_of)}", ahead),
        theme=theme,
        height=ROW * len(rows),
    )


def _midnight(day: date) -> str:
    # a bare date would be taken for one in Greenwich and shifted
    return f"{day:%Y-%m-%d}T00:00:00"


def _shapes(rows: list[str]) -> alt.Shape:
    scale = alt.Scale(domain=rows, range=["circle", "diamond", "square"][: len(rows)])
    return alt.Shape(field="row", type="nominal", scale=scale, legend=None)


def _first_day(told: Timeline) -> date:
    days: list[date] = [*told.bands["starts_on"], *told.orders[c.DAY], *told.events[c.DAY]]
    return min(days)


@dataclass(frozen=True)
class _Band:
    """The days that a customer spends in one stage, known or ahead."""

    stage: str
    name: str
    start: date
    end: date
    kind: str
    opacity: float

    def row(self, n_days: int) -> Row:
        """What the picture needs of it; ``n_days`` is the length of the whole line."""
        return {
            "row": STAGES,
            c.STAGE: self.stage,
            "name": self.name,
            "since": _midnight(self.start),
            "until": _midnight(self.end),
            "share": (self.end - self.start).days / n_days,
            "span": f"{long_day(self.start)} to {long_day(self.end)}",
            "kind": self.kind,
            "opacity": self.opacity,
        }


def _bands(told: Timeline, framework: Framework, as_of: date) -> list[_Band]:
    """Each stage from the end of the period before it, since nothing is known of the days between two looks."""
    names = shown_stages(framework, list(told.bands[c.STAGE]))
    known = records(told.bands, [c.STAGE, "starts_on", "ends_on"])
    edges = [_first_day(told), *(band["ends_on"] for band in known)]
    bands = [
        _Band(band[c.STAGE], names[band[c.STAGE]], since, until, "known", 1.0)
        for band, (since, until) in zip(known, pairwise(edges), strict=True)
    ]
    soon = [row for row in records(told.ahead, [c.DAY, c.STAGE]) if (row[c.DAY] - as_of).days <= MOST_AHEAD_DAYS]
    if soon:
        edges = [as_of, *(row[c.DAY] for row in soon), soon[-1][c.DAY] + timedelta(days=30)]
        stages = [known[-1][c.STAGE], *(row[c.STAGE] for row in soon)]
        bands += [
            _Band(stage, names[stage], since, until, "ahead, if silent", PALE)
            for stage, (since, until) in zip(stages, pairwise(edges), strict=True)
        ]
    return bands


def _points(told: Timeline, currency: str) -> list[Row]:
    orders = [
        _point(ORDERS, row[c.DAY], _order_words(row, currency))
        for row in records(told.orders, [c.DAY, c.AMOUNT, c.IS_PURCHASE])
    ]
    events = [
        _point(EVENTS, row[c.DAY], str(row[c.KIND]).replace("_", " ").capitalize())
        for row in records(told.events, [c.DAY, c.KIND])
    ]
    return orders + events


def _order_words(row: Row, currency: str) -> str:
    what = "Order" if row[c.IS_PURCHASE] else "Credit note"
    return what if row[c.AMOUNT] is None else f"{what}, {amount_label(row[c.AMOUNT], currency)}"


def _point(row: str, day: date, said: str) -> Row:
    return {"row": row, "since": _midnight(day), "when": long_day(day), "said": said}


def _ahead_words(told: Timeline) -> str:
    if told.ahead.empty:
        return ""
    first = told.ahead.iloc[0]
    return f"Pale: what comes if nothing happens, first on {long_day(first[c.DAY])}"
