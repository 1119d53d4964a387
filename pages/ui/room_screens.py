"""Screens of a workshop room: the pulse that follows it, the facilitator's desk, the participant's scores."""

from __future__ import annotations

import io
from collections.abc import Callable

import pandas as pd
import segno
import streamlit as st

from clm_core import charts
from clm_core.errors import ClmError, RoomError
from clm_core.gaps import agenda, agreed, gaps, spreads, spreads_by_role, vocabulary, what_room_says
from clm_core.gaps.rooms import (
    ROLES,
    Item,
    OpenedRoom,
    RoomView,
    close_round,
    final_scores,
    list_participants,
    open_round,
    own_scores,
    remove_participant,
    reveal_round,
    revealed_votes,
    room_version,
    set_final,
    view_room,
    vote,
)
from clm_core.gaps.scale import EFFORT, IMPORTANCE, MATURITY, MEASURES
from pages.ui import figures, messages, state
from pages.ui.gap_inputs import LABELS
from pages.ui.room_store import now, rooms

TICK_SECONDS = 2
MINUTES = (0, 3, 5, 10, 15)
FIRST = 8
"""How many activities of the agenda are drawn."""
STATES = {"waiting": "Waiting", "open": "Open", "closed": "Closed", "revealed": "Revealed"}


def look(code: str) -> RoomView:
    """The room as it stands; asked in full only when its version has moved."""
    kept = state.room_view(code, room_version(rooms(), code, now()))
    if kept is None:
        kept = view_room(rooms(), code, now())
        state.set_room_view(code, kept)
    return kept.at(now())


@st.fragment(run_every=TICK_SECONDS)
def pulse(code: str, drawn: tuple[int, str]) -> None:
    """What moves by itself: the clock and how many have scored. When the round changes, the page is drawn anew."""
    try:
        view = look(code)
    except RoomError:
        st.rerun()
    if (view.round_number, view.state) != drawn:
        st.rerun()
    parts = [f"Round {view.round_number}: {STATES[view.state].lower()}"] if view.round_number else ["No round yet"]
    if view.state == "open" and view.closes_at is not None:
        left = max(view.closes_at - now(), 0)
        parts.append(f"{left // 60}:{left % 60:02d} left")
    parts.append(f"{view.n_voted} of {view.n_participants} have scored")
    st.markdown(f"#### {messages.plain(' · '.join(parts))}")


def show_way_in(code: str) -> None:
    """Link and QR code for the participants' phones."""
    link = f"{(st.context.url or '').rpartition('/')[0]}/join?room={code}"
    picture = io.BytesIO()
    segno.make(link, error="m").save(picture, kind="png", scale=8, border=3)
    left, right = st.columns([1, 2], vertical_alignment="center")
    left.image(picture.getvalue(), width=240)
    right.markdown("Scan, or open this link, or type the code on the page Join.")
    right.code(link, language=None)
    right.code(code, language=None)


def ask_next_step(room: OpenedRoom, view: RoomView) -> None:
    """The one button that moves the room on."""
    number = view.round_number
    if view.state == "open":
        _button("Close the round", lambda: close_round(rooms(), room.code, room.key, number, now()))
    elif view.state == "closed":
        _button("Reveal the scores", lambda: _reveal(room, number))
    else:
        minutes = st.segmented_control(
            "Timer", MINUTES, default=5, format_func=lambda n: f"{n} min" if n else "None", required=True, key="minutes"
        )
        seconds = minutes * 60 or None
        _button(f"Open round {number + 1}", lambda: open_round(rooms(), room.code, room.key, now(), seconds))


def _reveal(room: OpenedRoom, number: int) -> None:
    close_round(rooms(), room.code, room.key, number, now())  # a timer may have ended it, which closes it for good
    reveal_round(rooms(), room.code, room.key, number, now())


def _button(label: str, act: Callable[[], object]) -> None:
    if st.button(label, type="primary", key=f"act_{label}"):
        try:
            act()
            st.rerun()
        except ClmError as fault:
            messages.show_error(fault)


def show_people(room: OpenedRoom) -> None:
    """Who is in the room and how far they are, and the way to remove a lost entry."""
    people = list_participants(rooms(), room.code, room.key, now())
    with st.expander(f"In the room: {len(people)}", icon=":material/groups:"):
        rows = [(person.name, person.role, person.n_scores) for person in people]
        st.dataframe(pd.DataFrame(rows, columns=["Name", "Role", "Scores"]), hide_index=True)
        if people:
            names = {person.id: person.name for person in people}
            gone = st.selectbox("Remove", list(names), None, format_func=lambda id_: names[id_], key="gone")
            if gone is not None:
                _button(
                    "Remove with all scores",
                    lambda: remove_participant(rooms(), room.code, room.key, gone, now()),
                )


