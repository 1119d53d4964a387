"""The rules in the order they are asked: each a sentence with the people it decides, one of them open for editing."""

from __future__ import annotations

from functools import partial
from itertools import groupby

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
    """Every rule as a sentence. ``counts`` are of the framework in force; they are told while it is the one in hand.

    Rules that nobody works on are one list: each box more is time that a person who moves a limit waits for. The one that is open
    and those with faults stand in their places as cards.
    """
    framework = inputs.draft().framework
    features = known_features(workspace.frames)
    told = {} if faults else drafting.sizes(counts, "rule")
    _ask_which(framework)
    coloured = {}
    for is_card, group in groupby(range(len(framework.rules)), partial(_is_card, framework, faults)):
        places = list(group)
        words = [_words(framework, place, told.get(framework.rules[place].id), features) for place in places]
        if is_card:
            for place, text in zip(places, words, strict=True):
                coloured[f".st-key-rule_card_{place}"] = framework.rules[place].stage
                _card(framework, place, text, faults, workspace)
        else:
            box = f"rules_from_{places[0]}"
            items = [f".st-key-{box} .stMarkdown li:nth-child({at})" for at in range(1, len(places) + 1)]
            coloured |= zip(items, (framework.rules[place].stage for place in places), strict=True)
            st.container(key=box).markdown("\n".join(f"- {text}" for text in words))
    drafting.colour_edges(coloured, framework)
    _add(framework)


def _is_card(framework: Framework, faults: list[Issue], place: int) -> bool:
    address = _address(framework, place)
    return state.open_part() == address or any(fault.place == address for fault in faults)


def _ask_which(framework: Framework) -> None:
    """Opens one rule for editing; none when it is pressed again."""
    addresses = [_address(framework, place) for place in range(len(framework.rules))]
    is_open = state.open_part() in addresses
    key = drafting.showing("rule_to_edit", addresses.index(state.open_part()) if is_open else None)

    def open_it() -> None:
        place = st.session_state[key]
        state.set_open_part("" if place is None else addresses[place])

    names = [plain(f"{place} {_stage_name(framework, rule.stage)}") for place, rule in enumerate(framework.rules, 1)]
    st.pills("Edit a rule", range(len(names)), format_func=names.__getitem__, key=key, on_change=open_it)


def _words(framework: Framework, place: int, size: tuple[int, float] | None, features: dict[str, Feature]) -> str:
    """A rule in two lines; ``size`` is how many people it decides, and their share of all."""
    rule = framework.rules[place]
    lines = [
        f"**{place + 1}. {plain(_stage_name(framework, rule.stage))}**{drafting.people(size)}",
        plain(first_upper(framework.rule_sentence(rule, features))),
    ]
    if size and size[0] == 0:
        lines.append("None of your customers falls here on this day.")
    return "  \n  ".join(lines)


def _card(framework: Framework, place: int, text: str, faults: list[Issue], workspace: Workspace) -> None:
    address = _address(framework, place)
    with st.container(border=True, key=f"rule_card_{place}", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(text, width="stretch")
            drafting.open_button(address)
        messages.show_faults_at(address, faults)
        if state.open_part() == address:
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
