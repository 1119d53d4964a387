"""The parts of the framework in hand that can be changed, one shown at a time."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from clm_core.errors import Issue
from pages.ui import cached, definition_file, figures, inputs, limit_editor, messages, rule_editor, stage_editor

PARTS = {"rules": "Rules", "stages": "Stages", "limits": "Limits", "file": "Name and file"}


def show(by_rule: pd.DataFrame, counts: pd.DataFrame, faults: list[Issue]) -> None:
    """The chosen part. ``by_rule`` and ``counts`` are people by rule and by stage of the framework in force."""
    part = st.segmented_control(
        "Part", list(PARTS), default="rules", format_func=PARTS.__getitem__, key="rules_part", required=True,
        label_visibility="collapsed",
    )  # fmt: skip
    if part == "stages":
        stage_editor.show(counts, faults)
    elif part == "limits":
        limit_editor.show(faults)
    elif part == "file":
        definition_file.show()
    else:
        st.caption("Asked from top to bottom; the first that holds decides, so everyone falls under exactly one.")
        rule_editor.show(cached.workspace(inputs.as_of()), by_rule, faults)
    figures.download(by_rule, "rules.csv", "People by rule (CSV)", "rules")
    if note := inputs.draft().framework.note:
        st.caption(messages.plain(note))
