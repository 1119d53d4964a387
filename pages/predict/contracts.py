"""Who will end a contract?"""

import streamlit as st

from clm_core import charts, contracts, findings
from clm_core.columns import PERSONA
from clm_core.snippets import python_for_contracts
from pages.ui import contract_file, contract_views, figures, messages, tables

page = contract_views.begin(
    "Who will end a contract, and what is at stake?",
    "This page is for customers who say when they leave: subscriptions, memberships, contracts. From a table of them it gives each "
    "one still there the probability of leaving, held against customers the models had not seen, how long each group stays, and "
    "what the rest of each contract is worth.",
)
ready, learned, currency, theme = page.contracts, page.learned, page.currency, page.theme
found = findings.who_may_end(ready, learned)
st.markdown(f"### {messages.plain(found.says)}")
contract_views.warn(page)
choice = contract_views.ask_choice(page)
listed = contracts.worth(ready, learned, choice.group, choice.margin, choice.months_ahead)

if ready.has_tenure and len(listed):
    table = contracts.worth_by_group(listed)
    stake = findings.what_contracts_are_worth(table, currency, choice.months_ahead)
    subtitle = f"Margin of the next {choice.months_ahead} months by {choice.group or contracts.ALL}; pale: times the probability of leaving"
    picture = charts.value_at_stake(
        table.rename(columns={"segment": PERSONA}), currency=currency, title=stake.title, subtitle=subtitle, theme=theme
    )
    figures.show(picture, stake.title, subtitle, table, "contracts_at_stake")
    messages.show_finding(stake)

if len(listed):
    st.header("Whom to keep first?", anchor=False)
    contract_views.show_list(listed, page)

if ready.has_tenure:
    st.header("How long do they stay?", anchor=False)
    curves = contracts.tenure_curves(ready, choice.group)
    last = findings.how_long_contracts_last(curves)
    subtitle = f"Share still there by months as a customer, of {len(ready.people):,} people; a curve ends where few were followed"
    picture = charts.tenure(curves, "months", title=last.title, subtitle=subtitle, theme=theme)
    figures.show(picture, last.title, subtitle, curves, "contract_tenure")
    messages.show_finding(last)
else:
    st.info(
        "No column tells how long they have been customers, so there are no curves and no value. Choose one below.",
        icon=messages.ICONS["info"],
    )

st.header("How far can it be trusted?", anchor=False)
baseline = contracts.measure(ready.left, contracts.share_of_group(ready, choice.group))
st.markdown(messages.plain(findings.how_good_are_contracts(learned.metrics, baseline, choice.group)))
tables.show_metrics(contracts.quality_table(learned.metrics, baseline))
bins = contracts.calibration_table(ready.left, learned.told)
title = "Said and happened"
subtitle = (
    "Predicted against observed share that left, by tenth, on customers the models had not seen; whiskers: 80 % Wilson"
)
picture = charts.calibration(bins, title=title, subtitle=subtitle, theme=theme)
figures.show(picture, title, subtitle, bins, "contract_calibration")

st.header("How was the table understood?", anchor=False)
contract_views.show_understood(page.table, page.roles)
contract_views.show_other_file()

figures.how_made(
    "contracts",
    [
        *contract_views.RULES,
        ("Learned from", f"{len(ready.left):,} customers, in {ready.period}; columns: {', '.join(ready.features)}."),
        (
            "Interval",
            "The whiskers say how sure the level of a tenth is; a single customer's probability has no interval here.",
        ),
    ],
    python_for_contracts(
        page.file.name,
        page.roles,
        window_days=contract_file.window_days(),
        group=choice.group,
        margin=choice.margin,
        months_ahead=choice.months_ahead,
    ),
)
