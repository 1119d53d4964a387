"""What each file was taken for and why, and which files were not kept."""

from __future__ import annotations

import streamlit as st

from clm_core.ingest.presets import column_for
from clm_core.pipeline import Dataset
from clm_core.wording import count
from pages.ui import messages, state
from pages.ui.messages import plain
from pages.ui.state import Look


def show_files(dataset: Dataset | None = None) -> None:
    """A line for each file: its table, the export it is, how many rows, and what it was recognised by."""
    imported = dataset.imported if dataset else {}
    for file in state.files():
        result = imported.get(file.kind)
        look = file.look or (Look.of(result.inspection) if result else None)
        if look:
            takes = "holds" if look.preset else "is taken as"
            is_alone = sum(other.kind == file.kind for other in state.files()) == 1
            rows = f", {count(result.rows_read, 'row')}" if result and is_alone else ""
            told = _told(look, rows, len(result.mapping.columns) if result else look.n_roles)
            st.markdown(f":material/description: **{plain(file.name)}** {takes} {file.kind}. {plain(told)}")
            if look.preset and look.preset.notes:
                st.caption(plain(" ".join(look.preset.notes)))


def _told(look: Look, rows: str, n_used: int) -> str:
    """`Shopify orders export, 1,204 rows: recognised by its columns Name, Financial Status, Lineitem name.`"""
    if look.preset is None:
        return f"No export known by name{rows}: columns recognised one by one, {n_used} of {len(look.columns)} used."
    names = dict.fromkeys(column_for(group, look.columns) for group in look.preset.recognised_by)
    return f"{look.preset.title}{rows}: recognised by its columns {', '.join(name for name in names if name)}."


def show_refused() -> None:
    """Files that were dropped last and not kept, each with the reason, until they are dismissed or others arrive."""
    for name, fault in state.refused():
        messages.show_error(fault, first=f"{name} was not kept.")
    if state.refused():
        st.button("Dismiss", on_click=state.set_refused, args=((),), icon=":material/close:", type="tertiary")
