"""What the app says: errors, findings, empty states. Text from files or people is shown as text, never as Markdown."""

from __future__ import annotations

import re

import streamlit as st

from clm_core.errors import ClmError, Issue
from clm_core.findings import Finding

_MARKS = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&])")
_ICONS = {"error": ":material/error:", "warning": ":material/warning:", "info": ":material/info:"}


def plain(text: object) -> str:
    """User text inside a Markdown string: every mark escaped, one line."""
    return _MARKS.sub(r"\\\1", " ".join(str(text).split()))


def show_error(fault: ClmError) -> None:
    """What is wrong, where, what was found, what is allowed, what to do next."""
    lines = [f"**{plain(fault.what)}**", *(f"{label}: {plain(text)}" for label, text in fault.parts())]
    st.error("\n\n".join(lines), icon=_ICONS["error"])


def show_issues(issues: tuple[Issue, ...]) -> None:
    """Findings about the data, gravest first."""
    for issue in sorted(issues, key=lambda issue: ("error", "warning", "info").index(issue.severity)):
        show = {"error": st.error, "warning": st.warning, "info": st.info}[issue.severity]
        examples = f" For example: {plain('; '.join(issue.examples))}" if issue.examples else ""
        show(plain(issue.message) + examples, icon=_ICONS[issue.severity])


def show_finding(finding: Finding) -> None:
    """What the chart says, and what to do next."""
    st.markdown(f"**What it says** {plain(finding.says)}")
    st.markdown(f"**What to do next** {plain(finding.next_step)}")
