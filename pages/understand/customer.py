"""Why is this customer here?"""

import streamlit as st

from clm_core import charts, findings
from clm_core.silence import of_stages
from clm_core.tables import to_date
from clm_core.wording import count, long_day, money
from pages.ui import cached, customers, figures, frame, inputs, messages, tables

workspace = frame.begin(
    "Why is this customer here?",
    "This page shows one customer: what they ordered and did, which stage they were in at every month end, the rule that "
    "decided, what would move them, and when silence will. Below is the list of those it will move soon.",
)
framework = inputs.framework()
as_of, today, theme = inputs.as_of(), to_date(workspace.as_of_day), figures.theme()
currency = workspace.dataset.tables.currency
customer_id = customers.ask(workspace, cached.leaving(as_of, framework, customers.WARNED_DAYS))
story = cached.story(as_of, framework, customer_id)
here = findings.why_here(story.told, story.rules, framework, today)

st.markdown(f"### {messages.plain(here.says)}")
facts = story.features
silent, spent = facts["days_since_last_order"], facts["spend_total"]
for column, (label, shown) in zip(
    st.columns(4),
    {
        "Orders so far": f"{facts['n_orders']:,}",
        "Last order": "none yet" if silent is None else "today" if silent == 0 else f"{count(silent, 'day')} ago",
        "Spent so far": "not in the file" if spent is None else money(spent, currency),
        "Known for": count(facts["tenure_days"], "day"),
    }.items(),
    strict=True,
):
    column.metric(label, shown)

subtitle = f"Orders, events and the stage at each month end up to {long_day(today)}, {framework.name}"
figures.show(
    charts.customer_timeline(
        story.told, framework, today, currency=currency, title=here.title, subtitle=subtitle, theme=theme
    ),
    here.title,
    subtitle,
    story.told.bands,
    "customer_stages",
)
st.markdown(f"**What comes next**  {messages.plain(here.next_step)}")

st.header("What would move them?", anchor=False)
tables.show_turns(story.tests, framework)
with st.expander("Every rule, and which decided", icon=":material/rule:"):
    tables.show_explanation(story.rules, framework)
st.page_link("pages/understand/stage_rules.py", label="Change the rules and limits", icon=":material/tune:")

st.header("Who leaves the path soon, if nothing happens?", anchor=False)
left, right = st.columns([1, 2])
n_days = left.slider("Within (days)", 7, 90, customers.WARNED_DAYS, key="warned_days", persist_state="session")
leaving = cached.leaving(as_of, framework, n_days)
present = [stage.id for stage in framework.stages if stage.id in set(leaving["stage"])]
chosen = []
if present:
    chosen = right.pills(
        "Only those now in",
        present,
        format_func=lambda stage: framework.stage(stage).name,
        selection_mode="multi",
        key="warned_stages",
    )
listed = of_stages(leaving, chosen)
soon = findings.who_leaves_soon(listed, framework, n_days, currency)
st.markdown(f"**{messages.plain(soon.title)}.** {messages.plain(soon.says)}")
if len(listed):
    tables.show_customers(listed, workspace, framework)
    customers.lead_on(listed, "leaving")
    label = f"Download {count(len(listed), 'customer')} (CSV)"
    figures.download(listed, f"leaving_within_{n_days}_days.csv", label, "leaving")
messages.show_next(soon)

figures.how_made(
    "customer",
    [
        ("Rule", f"{framework.name}: the first rule that holds decides; a missing value satisfies nothing."),
        (
            "Days ahead",
            "In silence every feature is known ahead, so the days are exact under these rules. They are no forecast of "
            "what a customer will do; the page Churn has that.",
        ),
        (
            "Window",
            f"Everything known up to {long_day(today)}; stages at {len(workspace.ledger.snapshots)} month ends.",
        ),
        ("Order of the list", "Net spend of the 365 days up to the day, the largest first; then the fewest days left."),
        ("Source", framework.source),
    ],
)
