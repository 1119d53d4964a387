"""The rules in the order they are asked: each a sentence with the people it decides, one of them open for editing."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from clm_core.conditions import Feature
from clm_core.errors import Issue
from clm_core.features import known_features
from clm_core.frameworks import Framework, edit
from clm_core.pipeline import Workspace
from clm_core.wording import first_upper
from pages.ui import condition_editor, drafting, inputs, messages, state
from pages.ui.messages import plain


def show(workspace: Workspace, counts: pd.DataFrame, faults: list[Issue]) -> None:
    """Every rule as a card. ``counts`` are of the framework in force; they are told while it is the one in hand."""
    framework = inputs.draft().framework
    features = known_features(workspace.frames)
    told = {} if faults else drafting.sizes(counts, "rule")
    for place, rule in enumerate(framework.rules):
        _card(framework, place, told.get(rule.id), features, faults, workspace)
    _add(framework)


def _card(
    framework: Framework,
    place: int,
    size: tuple[int, float] | None,
    features: dict[str, Feature],
    faults: list[Issue],
    workspace: Workspace,
) -> None:
    """One rule; ``size`` is how many people it decides, and their share of all."""
    rule, address = framework.rules[place], _address(framework, place)
    lines = [
        f"**{place + 1}. {plain(_stage_name(framework, rule.stage))}**{drafting.people(size)}",
        plain(first_upper(framework.rule_sentence(rule, features))),
    ]
    if size and size[0] == 0:
        lines.append("None of your customers falls here on this day.")
    is_open = state.open_part() == address
    # each box more is time that a person who moves a limit waits: one that holds the sentence only is not divided
    is_plain = not is_open and all(fault.place != address for fault in faults)
    beside = {"horizontal": True, "vertical_alignment": "center", "gap": "small"}
    card = st.container(border=True, key=f"rule_card_{place}", **beside if is_plain else {"gap": "small"})
    with card if is_plain else card.container(**beside):
        st.markdown("\n\n".join(lines), width="stretch")
        drafting.open_button(address)
    with card:
        messages.show_faults_at(address, faults)
        if is_open:
            _form(framework, place, workspace)


def _address(framework: Framework, place: int) -> str:
    return f"rules.{framework.rules[place].id}"


def _stage_name(framework: Framework, stage_id: str) -> str:
    return next((stage.name for stage in framework.stages if stage.id == stage_id), stage_id)


def _move_buttons(framework: Framework, place: int, name: str) -> None:
    last = len(framework.rules) - 1
    has_catch_all = framework.rules[-1].when is None
    for by, label, icon in (
        (-1, "Ask earlier", ":material/arrow_upward:"),
        (1, "Ask later", ":material/arrow_downward:"),
    ):
        is_end = place + by in (-1, last + 1) or (has_catch_all and last in (place, place + by))
        drafting.step_button(
            label, icon, f"move_{place}_{by}", partial(edit.move_rule, place=place, by=by), f"moved a rule of {name}",
            disabled=is_end,
        )  # fmt: skip


def _form(framework: Framework, place: int, workspace: Workspace) -> None:
    rule = framework.rules[place]
    name = _stage_name(framework, rule.stage)
    key = drafting.showing(f"leads_{place}", rule.stage)

    def lead() -> None:
        stage = st.session_state[key]
        drafting.change(partial(edit.lead_to, place=place, stage_id=stage), f"led a rule of {name} elsewhere")

    st.selectbox(
        "Whoever it describes is in",
        list(dict.fromkeys([*framework.stage_ids, rule.stage])),
        format_func=lambda stage: _stage_name(framework, stage),
        key=key,
        on_change=lead,
    )
    is_last = place == len(framework.rules) - 1
    if rule.when is None:
        st.caption(
            "It claims everyone whom no rule before it has claimed, so that each person is in exactly one stage."
        )
    else:
        condition_editor.show(framework, place, rule.when, workspace)
    with st.container(horizontal=True):
        _move_buttons(framework, place, name)
        if rule.when is None and not is_last:
            limited = partial(edit.put_condition, place=place, when=edit.FIRST_TEST)
            drafting.step_button(
                "Give it a condition", ":material/add:", f"condition_{place}", limited, f"limited {name}"
            )
        if rule.when is not None and is_last:
            freed = partial(edit.put_condition, place=place, when=None)
            drafting.step_button(
                "Let it claim everyone else", ":material/done_all:", f"free_{place}", freed, f"freed {name}"
            )
        drafting.step_button(
            "Remove this rule", ":material/delete:", f"remove_rule_{place}", partial(edit.remove_rule, place=place),
            f"removed a rule of {name}", disabled=len(framework.rules) == 1,
        )  # fmt: skip


def _add(framework: Framework) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        stage = st.selectbox(
            "A new rule for",
            framework.stage_ids,
            format_func=lambda stage: _stage_name(framework, stage),
            key="new_rule_stage",
            width=260,
        )
        st.button("Add a rule", on_click=add, args=(stage,), icon=":material/add:", key="add_rule")


def add(stage: str) -> None:
    """A rule for a stage, asked first, so that it is not hidden behind another, and open for editing."""
    drafting.change(partial(edit.add_rule, stage_id=stage), f"added a rule for {stage}")
    state.set_open_part(_address(inputs.draft().framework, 0))
