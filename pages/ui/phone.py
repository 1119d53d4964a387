"""A participant's phone: the way in, and one activity at a time to score."""

from __future__ import annotations

import streamlit as st

from clm_core.errors import ClmError
from clm_core.gaps.rooms import ROLES, Item, RoomView, own_scores, vote
from clm_core.gaps.scale import EFFORT, IMPORTANCE, MATURITY, MEASURES
from pages.ui import messages, room_screens, state
from pages.ui.room_screens import Results
from pages.ui.room_store import now, rooms

ASKED = {
    "current": "How far are we **now**?",
    "target": "Where do we **aim**?",
    "importance": "How much does it **matter**?",
    "effort": "How much **effort** is it?",
}
WORDS = {
    "current": {score: name for score, (name, _) in MATURITY.items()},
    "target": {score: name for score, (name, _) in MATURITY.items()},
    "importance": IMPORTANCE,
    "effort": EFFORT,
}
Scores = dict[tuple[str, str], int]


def ask_join(code: str) -> tuple[str, str, str] | None:
    """Code, name and role of somebody who wants in; None until they say so."""
    with st.form("join", border=False):
        typed = code or st.text_input("Code of the room", max_chars=40, placeholder="XXXX-XXXX-XXXX-XXXX")
        name = st.text_input("Your name, as the others know you", max_chars=40)
        role = st.selectbox("Your role", ROLES, ROLES.index("Other"), filter_mode=None)
        if st.form_submit_button("Join", type="primary", width="stretch"):
            return typed, name, role
    return None


@st.fragment
def ask_scores(code: str, token: str, view: RoomView) -> None:
    """One activity to score, with the way to the next, to the one before and to any. A tap draws no more than this anew.

    A later round begins with what the room saw most differently in the one before.
    """
    board, before = view.board, room_screens.results_before(code, view)
    try:
        given = own_scores(rooms(), code, token, now())
    except ClmError as fault:
        messages.show_error(fault)
        return
    if (refused := state.take_room_fault()) is not None:
        messages.show_error(refused)
    ids = list(dict.fromkeys([*(before.first["activity"] if before else ()), *board.names]))
    still_open = [id_ for id_ in ids if any((id_, measure) not in given for measure in board.measures)]
    key = f"scoring_{view.round_number}"
    # after a reload the first one that is not scored yet
    chosen = st.session_state.setdefault(key, ids[0] if before else (still_open or ids)[0])
    item = next(item for item in board.items if item.activity.id == chosen)
    n_done, at = len(ids) - len(still_open), ids.index(chosen) + 1
    st.progress(n_done / len(ids), f"{at} of {len(ids)} · {n_done} scored")
    _show_activity(item)
    for measure in board.measures:
        told = _before(before, view.round_number - 1, chosen, measure) if before else ""
        _ask_score(code, token, item, measure, given.get((chosen, measure)), view.round_number, told)
    _ask_place(key, ids, still_open)
    st.selectbox(
        "Go to",
        ids,
        key=key,
        format_func=lambda id_: f"{ids.index(id_) + 1}. {board.names[id_]}" + ("" if id_ in still_open else " ✓"),
        filter_mode=None,
    )


def _show_activity(item: Item) -> None:
    st.markdown(f"### {messages.plain(item.activity.name)}")
    st.markdown(messages.plain(item.activity.what))
    if item.evidence:
        st.caption(messages.plain(f"The data: {item.evidence}"))


def _ask_score(code: str, token: str, item: Item, measure: str, given: int | None, number: int, before: str) -> None:
    (low, high), words = MEASURES[measure], WORDS[measure]
    key = f"vote_{number}_{item.activity.id}_{measure}"
    st.segmented_control(
        ASKED[measure],
        range(low, high + 1),
        default=given,
        required=True,
        key=key,
        width="stretch",
        on_change=_cast,
        args=(code, token, item.activity.id, measure, key),
    )
    ends = f"{low} {words[low].lower()} … {high} {words[high].lower()}"
    told = [ends if given is None else f"{given} {words[given].lower()}"]
    if measure == "current" and item.suggested is not None:
        told.append(f"the data suggests {item.suggested}")
    st.caption(messages.plain(" · ".join([*told, before] if before else told)))


def _before(results: Results, number: int, activity: str, measure: str) -> str:
    """What the room said a round ago."""
    votes = results.votes
    values = votes.loc[(votes["activity"] == activity) & (votes["measure"] == measure), "value"]
    if values.empty:
        return ""
    return f"round {number}: {values.min()} to {values.max()}, middle {values.median():g}"


def _ask_place(key: str, ids: list[str], still_open: list[str]) -> None:
    at = ids.index(st.session_state[key])
    onward = ids[at + 1] if at + 1 < len(ids) else next(iter(still_open), None)
    is_done = ids[at] not in still_open
    with st.container(horizontal=True):
        st.button("Back", disabled=at == 0, width="stretch", on_click=_go, args=(key, ids[max(at - 1, 0)]))
        st.button(
            "Next" if at + 1 < len(ids) else "All scored" if onward is None else "To the first open one",
            type="primary" if is_done and onward is not None else "secondary",
            disabled=onward is None,
            width="stretch",
            on_click=_go,
            args=(key, onward),
        )


def _go(key: str, activity: str) -> None:
    st.session_state[key] = activity


def _cast(code: str, token: str, activity: str, measure: str, key: str) -> None:
    value = st.session_state.get(key)
    if value is None:
        return
    room_screens.act(lambda: vote(rooms(), code, token, activity, {measure: int(value)}, now()))
