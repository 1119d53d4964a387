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

FILE_TYPES = ["csv", "tsv", "txt", "xlsx", "parquet", "gz", "zip", "toml"]


def spool(file: UploadedFile, kind: TableKind = "orders") -> SourceFile:
    """Write an upload into the session's folder; where its table is not known yet it counts as orders until looked into."""
    content = file.getbuffer()
    path = cached.vault().keep_file(state.session_id(), file.name, content)
    return SourceFile(kind, file.name, path, hashlib.sha256(content).hexdigest())


def release(file: UploadedFile) -> None:
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