def results(code: str, view: RoomView) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The revealed votes, and the gaps as agreed or in the middle of them."""
    votes, finals = revealed_votes(rooms(), code, now()), final_scores(rooms(), code, now())
    return votes, gaps(agreed(votes, finals), view.board.as_catalogue(), vocabulary(), view.board.framework)


def show_agenda(code: str, view: RoomView) -> None:
    """What to talk about first, how far the room agrees, and by role."""
    votes, board = results(code, view)
    if votes.empty:
        st.info("Nobody scored in this round.")
        return
    first = agenda(votes, board)
    said, found = what_room_says(first), spreads(votes)
    drawn = list(first["activity"].head(FIRST)) or list(votes["activity"].unique()[:FIRST])
    names = {id_: view.board.names[id_] for id_ in drawn}
    subtitle = f"Round {view.round_number}, scores of {votes['participant'].nunique()} people"
    figures.show(
        charts.agreement(found, names, title=said.title, subtitle=subtitle, theme=figures.theme()),
        said.title,
        subtitle,
        found,
        "agreement",
    )
    messages.show_finding(said)
    with st.expander("By role", icon=":material/badge:"):
        st.caption("Roles with fewer than three answers are put together; less than three are not shown.")
        by_role = spreads_by_role(votes)
        by_role["activity"] = by_role["activity"].map(view.board.names)
        shown = ["activity", "measure", "role", "n", "median", "iqr", "consensus"]
        st.dataframe(by_role[shown], hide_index=True)


def ask_final(room: OpenedRoom, view: RoomView) -> None:
    """Write down what the room agreed on after talking."""
    names = view.board.names
    with st.form("final", border=False):
        left, middle, right = st.columns([3, 2, 2], vertical_alignment="bottom")
        activity = left.selectbox("Agreed on", list(names), format_func=lambda id_: names[id_])
        measure = middle.selectbox("What", list(MEASURES), format_func=lambda name: LABELS[name])
        value = right.number_input("Score", 0.0, 5.0, 3.0, 0.5)
        if st.form_submit_button("Write it down"):
            try:
                set_final(rooms(), room.code, room.key, activity, measure, value, now())
                st.rerun()
            except ClmError as fault:
                messages.show_error(fault)


def ask_join(code: str) -> tuple[str, str, str] | None:
    """Code, name and role of somebody who wants in; None until they say so."""
    with st.form("join", border=False):
        typed = code or st.text_input("Code of the room", max_chars=40, placeholder="XXXX-XXXX-XXXX-XXXX")
        name = st.text_input("Your name, as the others know you", max_chars=40)
        role = st.selectbox("Your role", ROLES, ROLES.index("Other"))
        if st.form_submit_button("Join", type="primary", width="stretch"):
            return typed, name, role
    return None


def ask_scores(code: str, token: str, view: RoomView) -> None:
    """Everything to score, saved with each tap."""
    mine = own_scores(rooms(), code, token, now())
    for item in view.board.items:
        with st.container(border=True):
            st.markdown(f"**{messages.plain(item.activity.name)}**  \n{messages.plain(item.activity.what)}")
            if item.evidence:
                st.caption(messages.plain(f"The data: {item.evidence}"))
            for measure in view.board.measures:
                _ask_score(code, token, item, measure, mine.get((item.activity.id, measure)), view.round_number)


def _ask_score(code: str, token: str, item: Item, measure: str, given: int | None, number: int) -> None:
    low, high = MEASURES[measure]
    key = f"vote_{number}_{item.activity.id}_{measure}"
    hint = f" (data: {item.suggested})" if measure == "current" and item.suggested is not None else ""
    words = {score: name for score, (name, _) in MATURITY.items()}
    words = {"importance": IMPORTANCE, "effort": EFFORT}.get(measure, words)
    st.segmented_control(
        f"{LABELS[measure]}{hint}",
        range(low, high + 1),
        default=given,
        key=key,
        help=messages.plain(" · ".join(f"{score} {name}" for score, name in words.items())),
        on_change=_cast,
        args=(code, token, item.activity.id, measure, key),
    )


def _cast(code: str, token: str, activity: str, measure: str, key: str) -> None:
    value = st.session_state.get(key)
    if value is None:
        return
    try:
        vote(rooms(), code, token, activity, {measure: int(value)}, now())
    except ClmError as fault:
        state.leave_room_fault(fault)
