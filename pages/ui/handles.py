"""Limits on the return curve that can be dragged.

The browser keeps what was dragged, and the picture stays as it was first drawn: drawn anew it would be torn from under the
pointer. It is drawn anew, as another widget, when a limit was moved by other means.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from clm_core import charts
from clm_core.charts.rhythm import AT_RISK, LOST
from clm_core.rhythm import ReturnCurve, Rhythm
from pages.ui import figures, inputs, state

NAMES = (AT_RISK, LOST)


def take_drag(curve: ReturnCurve) -> None:
    """Put in force what was dragged since the last run. Called before the sliders exist, since they follow it."""
    drawn, shown, in_force = state.handles(), _shown(), inputs.framework().limit_values
    moved = {name: day for name, day in shown.items() if day != drawn.seen[name] and name in in_force}
    if not moved:
        return
    state.set_handles(replace(drawn, seen=shown))
    # a limit stops before the other, far enough from it to be taken hold of again
    apart = round(charts.grip_days(curve, drawn.days))
    if AT_RISK in moved and LOST in in_force:
        moved[AT_RISK] = min(moved[AT_RISK], max(shown.get(LOST, in_force[LOST]) - apart, 1))
    elif LOST in moved and AT_RISK in in_force:
        moved[LOST] = max(moved[LOST], in_force[AT_RISK] + apart)
    inputs.set_limits(moved)
    inputs.keep_in_address([])  # it was written before the drag was looked at


def show(rhythm: Rhythm, title: str, subtitle: str) -> None:
    """The curve with the limits in force on it, and its data."""
    in_force = inputs.framework().limit_values
    limits = {name: in_force[name] for name in NAMES if name in in_force}
    drawn = state.handles()
    if drawn.key not in st.session_state or _shown() != limits:
        drawn = state.Handles(drawn.number + 1, limits, limits)
        state.set_handles(drawn)
    proposal = rhythm.proposal
    proposed = {AT_RISK: proposal.at_risk, LOST: proposal.lost} if proposal else {}
    picture = charts.return_curve(
        rhythm.curve,
        drawn.days,
        proposed={name: limit for name, limit in proposed.items() if limit},
        title=title,
        subtitle=subtitle,
        theme=figures.theme(),
    )
    st.altair_chart(
        picture,
        width="stretch",
        key=drawn.key,
        on_select="rerun" if drawn.days and rhythm.curve.n_gaps else "ignore",
        alt=charts.alt_text(title, subtitle),
    )
    figures.download(rhythm.curve.table, "return_curve.csv", "Data of this chart (CSV)", "return_curve")


def _shown() -> dict[str, float]:
    """Where the limits stand on the screen: as drawn, or as dragged since."""
    drawn = state.handles()
    event = st.session_state.get(drawn.key) or {}
    spans = {name: span.get("days") for name, span in event.get("selection", {}).items() if name in drawn.days}
    return drawn.days | {name: float(round(sum(days) / 2)) for name, days in spans.items() if days}


def offer(proposed: Mapping[str, float]) -> None:
    """The buttons that put the proposed limits in force, or the shipped ones."""
    left, right = st.columns(2)
    days = " and ".join(f"{value:g}" for value in proposed.values())
    left.button(
        f"Use the proposed limits ({days} days)" if proposed else "No limits to propose",
        on_click=inputs.set_limits,
        args=(proposed,),
        type="primary",
        icon=":material/auto_fix_high:",
        width="stretch",
        disabled=not proposed,
    )
    right.button(
        f"Reset to the {inputs.beginning(inputs.original())} limits",
        on_click=inputs.reset_limits,
        icon=":material/undo:",
        width="stretch",
    )
