"""The whole framework: its name, where to begin, and the file it goes into and comes from."""

from __future__ import annotations

from functools import partial

import streamlit as st

from clm_core.errors import ClmError
from clm_core.frameworks import (
    BY_SILENCE,
    SHIPPED,
    Framework,
    dump_framework,
    load_framework,
    owned,
    parse_framework,
)
from pages.ui import drafting, inputs, messages, state

MOST_BYTES = 200_000


def show() -> None:
    """Begin from another definition, name this one, save it, load one."""
    framework = inputs.draft().framework
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Begin from",
            [*SHIPPED, *BY_SILENCE],
            format_func=lambda framework_id: load_framework(framework_id).name,
            key="begin_from",
            width=320,
            help="Six frameworks, and four rule sets that go by days of silence alone. Undo brings back what you have now.",
        )
        st.button("Begin from it", on_click=inputs.begin, args=(load_framework(chosen),), icon=":material/start:")
    key = drafting.showing("framework_name", framework.name)
    st.text_input("Name", max_chars=60, key=key, on_change=lambda: _rename(st.session_state[key]))
    st.download_button(
        "Save this framework (TOML)",
        data=lambda: dump_framework(framework),
        file_name=f"{framework.id}.toml",
        mime="application/toml",
        on_click="ignore",
        icon=":material/download:",
        help="Stages, rules and limits as they are now. The recipe, which also holds everything else, is on the last page.",
    )
    _load()


def _rename(name: str) -> None:
    if name.strip():
        drafting.change(partial(_named, name=name.strip()), "renamed the framework")


def _named(framework: Framework, name: str) -> Framework:
    return framework.model_copy(update={"name": name})


def _load() -> None:
    given = st.file_uploader("Load a framework (TOML)", type="toml", key=state.uploader_key("framework"))
    if given is None:
        return
    try:
        loaded = owned(parse_framework(given.getvalue()[:MOST_BYTES].decode("utf-8", "replace"), given.name))
    except ClmError as fault:
        messages.show_error(fault)
        return
    state.set_draft(inputs.draft().begin(loaded, f"loaded {given.name}"))
    state.leave_notice(
        "The framework was loaded. What is wrong with it, if anything, stands beside the part concerned."
    )
    state.renew_uploaders()
    st.rerun()
