"""What every screen of a workshop room shows: the pulse that follows it, and what the room thinks once it is revealed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd
import streamlit as st

from clm_core import charts
from clm_core.errors import ClmError, RoomError
from clm_core.gaps import agenda, agreed, gaps, spreads, spreads_by_role, vocabulary, what_room_says
from clm_core.gaps.rooms import RoomView, final_scores, revealed_votes, room_version, view_room
from clm_core.wording import count
from pages.ui import figures, messages, state
from pages.ui.gap_inputs import LABELS
from pages.ui.room_store import now, rooms

TICK_SECONDS = 2
ASKED_A_SECOND = 4
"""How often the store is asked for all the screens of a room that follow it."""
FIRST = 8
"""How many activities of the agenda are drawn."""
STATES = {"waiting": "Waiting", "open": "Open", "closed": "Closed", "revealed": "Revealed"}


def look(code: str) -> RoomView:
    """The room as it stands; asked in full only when its version has moved."""
    return _seen(code, room_version(rooms(), code, now())).at(now())


def _look_again(code: str, drawn: RoomView) -> RoomView:
    """The room as it stood a quarter of a second ago at most, but never older than what is drawn. A hundred screens share an answer."""
    version = _version_at(code, int(time.monotonic() * ASKED_A_SECOND))
    return _seen(code, max(version, drawn.version)).at(now())


@lru_cache(maxsize=64)
def _version_at(code: str, moment: int) -> int:
    return room_version(rooms(), code, now())


@lru_cache(maxsize=64)
def _seen(code: str, version: int) -> RoomView:
    # asked by the first screen that notices the change, for all of them
    return view_room(rooms(), code, now())


def act(step: Callable[[], object]) -> None:
    """What a press asks of the room, done before the page runs: a run that the next press ends early would lose it. A refusal is left
    for the page to tell."""
    try:
        step()
    except ClmError as fault:
        state.leave_room_fault(fault)


@st.fragment(run_every=TICK_SECONDS)
def pulse(code: str, drawn: RoomView, *, is_desk: bool = False) -> None:
    """What moves by itself: the clock and how many have scored. ``drawn`` is what the page shows; when that is no longer so,
    the page is drawn anew."""
    try:
        view = _look_again(code, drawn)
    except RoomError:
        st.rerun()
    if _signs(view, is_desk=is_desk) != _signs(drawn, is_desk=is_desk):
        st.rerun()
    parts = [f"Round {view.round_number}: {STATES[view.state].lower()}"] if view.round_number else ["No round yet"]
    if view.state == "open" and view.closes_at is not None:
        left = max(view.closes_at - now(), 0)
        parts.append(f"{left // 60}:{left % 60:02d} left")
    parts.append(
        f"{view.n_voted} of {view.n_participants} have scored"
        if view.round_number
        else f"{view.n_participants} in the room"
    )
    st.markdown(f"{'##' if is_desk else '####'} {messages.plain(' · '.join(parts))}")


def _signs(view: RoomView, *, is_desk: bool = False) -> tuple[object, ...]:
    """What a page goes by: the round and its state, who is in the room at the facilitator's desk, and any change once revealed."""
    if view.state == "revealed":
        return view.round_number, view.state, view.version
    return view.round_number, view.state, view.n_participants if is_desk else None


@dataclass(frozen=True)
class Results:
    """What a revealed room shows, without anyone's name: the spread of each score, the gaps, what to talk about, roles."""

    votes: pd.DataFrame
    board: pd.DataFrame
    found: pd.DataFrame
    by_role: pd.DataFrame
    first: pd.DataFrame


def results(code: str, view: RoomView) -> Results:
    """What the room said in its revealed round, and what was agreed since."""
    return _results(code, view.round_number, view.version)


def results_before(code: str, view: RoomView) -> Results | None:
    """What the room said in the round before; nothing in the first."""
    return _results(code, view.round_number - 1, 0) if view.round_number > 1 else None


@lru_cache(maxsize=32)
def _results(code: str, number: int, version: int) -> Results:
    # one answer for all the phones of a room: at a reveal they ask in the same two seconds
    votes, finals = revealed_votes(rooms(), code, now(), number), final_scores(rooms(), code, now())
    seen = view_room(rooms(), code, now()).board
    board = gaps(agreed(votes, finals), seen.as_catalogue(), vocabulary(), seen.framework)
    by_role = spreads_by_role(votes)
    by_role["activity"] = by_role["activity"].map(seen.names)
    return Results(votes, board, spreads(votes), by_role, agenda(votes, board))


def show_agenda(code: str, view: RoomView) -> None:
    """What to talk about first, how far the room agrees, and by role."""
    told = results(code, view)
    if told.votes.empty:
        st.info("Nobody scored in this round.")
        return
    said = what_room_says(told.first)
    drawn = list(told.first["activity"].head(FIRST)) or list(told.found["activity"].unique()[:FIRST])
    names = {id_: view.board.names[id_] for id_ in drawn}
    subtitle = f"Round {view.round_number}, scores of {count(told.votes['participant'].nunique(), 'person', 'people')}"
    figures.show(
        charts.agreement(told.found, names, title=said.title, subtitle=subtitle, theme=figures.theme()),
        said.title,
        subtitle,
        told.found,
        "agreement",
    )
    messages.show_finding(said)
    with st.expander("By role", icon=":material/badge:"):
        st.caption("Roles with fewer than three answers are put together; less than three are not shown.")
        columns = {"activity": "Activity", "measure": "What", "role": "Role", "n": "Answers", "median": "Middle"}
        columns |= {"iqr": "Width of the middle half", "consensus": "Agreement"}
        shown = told.by_role[list(columns)].assign(measure=told.by_role["measure"].map(LABELS))
        rounded = {"Agreement": st.column_config.NumberColumn(format="%.2f")}
        st.dataframe(shown.rename(columns=columns), hide_index=True, column_config=rounded)
