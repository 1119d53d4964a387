"""The customers behind a mark that was clicked: the first of them as a table, all of them as a file."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from clm_core.frameworks import Framework
from clm_core.pipeline import Workspace
from clm_core.wording import count
from pages.ui import customers, figures, tables
from pages.ui.messages import plain


def show(listed: pd.DataFrame, says: str, workspace: Workspace, framework: Framework, key: str) -> None:
    """What was clicked in words, the customers by value, the way to each of them, and the same customers as CSV."""
    with st.container(border=True):
        st.markdown(f"**{plain(says)}**: {count(len(listed), 'customer')}")
        tables.show_customers(listed, workspace, framework)
        customers.lead_on(listed, key)
        figures.download(listed, f"{key}.csv", f"Download {count(len(listed), 'customer')} (CSV)", key)
