"""What each file was taken for and why, and which files were not kept."""

from __future__ import annotations

import streamlit as st

from clm_core.ingest import Imported
from clm_core.ingest.presets import column_for
from clm_core.pipeline import Dataset
from clm_core.wording import count
from pages.ui import messages, state
from pages.ui.messages import plain
from pages.ui.state import Look


def show_files(dataset: Dataset | None = None) -> None:
    """A line for each file: its table, the export it is, how many rows, and what it was recognised by."""
    looks = {file.kind: Look.of(result.inspection) for file in state.files() if (result := _result(dataset, file.kind))}
    for file in state.files():
        look = file.look or looks.get(file.kind)
        if look:
            takes = "holds" if look.preset else "is taken as"
            st.markdown(f":material/description: **{plain(file.name)}** {takes} {file.kind}. {plain(_told(look))}")
            if look.preset and look.preset.notes:
                st.caption(plain(" ".join(look.preset.notes)))


def _result(dataset: Dataset | None, kind: str) -> Imported | None:
    return dataset.imported.get(kind) if dataset else None  # type: ignore[call-overload, no-any-return]


def _told(look: Look) -> str:
    """`Shopify orders export, 1,204 rows: recognised by its columns Name, Financial Status, Lineitem name.`"""
    rows = count(look.n_rows, "row")
    if look.preset is None:
        return f"No export known by name, {rows}: columns recognised one by one, {look.n_roles} of {len(look.columns)} used."
    names = dict.fromkeys(column_for(group, look.columns) for group in look.preset.recognised_by)
    return f"{look.preset.title}, {rows}: recognised by its columns {', '.join(name for name in names if name)}."


def show_refused() -> None:
    """Files that were dropped last and not kept, each with the reason, until they are dismissed or others arrive."""
    for name, fault in state.refused():
        messages.show_error(fault, first=f"{name} was not kept.")
    if state.refused():
        st.button("Dismiss", on_click=state.set_refused, args=((),), icon=":material/close:", type="tertiary")
