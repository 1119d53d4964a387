"""The parts of the page on movement: who made a move, the ways between days, and what needs every customer's whole path."""

from __future__ import annotations

from datetime import date

import altair as alt
import pandas as pd
import streamlit as st

from clm_core import charts, findings, metrics
from clm_core import columns as c
from clm_core.charts import Theme
from clm_core.findings import Finding
from clm_core.frameworks import Framework
from clm_core.ledger import NOT_KNOWN, Unit
from clm_core.pipeline import Workspace
from clm_core.progress import HORIZONS, MOST_DAYS, Movement, conversion, stay_curves, time_in_stage
from clm_core.wording import count, long_day, month
from pages.ui import behind, cached, figures, inputs, messages
from pages.ui.inputs import Window

VIEWS = {"conversion": "Moving on", "stays": "Time in a stage", "flow": "One stage"}
SHOWN_DAYS = 4


def show_movers(cell: dict[str, str], day: date, chosen: Window, workspace: Workspace, framework: Framework) -> None:
    """The customers who made the move that was clicked."""
    if not cell:
        return
    came, went = cell[c.FROM_STAGE], cell[c.TO_STAGE]
    listed = cached.movers(inputs.as_of(), framework, chosen.unit, chosen.known_days, day, came, went)
    says = f"{told_stage(came, framework)} → {told_stage(went, framework)} by {long_day(day)}"
    behind.show(listed, says, workspace, framework, "movers")


def told_stage(stage_id: str, framework: Framework) -> str:
    """The name of a stage that a move began or ended in."""
    return findings.stage_name(framework, stage_id) if stage_id != NOT_KNOWN else "Newly known"


def show_flow(recent: Movement, chosen: Window, framework: Framework, theme: Theme) -> None:
    """The ways people took between a few days."""
    name = month if chosen.unit == "month" else long_day
    if len(recent.days) < 2:
        st.info(f"The history has one {chosen.unit} only, so there is no way to draw yet.")
        return
    days = st.multiselect(
        f"Between these {chosen.unit} ends",
        recent.days,
        default=recent.spread_days(SHOWN_DAYS),
        format_func=name,
        key=f"flow_days_{chosen.unit}_{chosen.n_periods}_{chosen.known_days}",
        max_selections=MOST_DAYS,
        help=f"Two to {MOST_DAYS}.",
    )
    if len(days) < 2:
        st.info("Choose two days or more.")
        return
    flows = cached.flows(inputs.as_of(), framework, chosen.unit, chosen.known_days, days)
    chart, found, subtitle = flow_chart(flows, framework, chosen.unit, theme)
    figures.show(chart, found.title, subtitle, flows, "flows")
    messages.show_finding(found)


def flow_chart(
    flows: pd.DataFrame, framework: Framework, unit: Unit, theme: Theme
) -> tuple[alt.LayerChart, Finding, str]:
    """The ways as bands between bars, what they say, and what is measured."""
    name = month if unit == "month" else long_day
    days = sorted({*flows["from_as_of"], *flows["as_of"]})
    found = findings.where_they_went(flows, framework, name(days[0]), name(days[-1]))
    subtitle = f"People by stage at {count(len(days), f'{unit} end')}; a band is as high as the people who went"
    chart = charts.alluvial(flows, framework, unit=unit, title=found.title, subtitle=subtitle, theme=theme)
    return chart, found, subtitle


def show_more(recent: Movement, chosen: Window, framework: Framework, theme: Theme) -> None:
    """One of three further views; the others are not computed."""
    view = st.segmented_control(
        "Show", list(VIEWS), default="conversion", format_func=VIEWS.get, key="movement_view", required=True
    )
    if view == "conversion":
        _show_conversion(recent, chosen, framework, theme)
    elif view == "stays":
        _show_stays(chosen, framework, theme)
    else:
        _show_one_stage(recent, chosen, framework, theme)


def _show_conversion(recent: Movement, chosen: Window, framework: Framework, theme: Theme) -> None:
    horizon = st.select_slider(
        f"Seen further along within ({chosen.unit}s)", HORIZONS, HORIZONS[0], key="conversion_horizon"
    )
    paths = cached.stage_paths(inputs.as_of(), framework, chosen.unit, chosen.known_days)
    table = conversion(paths, [horizon])
    table = table[table["as_of"] >= recent.days[0]]
    within = count(horizon, chosen.unit)
    judged = table[table["is_complete"]]
    if judged.empty:
        st.info(f"No window of {within} is over yet. Choose a shorter time.")
        return
    start = judged["as_of"].max()
    latest = metrics.moves_of(judged, start)
    found = findings.who_moves_on(latest, framework, within)
    subtitle = (
        f"Share of those in a stage on {long_day(start)} seen further along within {within}; whiskers: 95 % Wilson"
    )
    chart = charts.conversion_dots(latest, framework, title=found.title, subtitle=subtitle, theme=theme)
    figures.show(chart, found.title, subtitle, latest, "conversion")
    messages.show_finding(found)
    title, subtitle = (
        "Does it get better?",
        f"The same share by the {chosen.unit} end they were in the stage; bands: 95 %",
    )
    chart = charts.conversion_lines(judged, framework, title=title, subtitle=subtitle, theme=theme)
    figures.show(chart, title, subtitle, table, "conversion_history")


def _show_stays(chosen: Window, framework: Framework, theme: Theme) -> None:
    paths = cached.stage_paths(inputs.as_of(), framework, chosen.unit, chosen.known_days)
    curves, table = stay_curves(paths), time_in_stage(paths)
    found = findings.how_long_they_stay(table, framework, chosen.unit)
    subtitle = f"Share still in a stage after so many {chosen.unit}s there, whole history (Kaplan–Meier)"
    chart = charts.stay_lines(curves, framework, unit=chosen.unit, title=found.title, subtitle=subtitle, theme=theme)
    figures.show(chart, found.title, subtitle, curves, "stays")
    messages.show_finding(found)
    st.table(metrics.stay_table(table, framework, chosen.unit), border="horizontal")
    st.caption("Stays that began before the history did are left out: how long they had lasted is not known.")


def _show_one_stage(recent: Movement, chosen: Window, framework: Framework, theme: Theme) -> None:
    stages = framework.stage_ids
    stage = st.selectbox(
        "Stage",
        stages,
        stages.index(metrics.busiest_stage(recent.stock)),
        format_func=lambda id_: framework.stage(id_).name,
        key="flow_stage",
    )
    found = findings.who_came_and_went(recent.stock, framework, stage, chosen.unit)
    subtitle = f"People by {chosen.unit}: newly known and arrived above zero, left below; {framework.stage(stage).name}"
    chart = charts.flow_bars(
        recent.stock,
        framework,
        stage,
        is_last_partial=recent.is_last_partial,
        begins=recent.begins,
        title=found.title,
        subtitle=subtitle,
        theme=theme,
    )
    figures.show(chart, found.title, subtitle, metrics.flow_of(recent.stock, stage), "flow")
    messages.show_finding(found)
