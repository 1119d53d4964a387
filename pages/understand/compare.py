"""What if the rules were different?"""

import streamlit as st

from clm_core import charts, findings
from clm_core.tables import to_date
from clm_core.wording import count, long_day, money, percent
from pages.ui import cached, figures, frame, inputs, marks, messages, rule_choice

workspace = frame.begin(
    "What if the rules were different?",
    "This page holds two rule sets against each other on the same customers: who would sit in another stage, how many, what "
    "they have spent, and where one customer stands in every framework.",
)
framework, as_of = inputs.framework(), inputs.as_of()
a, b = rule_choice.ask(framework)
rule_choice.offer_file()
compared = cached.comparison(as_of, a, b)
today, currency = long_day(to_date(workspace.as_of_day)), workspace.dataset.tables.currency

found = findings.who_sits_differently(compared, a, b, currency)
st.markdown(f"### {messages.plain(found.says)}")
left, right = st.columns(2)
share = percent(compared.n_differ / max(compared.n_customers, 1))
left.metric("Sit differently", f"{compared.n_differ:,}", help=f"{share} of {compared.n_customers:,} known on {today}.")
spent = money(compared.value_differs, currency) if workspace.frames.has_amounts else None
right.metric("Spent by them so far", spent, help="Net of refunds and credit notes, up to the as-of day.")

subtitle = f"People by stage on {today} under A (rows) and B (columns), n = {compared.n_customers:,}; % of the row"
picture = charts.stage_crosstab(
    compared, a, b, currency=currency, title=found.title, subtitle=subtitle, theme=figures.theme(), selectable=True
)
cell = marks.pick(
    picture,
    found.title,
    subtitle,
    compared.cells,
    "compare_cells",
    {
        "stage_a": lambda stage: f"{findings.stage_name(a, stage)} under A",
        "stage_b": lambda stage: f"{findings.stage_name(b, stage)} under B",
    },
)
messages.show_next(found)
st.caption(
    messages.plain(f"{compared.measure} With another framework as B you see how its stages map onto those of A.")
)

st.header("Who are they?", anchor=False)
if cell:
    listed = cached.who_sits_in(as_of, a, b, cell["stage_a"], cell["stage_b"])
    names = findings.stage_name(a, cell["stage_a"]), findings.stage_name(b, cell["stage_b"])
    st.markdown(f"**{messages.plain(f'{names[0]} under A, {names[1]} under B')}**: {count(len(listed), 'customer')}")
else:
    listed = cached.who_differs(as_of, a, b)
    st.caption("Everyone who sits differently.")
rule_choice.show_listed(listed, a, b, workspace)

st.header("Where does one customer stand in every framework?", anchor=False)
first = str(listed["customer_id"].iloc[0]) if len(listed) else ""
asked = st.text_input(
    "Customer id", key="customer_in_every", max_chars=200, placeholder=f"as in your file; shown now: {first}"
)
if asked.strip() or first:
    rule_choice.show_in_every(workspace, asked.strip() or first, framework)
st.page_link(frame.LIMITS_PAGE, label="See what hangs on the limits", icon=":material/timer:")

figures.how_made(
    "compare",
    [
        ("Rule", "In each rule set the first rule that holds decides; nothing of the other is used."),
        ("Differently", compared.measure),
        ("Spent", "Net spend so far of those who sit differently, each counted once."),
        ("Window", f"Everything known up to {today}."),
        ("Rows", f"{compared.n_customers:,} people, each in one cell."),
        ("Source", f"A: {a.source}. B: {b.source}."),
    ],
)
