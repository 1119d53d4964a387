"""What is each customer likely to be worth?"""

import streamlit as st

from clm_core import charts, findings, outlook
from clm_core.wording import money
from pages.ui import customers, definition, figures, frame, messages, outlook_views, scored, tables

page = scored.begin(
    "What is each customer likely to be worth?",
    "This page projects orders and spend of each customer over the days ahead, beside what they spent so far, and shows how "
    "far such projections were off on months they had not seen.",
    definition.ask_value,
)
framework, horizon, theme, today, currency = page.framework, page.horizon, page.theme, page.today, page.currency
spend, orders = findings.card_of(page.scores, "spend"), findings.card_of(page.scores, "orders")
expected, so_far = outlook.expected_totals(page.asked), outlook.spend_so_far(page.asked)
found = findings.what_is_to_come(spend, expected.spend, so_far, currency, page.definition.words)
st.markdown(f"### {messages.plain(found.says)}")

if orders.verdict == "shown":
    facts = st.columns(3) if page.has_money else [st]
    of_all = f"{len(page.asked):,} people together ({page.definition.words}), in the {horizon} days after {today}."
    facts[0].metric(f"Days with an order, {horizon} days", f"{expected.orders:,.0f}", help=of_all)
    if page.has_money:
        ahead = money(expected.spend, currency) if spend.verdict == "shown" else None
        facts[1].metric(f"Spend, {horizon} days", ahead, help=of_all)
        facts[2].metric(f"Spent up to {today}", money(so_far, currency), help="Net, the same people.")

if spend.verdict == "shown":
    group, order = outlook_views.ask_group(page, "value_by")
    table = outlook.value_by(page.asked, group, order)
    subtitle = f"Spend up to {today}, and pale: expected in the {horizon} days after it, by {group}"
    figures.show(
        charts.total_value(
            table,
            framework if group == "stage" else None,
            currency=currency,
            title=found.title,
            subtitle=subtitle,
            theme=theme,
        ),
        found.title,
        subtitle,
        table,
        f"value_by_{group}",
    )
    messages.show_next(found)
else:
    messages.show_next(found)
    st.page_link(frame.DATA_PAGE, label="See what the files hold", icon=":material/upload_file:")

measure = "expected_spend" if spend.verdict == "shown" else "expected_orders"
listed = outlook.most_valuable(page.asked, measure)
if len(listed):
    st.header(
        "Who is worth most?" if measure == "expected_spend" else "Who is expected to order most often?", anchor=False
    )
    tables.show_customers(listed, page.workspace, framework)
    customers.lead_on(listed, "most_valuable")
    figures.download(listed, "most_valuable.csv", f"All {len(listed):,} of this list (CSV)", "most_valuable")

st.header("Who orders next, and when?", anchor=False)
st.caption(
    "By each customer's own rhythm, and by a model that reads everybody's: half of such customers order by the middle day if they are "
    "still there, eight in ten between the early and the late one. A day more than two years ahead is left open."
)
outlook_views.show_next_orders(page, listed if len(listed) else page.asked)

if spend.verdict == "shown":
    st.header("Why is somebody worth so much?", anchor=False)
    outlook_views.show_reasons(page, outlook_views.SPEND, listed)

if page.has_money:
    st.header("How few customers bring how much?", anchor=False)
    curve = outlook.concentration(page.asked)
    few = findings.who_brings_the_spend(curve)
    subtitle = f"Share of spend by share of customers, those who spend most first: {page.definition.words}"
    picture = charts.spend_concentration(curve, title=few.title, subtitle=subtitle, theme=theme)
    figures.show(picture, few.title, subtitle, curve, "spend_concentration")
    messages.show_finding(few)

if spend.verdict == "shown":
    st.header("How far can it be trusted?", anchor=False)
    tenths = outlook.tenths(page.scores.test, "expected_spend", "next_spend")
    st.markdown(messages.plain(findings.how_good_is_value(spend, tenths, currency)))
    tables.show_quality(spend, currency)
if orders.verdict == "shown":
    drawer = st.expander(
        "How good are the expected orders?", key="orders", icon=":material/insights:", on_change="rerun"
    )
    if drawer.open:
        with drawer:
            tables.show_quality(orders)
if spend.verdict == "shown":
    st.header("Would it have been right before?", anchor=False)
    outlook_views.show_look_back(page, outlook_views.SPEND)

figures.how_made("models", [*tables.card_facts(spend), *tables.card_facts(orders)])
