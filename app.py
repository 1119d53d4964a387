"""The page list and the frame around every page; nothing else.

The file plays two parts: `streamlit run app.py` imports it once to learn what to serve, then runs it for every visit.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

ICON = str(Path(__file__).parent / ".streamlit" / "icon.png")
PAGES = {
    "Data": [st.Page("pages/data/files.py", title="Your data", icon=":material/upload_file:", default=True)],
    "Understand": [
        st.Page("pages/understand/lifecycle.py", title="Lifecycle", icon=":material/cycle:", url_path="lifecycle"),
        st.Page("pages/understand/movement.py", title="Movement", icon=":material/swap_horiz:", url_path="movement"),
        st.Page("pages/understand/cohorts.py", title="Cohorts", icon=":material/grid_on:", url_path="cohorts"),
        st.Page(
            "pages/understand/customer.py", title="Customers", icon=":material/person_search:", url_path="customers"
        ),
        st.Page("pages/understand/crm.py", title="CRM stages", icon=":material/sync_alt:", url_path="crm"),
        st.Page("pages/understand/stage_rules.py", title="Stage rules", icon=":material/tune:", url_path="stage-rules"),
        st.Page("pages/understand/limits.py", title="Limits", icon=":material/timer:", url_path="limits"),
        st.Page(
            "pages/understand/compare.py", title="Compare rules", icon=":material/compare:", url_path="compare-rules"
        ),
        st.Page("pages/understand/personas.py", title="Personas", icon=":material/groups:", url_path="personas"),
    ],
    "Predict": [
        st.Page("pages/predict/churn.py", title="Churn", icon=":material/logout:", url_path="churn"),
        st.Page("pages/predict/value.py", title="Value", icon=":material/payments:", url_path="value"),
        st.Page("pages/predict/cost.py", title="Cost of a customer", icon=":material/balance:", url_path="cost"),
        st.Page("pages/predict/contracts.py", title="Contracts", icon=":material/contract:", url_path="contracts"),
    ],
    "Plan": [
        st.Page(
            "pages/plan/gap_analysis.py", title="Gap analysis", icon=":material/view_week:", url_path="gap-analysis"
        ),
        st.Page("pages/plan/workshop.py", title="Workshop", icon=":material/co_present:", url_path="workshop"),
        st.Page("pages/plan/priorities.py", title="Priorities", icon=":material/low_priority:", url_path="priorities"),
        st.Page("pages/plan/plan.py", title="Plan", icon=":material/event_available:", url_path="plan"),
        st.Page("pages/plan/join.py", title="Join", icon=":material/login:", url_path="join", visibility="hidden"),
    ],
    "Share": [
        st.Page("pages/share/results.py", title="Take it with you", icon=":material/ios_share:", url_path="results"),
    ],
}


def visit() -> None:
    """One run of the app: the menu first, then what every page shares, then the page."""
    # a picture of our own: a named icon would be fetched from another host
    st.set_page_config(page_title="Lifecycle Workbench", page_icon=ICON, layout="wide")
    navigation = st.navigation(PAGES, expanded=True)

    # imported after the menu is known: a slow first import must not hold it back
    from pages.ui import frame

    frame.open_link()
    with st.container(horizontal_alignment="center"):
        main = st.container(width=1100)
    with frame.read_files(main):
        frame.show_sidebar()
        frame.run(navigation)


if get_script_run_ctx(suppress_warning=True) is not None:
    visit()
else:
    from pages.ui import serving

    app = st.App(__file__, lifespan=serving.lifespan)
