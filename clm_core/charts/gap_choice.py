"""What to do first, and what to talk about: impact beside effort, and how far a room agrees."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from clm_core.charts.encode import Row, amount, inline, measure_axis, records, tooltip
from clm_core.charts.palette import PALETTES, Theme, stage_colours, text_on
from clm_core.charts.rows import row_axis, side_labels
from clm_core.charts.sheet import UNBROKEN, empty, finish
from clm_core.frameworks import Framework

HEIGHT = 380
NEAR = 0.07
"""Points closer than this share of the height would touch: the later one steps aside."""
STEP = 0.22
MOST_STEPS = 4
NARROW = "width < 400"
ANSWERS = {"current": "now", "target": "aim"}
NO_VOTES = "Nothing to show yet: no scores are revealed."


def impact_effort(
    ranked: pd.DataFrame, framework: Framework, *, title: str, subtitle: str, theme: Theme
) -> alt.LayerChart:
    """Each gap by its effort (across) and impact (up, of the largest); the number is its rank, a thick ring a quick win.

    Needs `rank`, `name`, `audience`, `effort`, `impact`, `is_quick_win`; gaps without a known impact are left out.
    """
    known = ranked[ranked["impact"].notna() & (ranked["impact"] > 0)]
    if known.empty:
        return empty(title=title, subtitle=subtitle, theme=theme)
    palette, colours = PALETTES[theme], stage_colours(framework, theme)
    rows = records(known, ["rank", "name", "audience", "effort", "impact", "is_quick_win"])
    largest = max(row["impact"] for row in rows)
    points = _apart(
        [
            {
                "number": str(row["rank"]),
                "name": row["name"],
                "stage": framework.stage(row["audience"]).name,
                "effort": row["effort"],
                "height": row["impact"] / largest,
                "fill": colours[row["audience"]],
                "ink": text_on(colours[row["audience"]], theme),
                "ring": 3 if row["is_quick_win"] else 0.8,
                "kind": "quick win" if row["is_quick_win"] else "gap",
            }
            for row in rows
        ]
    )
    ticks = [1, 2, 3, 4, 5]
    efforts = measure_axis("count", values=ticks, title="effort, from an afternoon (1) to a programme (5)", grid=False)
    x = alt.X(**amount("place", [0.6, 6.0], axis=efforts))
    y = alt.Y(**amount("height", [0, 1.08], axis=measure_axis("percent", title="impact, of the largest")))
    base = alt.Chart(inline(points))
    dots = base.mark_point(
        shape="circle", size=alt.expr(f"{NARROW} ? 200 : 520"), filled=True, stroke=palette.text, opacity=1
    ).encode(
        x=x,
        y=y,
        fill=alt.Fill(field="fill", type="nominal", scale=None, legend=None),
        strokeWidth=alt.StrokeWidth(field="ring", type="quantitative", scale=None, legend=None),
        tooltip=tooltip(number="Rank", name="Activity", stage="People in", kind="Kind"),
    )
    ink = alt.Color(field="ink", type="nominal", scale=None, legend=None)
    numbers = base.mark_text(fontSize=alt.expr(f"{NARROW} ? 9 : 11"), fontWeight=600).encode(
        x=x, y=y, text=alt.Text(field="number", type="nominal"), color=ink
    )
    return finish([dots, numbers], title=title, subtitle=subtitle, theme=theme, height=HEIGHT)


def _apart(points: list[Row]) -> list[Row]:
    """Points with a place across: their effort, and a step aside for each neighbour they would cover."""
    placed: list[Row] = []
    for point in points:
        taken = {
            round((other["place"] - point["effort"]) / STEP)
            for other in placed
            if other["effort"] == point["effort"] and abs(other["height"] - point["height"]) < NEAR
        }
        free = next((step for step in range(MOST_STEPS) if step not in taken), MOST_STEPS)
        placed.append({**point, "place": point["effort"] + free * STEP})
    return [{name: value for name, value in point.items() if name != "effort"} for point in placed]


def agreement(
    spreads: pd.DataFrame, names: dict[str, str], *, title: str, subtitle: str, theme: Theme
) -> alt.LayerChart:
    """The middle (dot) and middle half (bar) of the scores for now and for the aim, an activity a row, in the order of ``names``.

    Needs `activity`, `measure`, `n`, `median`, `low_quartile`, `high_quartile`, `consensus`; ``names`` is activity → name.
    """
    shown = spreads[spreads["measure"].isin(list(ANSWERS)) & spreads["activity"].isin(list(names))]
    if shown.empty:
        return empty(title=title, subtitle=subtitle, theme=theme, message=NO_VOTES)
    fields = ["activity", "measure", "n", "median", "low_quartile", "high_quartile", "consensus"]
    rows = [
        {
            **{name: row[name] for name in ("activity", "median", "low_quartile", "high_quartile")},
            "name": names[row["activity"]],
            "answer": ANSWERS[row["measure"]],
            "told": f"{row['median']:g} ({row['low_quartile']:g}–{row['high_quartile']:g}), n {row['n']}",
            "agreed": f"{row['consensus']:.2f}",
            **_beside(row["low_quartile"], row["median"], row["high_quartile"]),
        }
        for row in records(shown, fields)
    ]
    present = {row["activity"] for row in rows}
    least = {id_: min(row["agreed"] for row in rows if row["activity"] == id_) for id_ in present}
    axis = row_axis("activity", {id_: name for id_, name in names.items() if id_ in present}, theme)
    palette = PALETTES[theme]
    domain = [0.0, 5.0]
    whole = measure_axis("count", values=[0, 1, 2, 3, 4, 5], tickCount=6, orient="bottom")
    hue = alt.Scale(domain=list(ANSWERS.values()), range=[palette.raises, palette.accent])
    colour = alt.Color(field="answer", type="nominal", scale=hue, legend=None)
    apart = alt.YOffset(field="answer", type="nominal", sort=None, scale=alt.Scale(domain=list(ANSWERS.values())))
    base = alt.Chart(inline(rows))
    says = tooltip(name="Activity", answer="Answer", told="Middle", agreed="Agreement")
    bars = base.mark_rule(strokeWidth=7, strokeCap="round", opacity=0.4).encode(
        x=alt.X(**amount("low_quartile", domain, axis=whole)),
        x2=alt.X2(field="high_quartile"),
        y=axis.y,
        yOffset=apart,
        color=colour,
    )
    dots = base.mark_point(filled=True, size=110, opacity=1).encode(
        x=alt.X(**amount("median", domain, axis=whole)), y=axis.y, yOffset=apart, color=colour, tooltip=says
    )
    side: dict[str, Any] = {
        "align": alt.expr("datum.is_before ? 'right' : 'left'"),
        "dx": alt.expr("datum.is_before ? -11 : 11"),
    }
    words = base.mark_text(fontSize=11, color=palette.text, **side).encode(
        x=alt.X(**amount("word_at", domain, axis=whole)),
        y=axis.y,
        yOffset=apart,
        text=alt.Text(field="answer", type="nominal"),
    )
    labels = side_labels([{"activity": id_, "label": value} for id_, value in least.items()], axis.y)
    key = f"{subtitle}. Dot: middle; bar: middle half; at the right the lower agreement, 0 to{UNBROKEN}1"
    layers = [bars, dots, words, labels]
    return finish(layers, title=title, subtitle=key, theme=theme, height=axis.height, lookups=axis.lookups)


def _beside(low: float, middle: float, high: float) -> Row:
    """Where the word stands: after the bar; before it where the end of the scale is near; on it where it fills the scale."""
    if high <= 4:
        return {"word_at": high, "is_before": False}
    return {"word_at": low, "is_before": True} if low >= 1 else {"word_at": middle, "is_before": middle > 4}
