"""A workshop from its beginning to its file: what to score, what was agreed, and how it compares with an earlier one."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import streamlit as st

from clm_core.errors import ClmError
from clm_core.frameworks import Framework
from clm_core.gaps import (
    Activity,
    Catalogue,
    assess_maturity,
    assessment,
    compare_sessions,
    dump_session,
    parse_session,
    session_of,
    vocabulary,
    worth_scoring,
)
from clm_core.gaps.maturity import LEVEL_RULE, SOURCE
from clm_core.gaps.rooms import Board, Item, RoomView
from clm_core.gaps.scale import MEASURES
from pages.ui import figures, gap_inputs, messages, room_screens, state

USUAL_ITEMS = 12
"""As many as a group scores in a quarter of an hour."""
NEXT_STEPS = 3


def ask_room(board: pd.DataFrame, catalogue: Catalogue, framework: Framework) -> Board | None:
    """What a new room is to score; None until it is to be opened."""
    names = dict(zip(board["activity"], board["name"], strict=True))
    name = st.text_input("Name of the workshop", "Gap analysis", max_chars=80)
    chosen = st.multiselect(
        "Activities to score",
        list(names),
        worth_scoring(board, catalogue, USUAL_ITEMS),
        format_func=lambda id_: names[id_],
        key=f"to_score_{catalogue.id}",
        help="At first the widest known gaps, then what is commonly missed. Twelve take a group about a quarter of an hour.",
    )
    if not st.button(
        "Open the room", type="primary", disabled=not (chosen and name.strip()), icon=":material/meeting_room:"
    ):
        return None
    says = gap_inputs.evidence().set_index("evidence")
    # along the lifecycle, in whatever order they were chosen
    items = [_item(catalogue.by_id[id_], says) for id_ in names if id_ in chosen]
    return Board(name=name.strip(), catalogue=catalogue.id, framework=vocabulary().kin(framework), items=tuple(items))


def _item(activity: Activity, says: pd.DataFrame) -> Item:
    known = says.loc[activity.evidence] if activity.evidence in says.index else None
    if known is None or known["status"] != "found":
        return Item(activity=activity)
    return Item(activity=activity, suggested=int(known["score"]), evidence=str(known["says"]))


def offer_results(code: str, view: RoomView, now: int) -> None:
    """Take the room's scores over, or save them as a file."""
    board = room_screens.results(code, view).board
    left, right = st.columns(2)
    if left.button(
        "Use these scores on every page",
        width="stretch",
        icon=":material/done_all:",
        on_click=room_screens.act,
        args=(lambda: _take(code),),
    ):
        st.page_link("pages/plan/priorities.py", label="Put the gaps in order", icon=":material/low_priority:")
    held_on = dt.datetime.fromtimestamp(now, dt.UTC).date()
    session = session_of(
        board, name=view.board.name, held_on=held_on, catalogue=view.board.catalogue, framework=view.board.framework
    )
    right.download_button(
        "Save this workshop (TOML)",
        lambda: dump_session(session),
        f"workshop_{held_on}.toml",
        on_click="ignore",
        width="stretch",
        icon=":material/save:",
    )


def _take(code: str) -> None:
    """The room's scores as they stand when they are asked for."""
    view = room_screens.look(code)
    rows = room_screens.results(code, view).board.melt("activity", list(MEASURES), "measure", "value")
    scored = {(row.activity, row.measure): float(row.value) for row in rows.dropna(subset=["value"]).itertuples()}
    state.set_gap_scores(view.board.catalogue, state.gap_scores(view.board.catalogue) | scored)


def ask_comparison() -> None:
    """What became of each gap between two saved workshops."""
    left, right = st.columns(2)
    files = [
        left.file_uploader("The earlier workshop (TOML)", type="toml", key="earlier"),
        right.file_uploader("The later workshop (TOML)", type="toml", key="later"),
    ]
    if not all(files):
        return
    try:
        before, after = (parse_session(file.getvalue().decode("utf-8", "replace"), file.name) for file in files if file)
    except ClmError as fault:
        messages.show_error(fault)
        return
    table = compare_sessions(before, after)
    st.caption(messages.plain(f"{before.name}, {before.held_on}, and {after.name}, {after.held_on}"))
    shown = {"name": "Activity", "gap_before": "Gap before", "gap_after": "Gap after", "move": "What became of it"}
    st.dataframe(table[list(shown)].rename(columns=shown), hide_index=True)
    figures.download(table, "comparison.csv", "Comparison (CSV)", "comparison")


def ask_maturity() -> None:
    """The self-assessment: eight questions, the level they make, and what would move it up."""
    asked = assessment()
    answers = {
        question.id: st.segmented_control(
            question.asks,
            range(len(question.answers)),
            default=0,
            format_func=lambda place, question=question: question.answers[place],
            key=f"maturity_{question.id}",
            help=messages.plain(question.context) or None,
            required=True,
        )
        for question in asked.questions
    }
    found = assess_maturity(answers)
    st.markdown(f"**{messages.plain(found.level.name)}**  {messages.plain(f'{found.level.context}.')}")
    st.caption(messages.plain(f"{found.n_reached} of {found.n_questions} questions at the last answer. {LEVEL_RULE}"))
    for _, step in found.steps[:NEXT_STEPS]:
        st.markdown(f"- {messages.plain(step)}")
    st.caption(messages.plain(SOURCE))
