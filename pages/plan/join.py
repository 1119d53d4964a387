"""A phone in the workshop: join, score, see what the room thinks. No data of one's own is needed."""

import streamlit as st

from clm_core.errors import ClmError
from clm_core.gaps.rooms import join_room, own_name
from pages.ui import figures, messages, phone, room_screens, steady
from pages.ui.room_store import now, rooms

code, token = st.query_params.get("room", ""), st.query_params.get("me", "")

if not (code and token):
    st.title("Score with your colleagues", anchor=False)
    asked = phone.ask_join(code)
    if asked is not None:
        joined = join_room(rooms(), *asked, now())
        # in the address, so that a reload or a dropped connection finds the same person
        st.query_params["room"], st.query_params["me"] = asked[0], joined.token
        st.rerun()
    st.caption("No account. Your name is seen by the facilitator only; scores are shown without names.")
    st.stop()

try:
    name, role = own_name(rooms(), code, token, now())
    view = room_screens.look(code)
except ClmError as fault:
    messages.show_error(fault)
    if st.button("Join again"):
        del st.query_params["me"]
        st.rerun()
    st.stop()

st.caption(messages.plain(f"{view.board.name} · {name}, {role}"))
with steady.place("pulse"):
    room_screens.pulse(code, view)
if view.state == "open":
    with steady.place("scores"):
        phone.ask_scores(code, token, view)
    st.caption("Each tap is saved. Tap another score to change it, until the round is closed.")
elif view.state == "revealed":
    room_screens.show_agenda(code, view)
elif view.state == "closed":
    st.info("The round is closed. The facilitator reveals the scores.", icon=":material/lock:")
else:
    st.info("You are in. Scoring begins when the facilitator opens the first round.", icon=":material/hourglass_top:")
if view.state != "revealed":
    figures.load_ahead()  # or all phones of a room would fetch it in the second in which the scores are revealed
