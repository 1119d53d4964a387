"""Add, edit, reorder and remove personas."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from clm_core.conditions import WORDS, Condition, sentence
from clm_core.errors import ClmError, DefinitionError
from clm_core.features import features_of, known_features
from clm_core.personas import MOST_PERSONAS, Persona, require_sound
from clm_core.pipeline import Workspace
from clm_core.rule_table import RuleRow, RuleTable, from_table, to_table
from pages.ui import messages, state

CHOSEN = "persona_chosen"
NEW = "A new persona"
COLUMNS = ("Feature", "Operator", "Value")


def rule_words(persona: Persona, workspace: Workspace) -> str:
    """The persona's rule as a sentence."""
    return sentence(persona.rule, {}, known_features(workspace.frames))


def show(workspace: Workspace) -> None:
    """The editor: choose a persona or a new one, change it, save; move it up or down; remove it."""
    st.header("Change the personas", anchor=False)
    personas = state.personas()
    labels = [*(persona.name for persona in personas), NEW]
    places = range(len(labels) if len(personas) < MOST_PERSONAS else len(personas))
    place = st.selectbox(
        "Persona", places, format_func=labels.__getitem__, key=CHOSEN, help="Choose one to edit, or make a new one."
    )
    if place < len(personas):
        _order_buttons(place, len(personas))
    _form(personas, place, workspace)


def _order_buttons(place: int, n: int) -> None:
    up, down, remove = st.columns(3)
    up.button(
        "Move up",
        on_click=_move,
        args=(place, -1),
        disabled=place == 0,
        icon=":material/arrow_upward:",
        width="stretch",
    )
    down.button(
        "Move down",
        on_click=_move,
        args=(place, 1),
        disabled=place == n - 1,
        icon=":material/arrow_downward:",
        width="stretch",
    )
    remove.button("Remove", on_click=_remove, args=(place,), disabled=n == 1, icon=":material/delete:", width="stretch")


def _move(place: int, by: int) -> None:
    personas = list(state.personas())
    personas.insert(place + by, personas.pop(place))
    state.set_personas(tuple(personas))
    st.session_state[CHOSEN] = place + by


def _remove(place: int) -> None:
    personas = state.personas()
    state.set_personas(personas[:place] + personas[place + 1 :])
    st.session_state.pop(CHOSEN, None)


def _form(personas: tuple[Persona, ...], place: int, workspace: Workspace) -> None:
    current = personas[place] if place < len(personas) else None
    rows = to_table(current.rule) if current else RuleTable("all", (RuleRow("n_orders", ">=", "1"),))
    with st.form(f"persona_{place}_{current.name if current else NEW}"):
        name = st.text_input("Name", current.name if current else "", max_chars=60)
        story = st.text_area("Story", current.story if current else "", max_chars=600)
        traits = st.text_input("Traits, separated by commas", ", ".join(current.traits) if current else "")
        hobbies = st.text_input("Hobbies, separated by commas", ", ".join(current.hobbies) if current else "")
        edited = _ask_rule(rows, workspace)
        saved = st.form_submit_button("Save this persona", type="primary")
    if saved:
        _save(personas, place, workspace, name, story, traits, hobbies, edited, current)


def _ask_rule(rows: RuleTable | None, workspace: Workspace) -> RuleTable | None:
    """The rule as an editable table; a rule nested deeper than rows can say is kept as it is."""
    if rows is None:
        st.caption("This rule is nested; change it in the recipe file on the page Take it with you.")
        return None
    joined_by = st.segmented_control(
        "A person belongs here when", ["all", "any"], default=rows.joined_by, required=True,
        format_func={"all": "all rows hold", "any": "any row holds"}.get,
    )  # fmt: skip
    table = st.data_editor(
        pd.DataFrame([(row.feature, row.operator, row.value) for row in rows.rows], columns=list(COLUMNS)),
        num_rows="dynamic",
        hide_index=True,
        width="stretch",
        column_config={
            "Feature": st.column_config.SelectboxColumn(options=list(features_of(workspace.frames)), required=True),
            "Operator": st.column_config.SelectboxColumn(options=list(WORDS), required=True),
            "Value": st.column_config.TextColumn(help="A number, a word, or words separated by commas for 'in'."),
        },
    )
    cells = table.fillna("").astype(str).itertuples(index=False)
    return RuleTable(joined_by or "all", tuple(RuleRow(*row) for row in cells))


def _save(
    personas: tuple[Persona, ...],
    place: int,
    workspace: Workspace,
    name: str,
    story: str,
    traits: str,
    hobbies: str,
    edited: RuleTable | None,
    current: Persona | None,
) -> None:
    features = known_features(workspace.frames)
    try:
        rule: Condition = (
            current.rule if current and edited is None else from_table(edited or RuleTable("all", ()), features)
        )
        saved = Persona(name=_required(name), story=story, traits=_words(traits), hobbies=_words(hobbies), rule=rule)
        chosen = (*personas[:place], saved, *personas[place + 1 :])
        require_sound(chosen, features)
    except ClmError as fault:
        messages.show_error(fault)
        return
    state.set_personas(chosen)
    st.rerun()


def _required(name: str) -> str:
    if not name.strip():
        raise DefinitionError(
            "The persona has no name.",
            where="Name",
            found="nothing",
            allowed="up to 60 characters",
            next_step="Give it one.",
        )
    return name.strip()


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip()[:60] for word in text.split(",") if word.strip())[:8]
