"""Who is about to leave?"""

import streamlit as st

from clm_core import charts, findings, outlook
from pages.ui import customers, definition, figures, frame, messages, outlook_views, scored, tables

page = scored.begin(
    "Who is about to leave?",
    "This page gives each customer the probability of ordering nothing in the days ahead, shows how good that estimate was "
    "on months it had not seen, and lists the valuable customers to act on first.",
    definition.ask_churn,
)
framework, horizon, theme, today, currency = page.framework, page.horizon, page.theme, page.today, page.currency
card, test = findings.card_of(page.scores, "churn"), page.scores.test
found = findings.who_may_leave(card, page.asked, page.definition.words, page.definition.likely)
st.markdown(f"### {messages.plain(found.says)}")

if card.verdict == "shown":
    by_stage = outlook.churn_by_stage(page.asked, framework)
    subtitle = f"Mean probability of no order in the {horizon} days after {today}, by stage; whiskers: mean of the customers' 80 % intervals"
    figures.show(
        charts.churn_by_stage(by_stage, framework, title=found.title, subtitle=subtitle, theme=theme),
        found.title,
        subtitle,
        by_stage,
        "churn_by_stage",
    )

    st.header("What is at stake, and where?", anchor=False)
    staked = outlook.with_stake(page.asked)
    group, order = outlook_views.ask_group(page, "stake_by")
    table = outlook.stake_by(staked, group, order, page.definition.likely)
    stake = findings.what_is_at_stake(
        table, lambda one: outlook_views.name_of(page, one), group, currency, page.has_money
    )
    subtitle = "Net spend of the last 365 days" if page.has_money else "Orders of the last 365 days"
    subtitle += f" by {group}; pale: times the probability of leaving"
    figures.show(
        charts.value_at_stake(
            table,
            framework if group == "stage" else None,
            currency=currency,
            is_money=page.has_money,
            title=stake.title,
            subtitle=subtitle,
            theme=theme,
        ),
        stake.title,
        subtitle,
        table,
        f"stake_by_{group}",
    )
    messages.show_finding(stake)

    st.header("Whom to keep first?", anchor=False)
    st.caption("Still on the path, by what is at stake: churn probability × what they brought in the last 365 days.")
    listed = outlook.worth_keeping(staked, framework)
    tables.show_customers(listed, page.workspace, framework)
    customers.lead_on(listed, "worth_keeping")
    figures.download(listed, "worth_keeping.csv", f"All {len(listed):,} of this list (CSV)", "worth_keeping")

    st.header("Why does somebody have this score?", anchor=False)
    outlook_views.show_reasons(page, outlook_views.CHURN, listed)
    over_all = st.expander(
        "What drives it over all customers?", key="drivers", icon=":material/bar_chart:", on_change="rerun"
    )
    if over_all.open:
        drivers = outlook.drivers_of(page.scores.importance, "churn")
        title = "What raises and lowers the score"
        subtitle = "Standardised weights; right of zero raises the probability of leaving"
        with over_all:
            figures.show(
                charts.drivers(drivers, title=title, subtitle=subtitle, theme=theme),
                title,
                subtitle,
                drivers,
                "drivers",
            )

    st.header("How far can it be trusted?", anchor=False)
    st.markdown(messages.plain(findings.how_good_is_churn(card, test)))
    st.caption("All customers who had bought by then, whoever the sentence above is about.")
    tables.show_quality(card)
    drawn = st.expander("Said and happened, leavers found", key="drawn", icon=":material/insights:", on_change="rerun")
    if drawn.open:
        with drawn:
            outlook_views.show_trust(test, theme)
    with st.expander("Why not closer to 100 %?", icon=":material/help:"):
        st.markdown(
            "A score that is nearly always right has usually seen the answer: when churn is defined by the days since the "
            "last order and those days are also a feature, any model looks perfect and helps nobody. Here features end "
            "before the cut-off day and the label begins after it."
        )

    st.header("Would it have been right before?", anchor=False)
    outlook_views.show_look_back(page, outlook_views.CHURN)
else:
    messages.show_next(found)
    st.page_link(frame.DATA_PAGE, label="See what the files hold", icon=":material/upload_file:")
    st.header("Who is overdue by their own rhythm?", anchor=False)
    outlook_views.show_next_orders(page, page.asked)

figures.how_made("models", tables.card_facts(card))
