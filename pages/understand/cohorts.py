"""Do they come back?"""

import streamlit as st

from clm_core import charts, findings
from clm_core.tables import to_date
from clm_core.wording import long_day, period_name
from pages.ui import cached, figures, frame, inputs, messages

workspace = frame.begin(
    "Do they come back?",
    "This page groups customers by when they first ordered and follows each group: who ordered again, who is still on the "
    "path, and what a customer has spent by then.",
)
framework, as_of, theme = inputs.framework(), inputs.as_of(), figures.theme()
today, currency = long_day(to_date(workspace.as_of_day)), workspace.dataset.tables.currency
by = st.segmented_control(
    "First order by",
    ["month", "quarter"],
    default="month",
    format_func=str.capitalize,
    key="cohort_by",
    bind="query-params",
    required=True,
)
table, new = cached.cohorts(as_of, by), cached.new_customers(as_of)
back = findings.who_comes_back(table, by)
st.markdown(f"### {messages.plain(back.says)}")
subtitle = f"Share of each cohort with an order in each later {by}, up to {today}"
chart = charts.cohort_triangle(table, unit=by, title=back.title, subtitle=subtitle, theme=theme)
figures.show(chart, back.title, subtitle, table, "retention")
messages.show_next(back)
st.caption(messages.plain(new.sentence))

st.header("How do two cohorts compare?", anchor=False)
cohorts = sorted(table["cohort"].unique())
left, right = st.columns(2)
names = {cohort: period_name(cohort, by) for cohort in cohorts}
one = left.selectbox("One", cohorts, 0, format_func=names.get, key=f"cohort_one_{by}")
other = right.selectbox("Other", cohorts, min(1, len(cohorts) - 1), format_func=names.get, key=f"cohort_other_{by}")
compared = findings.how_two_cohorts_compare(table, one, other, by, currency)
st.markdown(f"**{messages.plain(compared.title)}**")
messages.show_finding(compared)

st.header("What has a customer spent by then?", anchor=False)
if workspace.frames.has_amounts:
    worth = findings.what_cohorts_spend(table, by, currency)
    subtitle = f"Net spend per customer so far{f', {currency}' if currency else ''}, by {by}s since the first order"
    chart = charts.cohort_value(table, currency=currency, unit=by, title=worth.title, subtitle=subtitle, theme=theme)
    figures.show(chart, worth.title, subtitle, table, "cohort_value")
    messages.show_finding(worth)
else:
    st.info("The files have no amounts, so nothing can be said of what customers spent.")

st.header("Who is still on the path?", anchor=False)
stages = cached.cohort_stages(as_of, framework, by)
stay = findings.who_stays_on_path(stages, by)
subtitle = f"Share of each cohort in a stage of the path ({framework.name}) at the end of each later {by}"
chart = charts.cohort_triangle(stages, "share_on_path", unit=by, title=stay.title, subtitle=subtitle, theme=theme)
figures.show(chart, stay.title, subtitle, stages, "cohort_path")
messages.show_finding(stay)

figures.how_made(
    "cohorts",
    [
        ("Cohort", f"Everyone whose first order in the file falls into the same {by}."),
        (
            "Coming back",
            f"Customers of a cohort with an order in a later {by} ÷ customers of the cohort; 95 %, Wilson.",
        ),
        ("Spend", "Net of refunds and credit notes, added up from the first order, ÷ customers of the cohort."),
        ("New", new.sentence),
        (
            "Window",
            f"Up to {today}; the last {by} is outlined while it is not over. Cohorts of fewer than 30 are grey.",
        ),
        ("Rows", f"{new.n_buyers:,} buyers in {len(cohorts):,} cohorts."),
    ],
)
