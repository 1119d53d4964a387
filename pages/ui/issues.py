"""What was found in the rows: how grave, how many, examples, and the switch that changes the treatment, right beside it."""

from __future__ import annotations

import streamlit as st

from clm_core.errors import Issue
from clm_core.ingest import Imported, TableKind
from clm_core.wording import count
from pages.ui import switches
from pages.ui.messages import ICONS, plain

SEVERITIES = ("error", "warning", "info")


def show(imported: dict[TableKind, Imported]) -> None:
    """Findings of all tables, gravest first; mere notes in a drawer. A switch is drawn once, with the first that needs it."""
    found = sorted(
        ((result, issue) for result in imported.values() for issue in result.issues),
        key=lambda pair: (SEVERITIES.index(pair[1].severity), -pair[1].n_rows, pair[1].code.startswith("set_aside")),
    )
    if not found:
        st.success("Every row was read as it stands; nothing to report.", icon=":material/check:")
        return
    names_tables = len(imported) > 1
    drawn: set[tuple[TableKind, str]] = set()
    notes = []
    for result, issue in found:
        switch = switches.control_of(issue)
        if (result.kind, switch) in drawn:
            switch = ""
        if issue.severity == "info" and not switch:
            notes.append((result, issue))
            continue
        _show_one(result, issue, switch, names_table=names_tables)
        drawn.add((result.kind, switch))
    if notes:
        with st.expander(f"{count(len(notes), 'more thing')} noted, nothing to do", icon=ICONS["info"]):
            for result, issue in notes:
                _show_one(result, issue, "", names_table=names_tables)


def _show_one(result: Imported, issue: Issue, switch: str, *, names_table: bool) -> None:
    with st.container(border=bool(switch), gap="small"):
        of_table = f"{result.kind.capitalize()}: " if names_table else ""
        st.markdown(f"{ICONS[issue.severity]} {plain(of_table + issue.message)}")
        n_rows = count(issue.n_rows, "row") if issue.n_rows and f"{issue.n_rows:,} " not in issue.message else ""
        untold = [example for example in issue.examples[:3] if example not in issue.message]
        examples = f"for example {'; '.join(untold)}" if untold else ""
        told = ", ".join(part for part in (n_rows, examples) if part)
        if told:
            st.caption(plain(told[:1].upper() + told[1:]))
        if switch:
            switches.show(switch, result, place=issue.code)
