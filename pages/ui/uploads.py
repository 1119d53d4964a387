"""From the browser into the session's private folder, and nothing left behind in the server's memory."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from clm_core.ingest import TableKind
from pages.ui import cached, state
from pages.ui.state import SourceFile

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

FILE_TYPES = ["csv", "tsv", "txt", "xlsx", "parquet", "gz", "zip"]


def ask(kind: TableKind, label: str, help_text: str) -> None:
    """Show an uploader for one table; files that arrive replace those of the same table."""
    given = st.file_uploader(
        label, type=FILE_TYPES, accept_multiple_files=True, key=state.uploader_key(kind), help=help_text
    )
    if given:
        _take(kind, given)
        st.rerun()


def _take(kind: TableKind, given: list[UploadedFile]) -> None:
    arrived = tuple(_spool(kind, file) for file in given)
    # one's own orders take the place of the whole sample; another table joins the sample's orders
    leaves_sample = state.is_sample() and kind == "orders"
    others = () if leaves_sample else tuple(file for file in state.files() if file.kind != kind)
    state.forget_mapping(kind)
    state.set_files((*others, *arrived), is_sample=state.is_sample() and not leaves_sample)
    state.renew_uploaders()
    for file in given:
        _release(file)


def _spool(kind: TableKind, file: UploadedFile) -> SourceFile:
    content = file.getbuffer()
    path = cached.vault().keep_file(state.session_id(), file.name, content)
    return SourceFile(kind, file.name, path, hashlib.sha256(content).hexdigest())


def _release(file: UploadedFile) -> None:
    """Streamlit keeps an upload's bytes until the session ends; this lets them go at once. No public call does."""
    context = get_script_run_ctx()
    with suppress(AttributeError, KeyError):  # a later release may name this differently; then bytes stay until the end
        if context is not None:
            context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)


def delete_everything() -> None:
    """Forget the session's files, results and choices."""
    cached.vault().forget(state.session_id())
    st.session_state.clear()
    st.query_params.clear()
    state.leave_notice("Your data was deleted from this server.")
