"""Where do we agree, and what must we talk about?"""

import streamlit as st

from clm_core.gaps.rooms import delete_room
from clm_core.gaps.scale import MATURITY
from pages.ui import cached, figures, frame, gap_inputs, inputs, messages, room_screens, room_store, sessions, state

workspace = frame.begin(
    "Where do we agree, and what must we talk about?",
    "This page opens a room: colleagues score on their phones, in private, and you see together where you agree.",
)
framework, catalogue = gap_inputs.framework(), gap_inputs.catalogue()
cached.stage_counts(inputs.as_of(), framework)  # a framework that cannot be used is told here, as on every page
board = gap_inputs.table(catalogue, framework)
room = state.room() or sessions.room_in_address()

if room is None:
    wanted = sessions.ask_room(board, catalogue, framework)
    if wanted is not None:
        state.set_room(room_store.open_new(wanted))
        st.rerun()
else:
    view = room_screens.look(room.code)
    st.header(messages.plain(view.board.name), anchor=False)
    room_screens.pulse(room.code, (view.round_number, view.state))
    room_screens.ask_next_step(room, view)
    if view.state in ("waiting", "open"):
        room_screens.show_way_in(room.code)
    room_screens.show_people(room)
    if view.state == "revealed":
        room_screens.show_agenda(room.code, view)
        room_screens.ask_final(room, view)
        _, agreed_board = room_screens.results(room.code, view)
        sessions.offer_results(agreed_board, view, room_store.now())
    with st.popover("The facilitator's link and the end of the room", icon=":material/key:"):
        st.caption(
            "Keep this link to yourself: whoever has it leads the room. It cannot be shown again after you leave."
        )
        st.code(f"{st.context.url or ''}?room={room.code}&key={room.key}", language=None)
        if st.button("Leave the room", help="The room stays; come back with the link."):
            state.set_room(None)
            st.rerun()
        if st.button("Delete the room with everything in it"):
            delete_room(room_store.rooms(), room.code, room.key, room_store.now())
            state.set_room(None)
            st.rerun()

with st.expander("Compare two workshops", icon=":material/compare_arrows:"):
    sessions.ask_comparison()

with st.expander("How far are we with lifecycle marketing?", icon=":material/stairs:"):
    sessions.ask_maturity()

figures.how_made(
    "gaps",
    [
        ("Scale", "; ".join(f"{score} {name}: {says}" for score, (name, says) in MATURITY.items())),
        (
            "Agreement",
            "Consensus of Tastle & Wierman (2007): 1 when all are of one mind, 0 when half stand at each end.",
        ),
        ("Order", "Gap ÷ 5 × (1 − agreement), the agreement being the lower of now and aim."),
        ("Roles", "Fewer than three answers are never shown as a group."),
        ("Storage", "A room holds names, roles and scores, no customers, and deletes itself after 14 days."),
    ],
)
