"""The limits themselves: names, units and ranges, as the sliders show them. Their values are moved by the sliders."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from clm_core.errors import Issue
from clm_core.frameworks import Framework, Limit, edit
from clm_core.wording import count
from pages.ui import drafting, inputs, messages, state
from pages.ui.messages import plain

FIRST_UNITS = ("days", "orders", "times", "events")


def show(faults: list[Issue]) -> None:
    """Every limit as a card, one of them open for editing."""
    framework = inputs.draft().framework
    st.caption("A limit is a number that rules share. It has a slider above; rules name it in place of a number.")
    for name, limit in framework.limits.items():
        with st.container(border=True, gap="small"):
            _card(framework, name, limit, faults)
    form = st.form("new_limit", border=False, clear_on_submit=True)
    with form, st.container(horizontal=True, vertical_alignment="bottom"):
        label = st.text_input("A new limit called", max_chars=40, width=260)
        unit = st.selectbox("in", FIRST_UNITS, width=140)
        added = st.form_submit_button("Add a limit", icon=":material/add:")
    if added and label.strip():
        drafting.change(partial(edit.add_limit, label=label.strip(), unit=unit), f"added the limit {label.strip()}")
        st.rerun()


def _card(framework: Framework, name: str, limit: Limit, faults: list[Issue]) -> None:
    address, n_rules = f"limits.{name}", len(edit.rules_using(framework, name))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(plain(f"{limit.label} {limit.value:g} {limit.unit}"), width="stretch")
        drafting.open_button(address)
    used = f"named by {count(n_rules, 'rule')}" if n_rules else "no rule names it, so moving it changes nothing"
    st.caption(plain(f"From {limit.least:g} to {limit.most:g}; {used}."))
    messages.show_faults_at(address, faults)
    if state.open_part() == address:
        _form(name, limit, n_rules)


def _form(name: str, limit: Limit, n_rules: int) -> None:
    def ask(field: str, value: Any) -> dict[str, Any]:
        """What a widget of one field needs: its key, showing the value, and the step it is."""
        key = drafting.showing(f"edit_limit_{name}_{field}", value)

        def chosen() -> None:
            given = st.session_state[key]
            if given not in ("", None):
                drafting.change(partial(edit.change_limit, name=name, **{field: given}), f"changed {limit.label}")

        return {"key": key, "on_change": chosen}

    left, right = st.columns(2)
    left.text_input("Name", max_chars=40, **ask("label", limit.label))
    right.text_input("Unit", max_chars=40, **ask("unit", limit.unit))
    value, least, most = st.columns(3)
    value.number_input("Value", format="%g", **ask("value", limit.value))
    least.number_input("Slider from", format="%g", **ask("least", limit.least))
    most.number_input("Slider to", format="%g", **ask("most", limit.most))
    drafting.step_button(
        "Remove this limit", ":material/delete:", f"remove_limit_{name}", partial(edit.remove_limit, name=name),
        f"removed {limit.label}",
    )  # fmt: skip
    if n_rules:
        st.caption("Rules that name it keep its number as their own, so nobody changes stage.")
