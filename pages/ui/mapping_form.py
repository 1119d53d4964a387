"""The columns as they were understood, one row each, with how sure that is, and a way to correct them."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256

import pandas as pd
import streamlit as st

from clm_core.errors import ClmError
from clm_core.ingest import ROLES, Inspection, Mapping, TableKind, all_presets
from pages.ui import cached, messages, state, switches

NOT_USED = "not used"
COLUMN, CELLS, LOOKS, FILLED, ROLE, WHY = "Column", "First cells", "Looks like", "Filled", "Plays the role of", "Why"
ANY_FILE = "any file, column by column"
WRITTEN = ("date_order", "decimal", "amount_grain")
ROW_HEIGHT, MOST_ROWS = 35, 14


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
    current = state.mappings().get(kind) or inspection.guess.mapping.model_copy(update={"date_order": "ymd"})
    table = _table(inspection, current, kind)
    version = sha256(f"{current.model_dump_json()}{table.to_json()}".encode()).hexdigest()[:12]
    with drawer, st.form(f"mapping_{kind}", border=False):
        edited = _ask_columns(table, kind, version)
        written = _ask_writing(kind, current, version)
        preset = _ask_preset(kind, current, version)
        if st.form_submit_button("Read the file this way", type="primary"):
            _save(kind, current.model_copy(update={**written, "preset": preset}), edited)
    if kind in state.mappings():
        drawer.button(
            "Back to how it was recognised",
            key=f"forget_{kind}",
            on_click=state.forget_mapping,
            args=(kind,),
            icon=":material/undo:",
            type="tertiary",
        )


def _can_be_opened(kind: TableKind) -> bool:
    """False for a file that is no table at all, or where there is none: then there are no columns to correct."""
    try:
        cached.inspection(kind)
    except ClmError:
        return False
    return True


def _table(inspection: Inspection, current: Mapping, kind: TableKind) -> pd.DataFrame:
    labels = {role.name: _label(role.name, kind) for role in ROLES[kind]}
    role_of = {column: role for role, column in current.columns.items()}
    guessed = {column: role for role, column in inspection.guess.mapping.columns.items()}
    rows = []
    for column in inspection.columns:
        role = role_of.get(column.name)
        is_guess = role is not None and guessed.get(column.name) == role
        sure = (
            f"{inspection.guess.confidence[role]:.0%} sure: {inspection.guess.reasons[role]}"
            if is_guess and role
            else ""
        )
        rows.append(
            {
                COLUMN: column.name,
                CELLS: " · ".join(column.samples[:3]),
                LOOKS: column.looks_like,
                FILLED: round(100 * (1 - column.blank_rate)),
                ROLE: labels[role] if role else NOT_USED,
                WHY: sure or ("chosen by you" if role else ""),
            }
        )
    return pd.DataFrame(rows, columns=[COLUMN, CELLS, LOOKS, FILLED, ROLE, WHY])


def _label(role_name: str, kind: TableKind) -> str:
    role = next(role for role in ROLES[kind] if role.name == role_name)
    return role.label + (" (needed)" if role.required else "")


def _ask_columns(table: pd.DataFrame, kind: TableKind, version: str) -> pd.DataFrame:
    """The table with the roles as the user set them. The version is in the key, so that an edit is applied once."""
    roles = [NOT_USED, *(_label(role.name, kind) for role in ROLES[kind])]
    edited: pd.DataFrame = st.data_editor(
        table,
        key=f"roles_{kind}_{version}",
        hide_index=True,
        height=ROW_HEIGHT * (min(len(table), MOST_ROWS) + 1) + 3,
        disabled=[COLUMN, CELLS, LOOKS, FILLED, WHY],
        column_order=[COLUMN, ROLE, CELLS, LOOKS, FILLED, WHY],
        column_config={
            COLUMN: st.column_config.TextColumn(width="medium", pinned=True),
            CELLS: st.column_config.TextColumn(width="medium"),
            LOOKS: st.column_config.TextColumn(width="small"),
            FILLED: st.column_config.NumberColumn(format="%d %%", width="small"),
            ROLE: st.column_config.SelectboxColumn(options=roles, required=True, width="medium"),
            WHY: st.column_config.TextColumn(width="large"),
        },
        alt=f"Columns of the {kind} file and the role each plays",
    )
    return edited


def _ask_writing(kind: TableKind, current: Mapping, version: str) -> dict[str, str]:
    """How dates and numbers are written, and what an amount on a row means."""
    fields = WRITTEN if kind == "orders" else WRITTEN[:2]
    chosen = {}
    for column, field in zip(st.columns(3), fields, strict=False):
        label, words = switches.WORDS[field]
        chosen[field] = column.selectbox(
            label,
            list(words),
            list(words).index(getattr(current, field)),
            format_func=words.__getitem__,
            key=f"{field}_{kind}_{version}",
        )
    return chosen


def _ask_preset(kind: TableKind, current: Mapping, version: str) -> str:
    """Which export's rules hold for refunds, statuses and constants."""
    titles = {"": ANY_FILE, **{preset.id: preset.title for preset in all_presets() if preset.table == kind}}
    return st.selectbox(
        "Read it as",
        list(titles),
        list(titles).index(current.preset) if current.preset in titles else 0,
        format_func=titles.__getitem__,
        key=f"preset_{kind}_{version}",
        help="The export whose rules hold, such as which statuses are no sale. Columns stay as chosen above.",
    )


def _save(kind: TableKind, mapping: Mapping, edited: pd.DataFrame) -> None:
    """Use the choices when they are sound; else say what is not, and keep them on the screen."""
    names = {_label(role.name, kind): role for role in ROLES[kind]}
    taken = [(str(row[COLUMN]), str(row[ROLE])) for row in edited.to_dict("records") if row[ROLE] in names]
    counts = Counter(label for _, label in taken)
    faults = [
        f"'{label.removesuffix(' (needed)')}' is given to several columns: "
        f"{', '.join(column for column, other in taken if other == label)}. Choose one."
        for label, n in counts.items()
        if n > 1
    ]
    faults += [
        f"No column is '{role.label}'. {role.description}"
        for label, role in names.items()
        if role.required and label not in counts and role.name not in mapping.constants
    ]
    if faults:
        messages.show_problems(faults)
        return
    state.set_mapping(kind, mapping.model_copy(update={"columns": {names[label].name: name for name, label in taken}}))
    st.rerun()
