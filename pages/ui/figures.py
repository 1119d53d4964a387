"""A chart with everything that belongs to it: its picture, its data, the Python that made it, and how it was made."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import altair as alt
import pandas as pd
import streamlit as st
from altair.utils.schemapi import disable_debug_mode

from clm_core.charts import Theme, alt_text, written
from clm_core.exports import to_csv
from clm_core.snippets import python_for
from pages.ui import state
from pages.ui.messages import plain

AHEAD = "charts_ahead"
disable_debug_mode()  # each part of a picture would be held against the specification when it is made; tests do that


def theme() -> Theme:
    """The theme the visitor sees now."""
    return "dark" if st.context.theme.type == "dark" else "light"


def show(
    chart: alt.TopLevelMixin, title: str, subtitle: str, data: pd.DataFrame | Callable[[], pd.DataFrame], key: str
) -> None:
    """The chart, and its data one click away: made on the click where they are given as a call."""
    st.vega_lite_chart(written(chart), width="stretch", key=f"chart_{key}", alt=alt_text(title, subtitle))
    download(data, f"{key}.csv", "Data of this chart (CSV)", key)


def load_ahead() -> None:
    """Let the browser fetch what draws charts before there is one to draw: a picture of nothing, one pixel high."""
    nothing = {"data": {"values": []}, "mark": "point", "width": 1, "height": 1, "padding": 0, "autosize": "none"}
    with st.container(key=AHEAD):
        st.vega_lite_chart({**nothing, "config": {"view": {"stroke": None}}}, width=1, alt="No chart yet")


def download(data: pd.DataFrame | Callable[[], pd.DataFrame], file_name: str, label: str, key: str) -> None:
    """A button that makes the CSV, and the frame where it is given as a call, only when it is clicked."""
    st.download_button(
        label,
        data=lambda: to_csv(data() if callable(data) else data),
        file_name=file_name,
        mime="text/csv",
        key=f"csv_{key}",
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
    )


def how_made(step: str, facts: Sequence[tuple[str, str]], code: str | None = None) -> None:
    """The rule, formula, window and rows behind a page, and the Python that reproduces it: the step's own, or ``code`` where it is given."""
    with st.expander("How this was made", icon=":material/info:"):
        st.markdown("\n\n".join(f"**{label}**  {plain(text)}" for label, text in facts))
        told = python_for(step, state.names_by_table()) if code is None else code
        if told:
            st.caption("Python that reproduces it")
            st.code(told, language="python")
