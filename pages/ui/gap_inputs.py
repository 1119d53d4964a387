"""What the pages of the workshop share: the catalogue as this session sees it, its scores, and the ways to change both."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from clm_core.errors import ClmError, DefinitionError
from clm_core.frameworks import Framework
from clm_core.gaps import (
    CATALOGUES,
    Catalogue,
    Changes,
    changed,
    gaps,
    load_catalogue,
    no_evidence,
    own_activity,
    read_own_activities,
    starting_scores,
    vocabulary,
)
from clm_core.gaps.scale import MATURITY, MEASURES
from pages.ui import cached, inputs, messages, state

CATALOGUE = "catalogue"
LABELS = {"current": "Now", "target": "Aim", "importance": "Importance", "effort": "Effort"}
SCALE = " · ".join(f"{score} {name.lower()}" for score, (name, _) in MATURITY.items())
TEMPLATE = "name,moment,channel,what,effort\nParcel inserts,After the order,Direct mail,A card in each parcel,1\n"


def ask_catalogue() -> Catalogue:
    """Which list of activities, as a choice, and as this session changed it."""
    st.segmented_control(
        "Activities for",
        CATALOGUES,
        default=CATALOGUES[0],
        format_func=lambda id_: load_catalogue(id_).name,
        key=CATALOGUE,
        bind="query-params",
        persist_state="session",
        required=True,
    )
    return catalogue()


def framework() -> Framework:
    """The framework in force, if activities have a place in it; it is asked for here where no data brings up the sidebar.

    Raises
    ------
    DefinitionError
        When it lacks a stage of each that the catalogues know.
    """
    if not state.files():
        inputs.ask_framework()
    chosen = inputs.framework()
    if not vocabulary().kin(chosen):
        raise DefinitionError(
            "The activities have no place in this framework.",
            where=f"framework '{chosen.name}'",
            found=", ".join(chosen.stage_ids),
            allowed="a framework with all stages of a shipped one; rules, limits, names and further stages may differ",
            next_step="Choose a shipped framework in the sidebar for the workshop, or put the missing stages back.",
        )
    return chosen


def catalogue() -> Catalogue:
    """The chosen list with this session's own changes."""
    chosen = st.session_state.get(CATALOGUE, st.query_params.get(CATALOGUE))
    base = load_catalogue(chosen if chosen in CATALOGUES else CATALOGUES[0])
    return changed(base, state.gap_changes(base.id))


def evidence() -> pd.DataFrame:
    """What the events show of each activity; nothing where there is no data."""
    return cached.evidence(inputs.as_of()) if state.files() else no_evidence()


def table(chosen: Catalogue, framework: Framework) -> pd.DataFrame:
    """The gaps as they stand: what was scored here, and what the data suggests where nothing was."""
    long = starting_scores(chosen, evidence())
    start = {(row.activity, row.measure): row.value for row in long.itertuples()}
    scores = {key: value for key, value in (start | state.gap_scores(chosen.id)).items() if key[0] in chosen.by_id}
    rows = [(activity, measure, value) for (activity, measure), value in scores.items()]
    frame = pd.DataFrame(rows, columns=["activity", "measure", "value"])
    return gaps(frame, chosen, vocabulary(), vocabulary().kin(framework))


