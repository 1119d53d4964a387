"""Where do we agree, and what must we talk about?"""

import streamlit as st

from clm_core.gaps.scale import MATURITY
from pages.ui import (
    cached,
    desk,
    figures,
    frame,
    gap_inputs,
    inputs,
    messages,
    room_address,
    room_screens,
    room_store,
    sessions,
    state,
    steady,
)

room = state.room() or room_address.find()
workspace = frame.begin_with_or_without(
    "Where do we agree, and what must we talk about?",
    "This page opens a room: colleagues score on their phones, in private, and you see together where you agree.",
    "Orders and events add what runs already: scores to start from, each with its figure, and customers and money behind each gap."
    if room is None
    else "",
)

if room is None:
    catalogue, framework = gap_inputs.ask_catalogue(), gap_inputs.framework()
    if workspace is not None:
        cached.stage_counts(inputs.as_of(), framework)  # a framework that cannot be used is told here, as on every page
    wanted = sessions.ask_room(gap_inputs.table(catalogue, framework), catalogue, framework)
    if wanted is not None:
        state.set_room(room_store.open_new(wanted))
        st.rerun()
elif (view := desk.look(room)) is not None:
    room_address.keep(room)
    st.header(messages.plain(view.board.name), anchor=False)
    with steady.place("pulse"):
        room_screens.pulse(room.code, view, is_desk=True)
    desk.ask_next_step(room, view)
    if view.state in ("waiting", "open"):
        desk.show_way_in(room.code)
    if view.state == "revealed":
        room_screens.show_agenda(room.code, view)
        desk.ask_final(room, view)
        sessions.offer_results(room.code, view, room_store.now())
    desk.show_people(room)
    desk.show_key(room)

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
