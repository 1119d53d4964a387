"""Who are these people?"""

import streamlit as st

from clm_core import charts, findings
from clm_core.errors import ClmError
from clm_core.personas import count_personas, persona_stages
from clm_core.tables import to_date
from clm_core.wording import SMALL_GROUP, count, long_day, money, percent
from pages.ui import cached, figures, frame, inputs, messages, persona_editor, state

workspace = frame.begin(
    "Who are these people?",
    "This page groups customers into personas that you name and describe, each found by a rule, and shows how large each "
    "is, in which stages they are, how likely they are to leave and what they are worth.",
)
framework, horizon = inputs.framework(), inputs.horizon()
try:
    customers = cached.customers(inputs.as_of(), framework, horizon)
except ClmError as fault:
    messages.show_error(fault)
    persona_editor.show(workspace)
    st.stop()
personas, theme = state.personas(), figures.theme()
currency = workspace.dataset.tables.currency
table = count_personas(customers, personas)
found = findings.who_they_are(table)
today = long_day(to_date(workspace.as_of_day))

st.markdown(f"### {messages.plain(found.says)}")
subtitle = f"People by persona on {today}, n = {len(customers):,}"
figures.show(
    charts.persona_bars(table, title=found.title, subtitle=subtitle, theme=theme),
    found.title,
    subtitle,
    table,
    "personas",
)
messages.show_next(found)

st.header("In which stages are they?", anchor=False)
stages = persona_stages(customers, personas, framework)
title, subtitle = (
    "Each persona has its own lifecycle",
    f"Share of each persona by stage on {today}; each row adds up to 100 %",
)
figures.show(
    charts.group_stage_heat(stages, framework, "persona", "Persona", title=title, subtitle=subtitle, theme=theme),
    title,
    subtitle,
    stages,
    "persona_stages",
)

st.header("What are they worth, and who may leave?", anchor=False)
title = f"Who may order nothing in {horizon} days"
subtitle = f"Mean churn probability of those who have bought, as of {today}; whiskers: mean of their 80 % intervals"
picture = charts.persona_dots(table, "churn_prob", title=title, subtitle=subtitle, theme=theme)
figures.show(picture, title, subtitle, table, "persona_churn")
for row, persona in zip(table.itertuples(), [*personas, None], strict=True):
    with st.container(border=True):
        st.markdown(
            f"**{messages.plain(row.persona)}** · {count(row.n_customers, 'person', 'people')} · {percent(row.share)}"
        )
        if row.n_customers == 0:
            st.caption("Nobody falls here.")
            continue
        if row.n_customers < SMALL_GROUP:
            st.caption(f"Fewer than {SMALL_GROUP} people: read these figures with care.")
        facts = st.columns(3)
        facts[0].metric(
            "Spent per person", money(row.spend_per_customer, currency) if workspace.frames.has_amounts else None
        )
        facts[1].metric(
            f"Churn in {horizon} days",
            percent(row.churn_prob, 0) if row.n_scored else None,
            help=f"Mean probability of no order, of {row.n_scored:,} scored.",
        )
        facts[2].metric(
            f"Expected per person, {horizon} days",
            money(row.expected_spend_per_customer, currency)
            if row.expected_spend_per_customer == row.expected_spend_per_customer
            else None,
        )
        if persona is not None:
            st.text(persona.story)
            st.caption(messages.plain(" · ".join([*persona.traits, *persona.hobbies])))
            st.caption(f"Rule: {messages.plain(persona_editor.rule_words(persona, workspace))}")
figures.download(table, "personas.csv", "Personas with their figures (CSV)", "persona_figures")

persona_editor.show(workspace)

figures.how_made(
    "personas",
    [
        ("Rule", "A person belongs to the first persona whose rule holds, in the order above, else to everyone else."),
        ("Formula", "Share = people of the persona ÷ all known people; churn and value are means over those scored."),
        ("Window", f"Everything known up to {today}; scores look {horizon} days ahead."),
        ("Rows", f"{len(customers):,} people."),
    ],
)
