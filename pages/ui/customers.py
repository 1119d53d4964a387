"""Choosing one customer: by a part of their id, from some that are worth a look, or from a list on another page."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from clm_core import columns as c
from clm_core.lookup import MOST_FOUND, find_people
from clm_core.pipeline import Workspace
from pages.ui import cached, frame, inputs, messages, state, tables

WARNED_DAYS = 30
"""How far the early warning looks ahead unless asked otherwise."""


def ask(workspace: Workspace, leaving: pd.DataFrame) -> str:
    """The customer to show: one that another page asked for, or that is chosen here."""
    left, right = st.columns(2)
    part = left.text_input(
        "Find by id", key="customer_part", max_chars=200, placeholder="any part of an id", on_change=_forget
    ).strip()
    found = find_people(workspace.today, part) if part else []
    if part and not found:
        told = f"Nobody known on the as-of day has an id with “{messages.plain(part)}” in it."
        st.warning(told, icon=messages.ICONS["warning"])
    why = dict.fromkeys(found, "") or cached.suggestions(inputs.as_of(), leaving)
    if state.customer() and state.customer() not in why:
        _forget_unknown(workspace)
    if state.customer() and state.customer() not in why:
        why = {state.customer(): "", **why}
    state.choose_customer(state.customer() or next(iter(why)))
    heading = f"Customer (the first {MOST_FOUND} found)" if len(why) >= MOST_FOUND else "Customer"
    chosen = right.selectbox(
        heading, list(why), format_func=lambda one: f"{one} · {why[one]}" if why.get(one) else one, key=state.CUSTOMER
    )
    return str(chosen)


def lead_on(listed: pd.DataFrame, key: str) -> None:
    """From the table of a list to the page about one of the customers in it."""
    ids = [str(one) for one in listed[c.CUSTOMER_ID].head(tables.SHOWN)]
    if not ids:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        one = st.selectbox("One of them", ids, key=f"one_of_{key}", width=260)
        is_asked = st.button(
            "See why they are here",
            key=f"why_{key}",
            icon=":material/person_search:",
            on_click=state.choose_customer,
            args=(one,),
        )
    if is_asked:
        # without parameters of its own the switch would refuse to leave a page whose fields stand in the address
        st.switch_page(frame.CUSTOMERS_PAGE, query_params={})


def _forget_unknown(workspace: Workspace) -> None:
    """Whoever was chosen on a later day may not be known on this one."""
    asked = state.customer()
    if asked not in find_people(workspace.today, asked):
        told = f"{messages.plain(asked)} is not known on this day, so another customer is shown."
        st.info(told, icon=messages.ICONS["info"])
        _forget()


def _forget() -> None:
    """What was chosen before gives way to what is found."""
    state.choose_customer("")