def ask_scores(board: pd.DataFrame, chosen: Catalogue, framework: Framework) -> None:
    """A stage's activities to score, each beside what the data shows of it."""
    stages = [stage.id for stage in framework.stages if stage.id in set(board["stage"])]
    stage = st.selectbox("Stage", stages, format_func=lambda id_: framework.stage(id_).name, key="scored_stage")
    own = board[board["stage"] == stage]
    shown = evidence().set_index("evidence")["says"]
    says = [shown.get(chosen.by_id[id_].evidence, "") for id_ in own["activity"]]
    key = f"scores_{chosen.id}_{framework.id}_{stage}_{len(chosen.activities)}"
    # frozen while the editor stands: feeding its own answers back would undo every second one
    base = st.session_state.setdefault(
        f"{key}_base",
        own[["activity", "name", *MEASURES]].assign(data=says).reset_index(drop=True),
    )
    limits: dict[str, Any] = {
        name: st.column_config.NumberColumn(
            LABELS[name], min_value=low, max_value=high, step=1, format="%g", width="small"
        )
        for name, (low, high) in MEASURES.items()
    }
    st.data_editor(
        base,
        key=key,
        hide_index=True,
        disabled=["name", "data"],
        column_order=["name", *MEASURES, "data"],
        column_config={
            "name": "Activity",
            "data": st.column_config.TextColumn("What the data shows", width="large"),
            **limits,
        },
        on_change=_keep_scores,
        args=(key, chosen.id),
    )
    st.caption(messages.plain(f"Now and aim: {SCALE}. Importance and effort: 1 to 5."))


def _keep_scores(key: str, catalogue_id: str) -> None:
    base, scores = st.session_state[f"{key}_base"], state.gap_scores(catalogue_id)
    for place, row in st.session_state[key]["edited_rows"].items():
        for measure, value in row.items():
            low, high = MEASURES[measure]
            at = (str(base["activity"].iloc[int(place)]), measure)
            if value is None:
                scores.pop(at, None)
            else:  # limits of the editor are the browser's word only
                scores[at] = float(min(max(value, low), high))
    state.set_gap_scores(catalogue_id, scores)


def ask_own_activities(chosen: Catalogue) -> None:
    """Add, hide and rename activities, or bring a list of them."""
    words, changes = vocabulary(), state.gap_changes(chosen.id)
    with st.form("own_activity", clear_on_submit=True, border=False):
        name = st.text_input("A new activity", max_chars=60)
        left, right = st.columns(2)
        moment = left.selectbox("Part of the lifecycle", [one.name for one in words.moments])
        channel = right.selectbox("Channel", [one.name for one in words.channels])
        if st.form_submit_button("Add this activity"):
            try:
                added = (*changes.added, own_activity(name, moment, channel, words))
                _take(chosen, changes.model_copy(update={"added": added}))
            except ClmError as fault:
                messages.show_error(fault)
    names = {one.id: one.name for one in (*load_catalogue(chosen.id).activities, *changes.added)}
    hidden = st.multiselect(
        "Hidden", list(names), sorted(changes.hidden), format_func=lambda id_: names[id_], key="hidden"
    )
    if set(hidden) != changes.hidden:
        _take(chosen, changes.model_copy(update={"hidden": frozenset(hidden)}))
    left, right = st.columns(2)
    renamed = left.selectbox(
        "Rename", list(chosen.by_id), format_func=lambda id_: chosen.by_id[id_].name, key="renamed"
    )
    new_name = right.text_input("New name", max_chars=60, key="new_name")
    if st.button("Rename", disabled=not new_name.strip()):
        _take(chosen, changes.model_copy(update={"renamed": {**changes.renamed, renamed: new_name.strip()}}))
    file = st.file_uploader("A list of your own (CSV)", type="csv", key=state.uploader_key("activities"))
    st.download_button(
        "The form of such a list (CSV)", TEMPLATE, "activities.csv", "text/csv", type="tertiary", on_click="ignore"
    )
    if file is not None:
        try:
            read = read_own_activities(file.getvalue().decode("utf-8-sig", "replace"), words)
            for issue in read.issues:
                for example in issue.examples:
                    st.warning(messages.plain(example))
            state.renew_uploaders()
            _take(
                chosen, changes.model_copy(update={"added": (*changes.added, *read.activities)}), stay=bool(read.issues)
            )
        except ClmError as fault:
            messages.show_error(fault)


def _take(chosen: Catalogue, changes: Changes, *, stay: bool = False) -> None:
    changed(load_catalogue(chosen.id), changes)  # refused before it is kept
    state.set_gap_changes(chosen.id, changes)
    if not stay:
        st.rerun()
