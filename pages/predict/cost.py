"""What may a new customer cost?"""

import streamlit as st

from clm_core import charts, findings, outlook
from clm_core.tables import to_date
from clm_core.wording import count, long_day, money, percent
from pages.ui import cached, cost_inputs, figures, frame, inputs, messages

workspace = frame.begin(
    "What may a new customer cost?",
    "This page puts your own figures into the simple formula of customer lifetime value, holds it against the model, and shows "
    "what a new customer costs beside what one brings, and when the cost is back.",
)
if not workspace.frames.has_amounts:
    st.markdown("### The file has no amounts, so nobody's worth in money can be told.")
    st.markdown("**What to do next**  Map a column to 'amount'. Until then the page Value shows who orders how often.")
    st.page_link(frame.DATA_PAGE, label="See what the files hold", icon=":material/upload_file:")
    figures.how_made("cost", [("Rule", "Average order × orders a year × years a customer stays.")])
    st.stop()

as_of, today, theme = inputs.as_of(), long_day(to_date(workspace.as_of_day)), figures.theme()
currency, horizon = workspace.dataset.tables.currency, inputs.horizon()
own = cached.own_figures(as_of)

st.header("What does the simple formula say?", anchor=False)
typed = cost_inputs.ask_formula(own, currency)
scored = outlook.head_value(cached.customers(as_of, inputs.framework(), horizon))
st.markdown(
    f"### {messages.plain(f'{money(typed.average_order, currency, exact=True)} × {typed.orders_a_year:,.2f} × {typed.years:,.2f} = {money(typed.value, currency, exact=True)}')}"
)
st.markdown(messages.plain(findings.why_they_differ(typed, own, scored.expected, horizon, currency)))
st.caption(
    messages.plain(
        f"Filled in from your files: {money(own.revenue, currency)} net ÷ {count(own.n_orders, 'order')}, and these ÷ "
        f"{count(own.n_customers, 'customer')}, in the {count(own.window_days, 'day')} up to {today}; of {own.n_before:,} who ordered in as many "
        f"days before, {own.n_again:,} ({percent(own.n_again / max(own.n_before, 1), 0)}) did again. With the textbook's £50 × 12 × 8 it is £4,800."
    )
)

st.header("What does a customer cost, and is it worth it?", anchor=False)
cost = cost_inputs.ask_cost(workspace, as_of, currency)
values = {"So far and expected": scored.total, "The simple formula": typed.value}
which = st.segmented_control("Worth by", list(values), default="So far and expected", key="worth_by", required=True)
bargain = outlook.Bargain(outlook.cost_per_customer(cost.spent, cost.n_won), values[which], cost.margin)
curve = cached.payback(as_of)
month = outlook.payback_month(curve, bargain)
found = findings.is_it_worth_it(bargain, month, len(curve), currency)
facts = st.columns(3)
facts[0].metric(
    "Cost of a new customer",
    money(bargain.cost, currency, exact=True),
    help=f"{money(cost.spent, currency)} ÷ {count(cost.n_won, 'customer')} won in {count(cost.n_days, 'day')}.",
)
of_all = f"{percent(cost.margin, 0)} of {money(values[which], currency, exact=True)}; so far and expected are a mean of {count(scored.n_customers, 'customer')} who have bought."
facts[1].metric("A customer brings", money(bargain.value * cost.margin, currency, exact=True), help=of_all)
facts[2].metric("Brought for each 1 spent", f"{bargain.ratio:.1f}" if bargain.ratio == bargain.ratio else None)
st.markdown(f"### {messages.plain(found.says)}")
drawn = curve.assign(brought=curve["spend"] * cost.margin)
title = f"Back by month {month}" if month else "Not back in the months that were seen"
subtitle = (
    f"Mean margin a customer has brought by each month after the first order, of those seen that long, up to {today}"
)
picture = charts.payback(
    drawn,
    bargain.cost if bargain.cost == bargain.cost else 0.0,
    currency=currency,
    title=title,
    subtitle=subtitle,
    theme=theme,
)
figures.show(picture, title, subtitle, drawn, "payback")
messages.show_next(found)

figures.how_made(
    "cost",
    [
        ("Simple formula", "Average order × orders a year × years a customer stays."),
        (
            "Years",
            "If a share s of those who ordered in one window did so again in the next, they stay 1 / (1 − s) windows on average.",
        ),
        (
            "Cost of a customer",
            "Sales and marketing cost of a period ÷ customers whose first order in the files falls into it.",
        ),
        (
            "So far and expected",
            f"Net spend so far + expected spend of the next {horizon} days, of everyone who has bought, ÷ their number.",
        ),
        ("Margin", f"{percent(cost.margin, 0)} of spend is taken to be left when the goods are paid."),
    ],
)
