"""The columns as they were understood, with how sure that is, and a way to correct them."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from clm_core.errors import ClmError
from clm_core.ingest import ROLES, Inspection, Mapping, Role, TableKind
from pages.ui import cached, messages, state

NOT_IN_FILE = "— not in this file —"
ORDERS_OF_DATE = {"ymd": "year month day", "dmy": "day month year", "mdy": "month day year"}


def show(kind: TableKind, *, is_open: bool = False) -> None:
    """The form, made only once it is opened; saving it reads the files again."""
    if is_open and not _can_be_opened(kind):
        return
    # a key for each case: what a person closed while all was well must be open when something is wrong
    key, label = f"columns_{kind}_{is_open}", f"Columns of the {kind} file: check and correct"
    drawer = st.expander(label, is_open, key=key, icon=":material/table:", on_change="rerun")
    if not drawer.open:
        return
    inspection = cached.inspection(kind)
    current = state.mappings().get(kind, inspection.guess.mapping)
    with drawer, st.form(f"mapping_{kind}"):
        chosen = {role.name: _ask_column(role, inspection, current) for role in ROLES[kind]}
        date_order = st.selectbox(
            "Dates are written", list(ORDERS_OF_DATE), list(ORDERS_OF_DATE).index(current.date_order),
            format_func=ORDERS_OF_DATE.__getitem__,
        )  # fmt: skip
        decimal = st.selectbox("Decimal mark", [".", ","], [".", ","].index(current.decimal))
        grain = _ask_grain(current) if kind == "orders" else current.amount_grain
        if st.form_submit_button("Read the file this way", type="primary"):
            columns = {role: name for role, name in chosen.items() if name != NOT_IN_FILE}
            state.set_mapping(
                kind, Mapping(columns=columns, date_order=date_order, decimal=decimal, amount_grain=grain)
            )
            st.rerun()


def _ask_grain(current: Mapping) -> Literal["line", "order"]:
    words = {"line": "each line's own", "order": "the whole order's"}
    return st.selectbox(
        "The amount is", list(words), list(words).index(current.amount_grain), format_func=words.__getitem__
    )


def _can_be_opened(kind: TableKind) -> bool:
    """False for a file that is no table at all: then there are no columns to correct."""
    try:
        cached.inspection(kind)
    except ClmError:
        return False
    return True


def _ask_column(role: Role, inspection: Inspection, current: Mapping) -> str:
    options = [NOT_IN_FILE, *(column.name for column in inspection.columns)]
    name = current.columns.get(role.name, NOT_IN_FILE)
    samples = {column.name: ", ".join(column.samples[:3]) for column in inspection.columns}
    picked = st.selectbox(
        role.label + (" (needed)" if role.required else ""),
        options,
        options.index(name) if name in options else 0,
        format_func=lambda option: f"{option}  ·  {samples[option]}" if samples.get(option) else option,
        help=role.description,
    )
    if picked == inspection.guess.mapping.columns.get(role.name):
        sure = inspection.guess.confidence.get(role.name, 0.0)
        st.caption(f"{sure:.0%} sure: {messages.plain(inspection.guess.reasons.get(role.name, ''))}")
    return picked
