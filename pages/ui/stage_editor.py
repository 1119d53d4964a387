"""The stages in lifecycle order: each with its people and the rules that lead to it, one of them open for editing."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from clm_core import columns as c
from clm_core.errors import Issue
from clm_core.frameworks import COLOUR_STEPS, Framework, Stage, edit
from clm_core.wording import count
from pages.ui import drafting, inputs, messages, rule_editor, state
from pages.ui.messages import plain

KINDS = {"path": "on the path", "off_path": "off the path"}


def show(counts: pd.DataFrame, faults: list[Issue]) -> None:
    """Every stage as a card. ``counts`` are of the framework in force; they are told while it is the one in hand."""
    framework = inputs.draft().framework
    told = {} if faults else drafting.sizes(counts, c.STAGE)
    edges = {f".st-key-stage_card_{stage.id}": stage.id for stage in framework.stages}
    drafting.colour_edges(edges, framework)
    for stage in framework.stages:
        with st.container(border=True, key=f"stage_card_{stage.id}", gap="small"):
            _card(framework, stage, told.get(stage.id), faults)
    form = st.form("new_stage", border=False, clear_on_submit=True)
    with form, st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input("A new stage called", max_chars=40, width=260)
        added = st.form_submit_button("Add a stage", icon=":material/add:")
    if added and name.strip():
        drafting.change(partial(edit.add_stage, name=name.strip()), f"added {name.strip()}")
        st.rerun()


def _card(framework: Framework, stage: Stage, size: tuple[int, float] | None, faults: list[Issue]) -> None:
    address = f"stages.{stage.id}"
    n_rules = sum(rule.stage == stage.id for rule in framework.rules)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{plain(stage.name)}**{drafting.people(size)}", width="stretch")
        drafting.open_button(address)
    told = [stage.meaning, f"{count(n_rules, 'rule leads', 'rules lead')} here, {KINDS[stage.kind]}."]
    st.markdown(plain(" ".join(part for part in told if part)))
    messages.show_faults_at(address, faults)
    if n_rules == 0:
        st.button(
            "Add a rule for it", on_click=_lead_here, args=(stage.id,), key=f"lead_{stage.id}", icon=":material/add:"
        )
    if state.open_part() == address:
        _form(framework, stage)


def _lead_here(stage_id: str) -> None:
    """A rule for a stage that has none, shown where it can be changed."""
    rule_editor.add(stage_id)
    st.session_state["rules_part"] = "rules"


def _form(framework: Framework, stage: Stage) -> None:
    def ask(field: str, value: Any) -> dict[str, Any]:
        """What a widget of one field needs: its key, showing the value, and the step it is."""
        key = drafting.showing(f"stage_{stage.id}_{field}", value)

        def chosen() -> None:
            given = st.session_state[key]
            if field != "name" or given.strip():
                changed = partial(edit.change_stage, stage_id=stage.id, **{field: given})
                drafting.change(changed, f"changed {stage.name}")

        return {"key": key, "on_change": chosen}

    left, right = st.columns(2)
    left.text_input("Name", max_chars=40, **ask("name", stage.name))
    right.selectbox(
        "Colour, the same on every page",
        range(1, len(COLOUR_STEPS) + 1),
        format_func=lambda step: f"{step} {COLOUR_STEPS[step - 1]}",
        **ask("colour_step", stage.colour_step),
    )
    st.text_input("What it means", max_chars=200, **ask("meaning", stage.meaning))
    st.text_input("What to aim for", max_chars=200, **ask("goal", stage.goal))
    st.segmented_control(
        "It lies",
        list(KINDS),
        format_func=KINDS.__getitem__,
        required=True,
        help="Off the path are the stages of people who leave.",
        **ask("kind", stage.kind),
    )
    place = framework.stage_ids.index(stage.id)
    with st.container(horizontal=True):
        for by, label, icon in ((-1, "Earlier", ":material/arrow_upward:"), (1, "Later", ":material/arrow_downward:")):
            drafting.step_button(
                label, icon, f"place_{stage.id}_{by}", partial(edit.move_stage, stage_id=stage.id, by=by),
                f"moved {stage.name}", disabled=place + by in (-1, len(framework.stages)),
            )  # fmt: skip
        drafting.step_button(
            "Remove this stage and its rules", ":material/delete:", f"remove_stage_{stage.id}",
            partial(edit.remove_stage, stage_id=stage.id), f"removed {stage.name}", disabled=len(framework.stages) < 3,
        )  # fmt: skip
