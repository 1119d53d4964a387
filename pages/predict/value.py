"""What is each customer likely to be worth?"""

import streamlit as st

from clm_core import charts, findings, metrics
from clm_core.wording import money
from pages.ui import figures, frame, messages, scored, tables

page = scored.begin(
    "What is each customer likely to be worth?",
    "This page projects orders and spend of each customer over the days ahead, beside what they spent so far, and shows how "
    "far such projections were off on months they had not seen.",
)
scores, customers, framework = page.scores, page.customers, page.framework
horizon, theme, today, currency = page.horizon, page.theme, page.today, page.currency
spend, orders = findings.card_of(scores, "spend"), findings.card_of(scores, "orders")
found = findings.what_is_to_come(scores, metrics.spend_so_far(customers), currency, horizon)
st.markdown(f"### {messages.plain(found.says)}")

if orders.verdict == "shown":
    expected = metrics.expected_totals(customers)
    facts = st.columns(3)
    of_all = f"All {len(customers):,} known people together, in the {horizon} days after {today}."
    facts[0].metric(f"Days with an order, {horizon} days", f"{expected.orders:,.0f}", help=of_all)
    facts[1].metric(
        f"Spend, {horizon} days", money(expected.spend, currency) if spend.verdict == "shown" else None, help=of_all
    )
    so_far = money(metrics.spend_so_far(customers), currency) if page.workspace.frames.has_amounts else None
    facts[2].metric(f"Spent up to {today}", so_far, help="Net, the same people.")

if spend.verdict == "shown":
    by_stage = metrics.value_by_stage(customers, framework)
    subtitle = f"Spend up to {today} and expected in the {horizon} days after it, by stage"
    figures.show(
        charts.value_by_stage(
            by_stage, framework, currency=currency, title=found.title, subtitle=subtitle, theme=theme
        ),
        found.title,
        subtitle,
        by_stage,
        "value_by_stage",
    )
    messages.show_next(found)

    st.header("Who is worth most?", anchor=False)
    listed = metrics.most_valuable(customers)
    tables.show_customers(listed, page.workspace, framework)
    figures.download(listed, "most_valuable.csv", f"All {len(listed):,} of this list (CSV)", "most_valuable")

    st.header("How good is this projection?", anchor=False)
    tables.show_quality(spend, currency)
    deciles = metrics.value_deciles(scores.test)
    title, subtitle = (
        "Said and happened",
        f"Mean spend per customer in {horizon} days by tenth of the projection, at an earlier day",
    )
    figures.show(
        charts.value_deciles(deciles, currency=currency, title=title, subtitle=subtitle, theme=theme),
        title,
        subtitle,
        deciles,
        "value_deciles",
    )
else:
    messages.show_next(found)
    st.page_link(frame.DATA_PAGE, label="See what the files hold", icon=":material/upload_file:")
if orders.verdict == "shown":
    st.header("How good are the expected orders?", anchor=False)
    tables.show_quality(orders)

figures.how_made("models", [*tables.card_facts(spend), *tables.card_facts(orders)])
