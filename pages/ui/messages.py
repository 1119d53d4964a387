"""What the app says: errors, findings, empty states. Text from files or people is shown as text, never as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from clm_core.errors import ClmError, Issue
from clm_core.exports import markdown_text
from clm_core.findings import Finding

ICONS = {"error": ":material/error:", "warning": ":material/warning:", "info": ":material/info:"}


def plain(text: object) -> str:
    """User text inside a Markdown string: see :func:`clm_core.exports.markdown_text`."""
    return markdown_text(text)


def show_error(fault: ClmError, *, first: str = "") -> None:
    """What is wrong, where, what was found, what is allowed, what to do next. ``first`` says that the rest goes on."""
    lines = [f"**{plain(fault.what)}**", *(f"{label}: {plain(text)}" for label, text in fault.parts())]
    if first:
        st.warning("\n\n".join([f"**{plain(first)}**", plain(fault.what), *lines[1:]]), icon=ICONS["warning"])
    else:
        st.error("\n\n".join(lines), icon=ICONS["error"])


def show_faults(faults: Sequence[Issue], first: str) -> None:
    """What keeps a definition from being used, and first what holds meanwhile."""
    lines = [f"**{plain(first)}**", *(plain(fault.message) for fault in faults)]
    st.warning("\n\n".join(lines), icon=ICONS["warning"])


def show_faults_at(place: str, faults: Sequence[Issue]) -> None:
    """Beside one part of a definition: what is wrong with it."""
    for fault in faults:
        if fault.place == place:
            st.error(plain(fault.message), icon=ICONS["error"])


def show_problems(problems: list[str]) -> None:
    """What keeps a form from being used, one line each."""
    st.error("\n\n".join(plain(problem) for problem in problems), icon=ICONS["error"])


def show_finding(finding: Finding) -> None:
    """What the chart says, and what to do next."""
    st.markdown(f"**What it says**  {plain(finding.says)}\n\n{_next(finding)}")


def show_next(finding: Finding) -> None:
    """What to do next, where the page has said already what is seen."""
    st.markdown(_next(finding))


def _next(finding: Finding) -> str:
    return f"**What to do next**  {plain(finding.next_step)}"
