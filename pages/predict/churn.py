"""Who is about to leave?"""

import streamlit as st

from clm_core import charts, findings, metrics
from clm_core.models import calibration_bins
from clm_core.wording import percent
from pages.ui import figures, frame, messages, scored, tables

page = scored.begin(
    "Who is about to leave?",
    "This page gives each customer the probability of ordering nothing in the days ahead, shows how good that estimate was "
    "on months it had not seen, and lists the valuable customers to act on first.",
)
scores, customers, framework = page.scores, page.customers, page.framework
horizon, theme, today = page.horizon, page.theme, page.today
card = findings.card_of(scores, "churn")
listed = metrics.worth_keeping(customers, framework)
found = findings.who_may_leave(scores, customers, listed, horizon)
st.markdown(f"### {messages.plain(found.says)}")

if card.verdict == "shown":
    by_stage = metrics.churn_by_stage(customers, framework)
    subtitle = f"Mean probability of no order in the {horizon} days after {today}, by stage; whiskers: mean of the customers' 80 % intervals"
    figures.show(
        charts.churn_by_stage(by_stage, framework, title=found.title, subtitle=subtitle, theme=theme),
        found.title,
        subtitle,
        by_stage,
        "churn_by_stage",
    )
    messages.show_next(found)

    st.header("Whom to keep first?", anchor=False)
    st.caption(
        "Still on the path, by churn probability × spend of the last 365 days (orders, where there are no amounts)."
    )
    tables.show_customers(listed, page.workspace, framework)
    figures.download(listed, "worth_keeping.csv", f"All {len(listed):,} of this list (CSV)", "worth_keeping")

    st.header("How good is this score?", anchor=False)
    n_top, n_left = metrics.most_at_risk_found(scores.test)
    st.markdown(
        f"On {card.n_test:,} customers at an earlier day, with nothing later known: of the {n_top:,} most at risk, "
        f"**{n_left:,} did leave**; among all it was {percent(metrics.leaving_rate(scores.test))}."
    )
    tables.show_quality(card)
    bins = calibration_bins(scores.test)
    title, subtitle = (
        "Said and happened",
        "Predicted against observed share without an order, by tenth; whiskers: 95 % Wilson",
    )
    figures.show(
        charts.calibration(bins, title=title, subtitle=subtitle, theme=theme), title, subtitle, bins, "calibration"
    )
    found_share = metrics.gains(scores.test)
    title, subtitle = "Leavers found", "Share of leavers among the most at risk, by share of customers contacted"
    figures.show(
        charts.gains(found_share, title=title, subtitle=subtitle, theme=theme), title, subtitle, found_share, "gains"
    )
    with st.expander("Why not closer to 100 %?", icon=":material/help:"):
        st.markdown(
            "A score that is nearly always right has usually seen the answer: when churn is defined by the days since the "
            "last order and those days are also a feature, any model looks perfect and helps nobody. Here features end "
            "before the cut-off day and the label begins after it."
        )
    st.header("What drives it?", anchor=False)
    drivers = metrics.drivers_of(scores.importance, "churn")
    title, subtitle = (
        "What raises and lowers the score",
        "Standardised weights; right of zero raises the probability of leaving",
    )
    figures.show(
        charts.drivers(drivers, title=title, subtitle=subtitle, theme=theme), title, subtitle, drivers, "drivers"
    )
else:
    messages.show_next(found)
    st.page_link(frame.DATA_PAGE, label="See what the files hold", icon=":material/upload_file:")

figures.how_made("models", tables.card_facts(card))
