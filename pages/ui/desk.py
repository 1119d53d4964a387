"""The facilitator's desk: the way into the room, the one button that moves it on, who is in it, what was agreed."""

from __future__ import annotations

import io
from collections.abc import Callable

import pandas as pd
import segno
import streamlit as st

from clm_core.errors import RoomError
from clm_core.gaps.rooms import (
    OpenedRoom,
    RoomView,
    close_round,
    delete_room,
    final_scores,
    list_participants,
    open_round,
    remove_participant,
    reveal_round,
    set_final,
)
from clm_core.gaps.scale import MEASURES
from pages.ui import messages, room_address, room_screens, state
from pages.ui.gap_inputs import LABELS
from pages.ui.room_store import now, rooms

MINUTES = (0, 3, 5, 10, 15)


def look(room: OpenedRoom) -> RoomView | None:
    """The facilitator's room as it stands; where it is over or somebody else's, that is said and it can be left."""
    try:
        list_participants(rooms(), room.code, room.key, now())  # only the facilitator may
        return room_screens.look(room.code)
    except RoomError as fault:
        state.take_room_fault()  # which says no more than this
        messages.show_error(fault)
        if st.button("Open another room"):
            leave()
        return None


def show_way_in(code: str) -> None:
    """Link and QR code for the participants' phones."""
    link = f"{(st.context.url or '').rpartition('/')[0]}/join?room={code}"
    picture = io.BytesIO()
    segno.make(link, error="m").save(picture, kind="png", scale=10, border=3)
    left, right = st.columns([2, 3], vertical_alignment="center")
    left.image(picture.getvalue(), width=360)
    right.markdown("### Scan to join")
    right.caption("Or open the link. No account: a name and a role will do.")
    right.code(link, language=None, wrap_lines=True)


def ask_next_step(room: OpenedRoom, view: RoomView) -> None:
    """The one button that moves the room on."""
    if (refused := state.take_room_fault()) is not None:
        messages.show_error(refused)
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
    st.button(label, type="primary", key=f"act_{label}", on_click=room_screens.act, args=(act,))


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


def ask_final(room: OpenedRoom, view: RoomView) -> None:
    """Write down what the room agreed on after talking, beginning with what it talked about first."""
    first = room_screens.results(room.code, view).first["activity"]
    names = {id_: view.board.names[id_] for id_ in [*first, *view.board.names]}
    key = (
        f"final_activity_{next(iter(names))}"  # once something is agreed, the choice begins with what comes first then
    )
    st.subheader("What was agreed?", anchor=False)
    st.caption("The middle of the scores counts until another one is agreed.")
    with st.form("final", border=False):
        left, middle, right = st.columns([3, 2, 2], vertical_alignment="bottom")
        left.selectbox("Agreed on", list(names), format_func=lambda id_: names[id_], key=key)
        middle.selectbox("What", list(MEASURES), format_func=lambda name: LABELS[name], key="final_measure")
        right.number_input("Score", 0.0, 5.0, 3.0, 0.5, format="%g", key="final_score")
        st.form_submit_button("Write it down", on_click=room_screens.act, args=(lambda: _write_down(room, key),))
    finals = final_scores(rooms(), room.code, now())
    if len(finals):
        told = finals.assign(activity=finals["activity"].map(names), measure=finals["measure"].map(LABELS))
        columns = {"activity": "Agreed on", "measure": "What", "value": "Score"}
        st.dataframe(told.rename(columns=columns), hide_index=True)


def _write_down(room: OpenedRoom, key: str) -> None:
    activity, measure, score = (st.session_state[name] for name in (key, "final_measure", "final_score"))
    set_final(rooms(), room.code, room.key, activity, measure, score, now())


def show_key(room: OpenedRoom) -> None:
    """The facilitator's link, and the ways to end."""
    with st.popover("The facilitator's link and the end of the room", icon=":material/key:"):
        st.caption(
            "This browser finds the room again by itself. Keep the link to go on in another one: whoever has it leads the room."
        )
        st.code(f"{st.context.url or ''}?room={room.code}&key={room.key}", language=None)
        if st.button("Leave the room", help="The room stays; come back with the link."):
            leave()
        if st.button("Delete the room with everything in it"):
            delete_room(rooms(), room.code, room.key, now())
            leave()


def leave() -> None:
    """Forget the room and begin anew."""
    state.set_room(None)
    room_address.forget()
    st.rerun()
