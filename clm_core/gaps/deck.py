"""A plan as slides with charts that can be edited in the presentation itself."""

from __future__ import annotations

import io
import re
from typing import Any

from pptx import Presentation
from pptx.chart.data import CategoryChartData, XyChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION
from pptx.util import Inches, Pt

from clm_core.exports import neutralise
from clm_core.gaps.plan import Card, Plan
from clm_core.gaps.plan_files import facts_of
from clm_core.wording import count, long_day

WIDTH, HEIGHT = 13.333, 7.5
"""Inches of a wide slide."""
ROWS = 8
"""Cards a table or chart shows on one slide."""
INK, MUTED, NOW, AIM = (
    RGBColor(0x23, 0x21, 0x1F),
    RGBColor(0x62, 0x5E, 0x59),
    RGBColor(0xBA, 0xCB, 0xDB),
    RGBColor(0x2C, 0x48, 0x6E),
)
TITLE_ONLY = 5
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


def plan_deck(plan: Plan) -> bytes:
    """A PPTX file: a title, where each card stands and should stand, effort beside gap, a timetable, and a slide a card."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    opening = _slide(deck, plan.title)
    about = (
        f"{count(len(plan.cards), 'activity', 'activities')}. {plan.framework}; audiences as of {long_day(plan.as_of)}."
    )
    _text(opening, about, top=1.6, size=20)
    for start in range(0, len(plan.cards), ROWS):
        part = plan.cards[start : start + ROWS]
        _now_and_aim(_slide(deck, "Where we stand, and where we want to be"), part)
    if plan.cards:
        _effort_and_gap(_slide(deck, "Effort beside gap"), plan.cards)
    for start in range(0, len(plan.cards), ROWS):
        _timetable(_slide(deck, "What starts when"), plan.cards[start : start + ROWS])
    for card in plan.cards:
        slide = _slide(deck, card.name)
        _text(slide, card.what, top=1.25, size=18)
        _grid(slide, [[label, text] for label, text in facts_of(card).items()], widths=(2.4, 9.7), top=2.1)
    file = io.BytesIO()
    deck.save(file)
    return file.getvalue()


def slide_text(text: str) -> str:
    """Text without the signs that no XML may hold."""
    return _CONTROL.sub(" ", text)


def _slide(deck: Any, title: str) -> Any:
    slide = deck.slides.add_slide(deck.slide_layouts[TITLE_ONLY])
    heading = slide.shapes.title
    heading.left, heading.top, heading.width, heading.height = Inches(0.6), Inches(0.4), Inches(12.1), Inches(0.8)
    heading.text_frame.text = slide_text(title)
    _set(heading.text_frame.paragraphs[0], 28, INK, bold=True)
    return slide


def _set(paragraph: Any, size: int, colour: RGBColor, *, bold: bool = False) -> None:
    paragraph.font.size, paragraph.font.bold = Pt(size), bold
    paragraph.font.color.rgb = colour
    paragraph.alignment = 1  # left


def _text(slide: Any, text: str, *, top: float, size: int) -> None:
    box = slide.shapes.add_textbox(Inches(0.6), Inches(top), Inches(12.1), Inches(0.8)).text_frame
    box.word_wrap = True
    box.text = slide_text(text)
    _set(box.paragraphs[0], size, MUTED)


def _now_and_aim(slide: Any, cards: tuple[Card, ...]) -> None:
    data = CategoryChartData()
    # the chart keeps its numbers in a workbook, where a name could pass for a formula; bars are drawn from below
    data.categories = [neutralise(slide_text(card.name)) for card in reversed(cards)]
    data.add_series("Aim", [card.target for card in reversed(cards)])
    data.add_series("Now", [card.current for card in reversed(cards)])
    chart = _chart(slide, XL_CHART_TYPE.BAR_CLUSTERED, data)
    chart.has_legend = True
    chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.TOP, False
    for series, colour in zip(chart.plots[0].series, (AIM, NOW), strict=True):
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = colour
    chart.plots[0].gap_width = 60
    chart.plots[0].has_data_labels = True
    chart.plots[0].data_labels.number_format, chart.plots[0].data_labels.number_format_is_linked = "0.#", False
    chart.value_axis.minimum_scale, chart.value_axis.maximum_scale = 0, 5
    chart.value_axis.major_unit, chart.value_axis.has_major_gridlines = 1, False


def _effort_and_gap(slide: Any, cards: tuple[Card, ...]) -> None:
    data = XyChartData()
    points = data.add_series("Activities")
    for card in cards:
        points.add_data_point(card.effort, card.target - card.current)
    chart = _chart(slide, XL_CHART_TYPE.XY_SCATTER, data)
    chart.has_legend = False
    series = chart.plots[0].series[0]
    series.format.line.fill.background()
    for number, card in enumerate(cards):
        label = series.points[number].data_label
        label.has_text_frame = True
        label.text_frame.text = slide_text(card.name)
        label.text_frame.paragraphs[0].font.size = Pt(11)
        label.position = XL_LABEL_POSITION.ABOVE if number % 2 else XL_LABEL_POSITION.RIGHT
    for axis, title in ((chart.category_axis, "Effort, 1 to 5"), (chart.value_axis, "Gap, aim less now")):
        axis.minimum_scale, axis.maximum_scale, axis.major_unit = 0, 6, 1
        axis.has_title = True
        axis.axis_title.text_frame.text = title


def _chart(slide: Any, kind: Any, data: Any) -> Any:
    chart = slide.shapes.add_chart(kind, Inches(0.6), Inches(1.3), Inches(12.1), Inches(5.8), data).chart
    chart.has_title = False
    chart.font.size = Pt(14)
    return chart


def _timetable(slide: Any, cards: tuple[Card, ...]) -> None:
    rows = [["Activity", "Owner", "Start", "Result read on", "Audience", "Hold-out"]]
    for card in cards:
        audience = "unknown" if card.n_audience is None else f"{card.n_audience:,}"
        left_out = "–" if card.n_hold_out is None else f"{card.n_hold_out:,}"
        days = [long_day(card.starts_on), long_day(card.measured_on)]
        rows.append([card.name, card.owner or "not named yet", *days, audience, left_out])
    _grid(slide, rows, widths=(4.0, 2.2, 2.0, 2.0, 1.0, 0.9), top=1.4)


def _grid(slide: Any, rows: list[list[str]], *, widths: tuple[float, ...], top: float) -> None:
    shape = slide.shapes.add_table(
        len(rows), len(widths), Inches(0.6), Inches(top), Inches(sum(widths)), Inches(0.4 * len(rows))
    )
    table = shape.table
    table.first_row = len(widths) > 2
    table.first_col = len(widths) == 2
    for column, width in enumerate(widths):
        table.columns[column].width = Inches(width)
        for row, cells in enumerate(rows):
            table.cell(row, column).text_frame.text = slide_text(cells[column])
            table.cell(row, column).text_frame.paragraphs[0].font.size = Pt(13)
