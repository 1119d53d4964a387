"""Tables that several pages show: lists of customers and the quality of a model."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from clm_core import columns as c
from clm_core.eligibility import Requirement
from clm_core.frameworks import Framework
from clm_core.ingest import ROLES, Imported
from clm_core.ledger import NOT_KNOWN
from clm_core.models import ModelCard
from clm_core.outlook import AT_STAKE, quality_table
from clm_core.pipeline import Workspace
from clm_core.wording import count
from pages.ui.messages import plain

SHOWN = 20
PREVIEWED = 10
SCROLLED = 420
"""Pixels after which a long table scrolls."""
UNBROKEN = "\N{NO-BREAK SPACE}"
OWN_COLUMNS = {c.IS_PURCHASE: "Counts as an order", c.N_LINES: "Lines", c.PRICE_PAID: "Price paid"}
LIGHTS = {
    "ready": ":green[:material/check_circle: Ready:]",
    "limited": ":orange[:material/error: Limited:]",
    "not_possible": ":red[:material/cancel: Not yet:]",
}
LABELS = {
    "customer_id": "Customer",
    "stage": "Stage",
    "from_stage": "From",
    "to_stage": "To",
    "group": "Group",
    "tenure_days": "Days since first known",
    "persona": "Persona",
    "next_stage": "Next, if silent",
    "days_left": "Days left",
    "day": "On",
    "value": "Spent in 365 days",
    "n_orders": "Orders",
    "days_since_last_order": "Days since last order",
    "spend_total": "Spent so far",
    "spend_365d": "Spent in 365 days",
    "churn_prob": "Churn",
    "churn_prob_low": "Churn, low",
    "churn_prob_high": "Churn, high",
    AT_STAKE: "At stake",
    "expected_orders": "Expected order days",
    "expected_orders_low": "Expected, low",
    "expected_orders_high": "Expected, high",
    "expected_spend": "Expected spend",
    "expected_spend_low": "Expected, low",
    "expected_spend_high": "Expected, high",
}
COUNTS = ("expected_orders", "expected_orders_low", "expected_orders_high")
SHARES = ("churn_prob", "churn_prob_low", "churn_prob_high")
STAGES = ("stage", "from_stage", "to_stage", "next_stage")
MONEY = ("spend_total", "spend_365d", "value", AT_STAKE, "expected_spend", "expected_spend_low", "expected_spend_high")


def show_customers(listed: pd.DataFrame, workspace: Workspace, framework: Framework) -> None:
    """The first customers of a list, with units in the headings."""
    names = {stage.id: stage.name for stage in framework.stages} | {NOT_KNOWN: "Newly known"}
    currency = workspace.dataset.tables.currency
    unit = f" ({currency})" if currency else ""
    shown, formats = listed, {name: (LABELS[name] + unit, "accounting") for name in MONEY}
    if not workspace.frames.has_amounts:
        shown = listed.drop(columns=["spend_365d", "value", "spend_total"], errors="ignore")
        formats = {AT_STAKE: ("At stake (orders)", "%.1f")}
    formats |= {name: (LABELS[name], "%.1f %%") for name in SHARES} | {name: (LABELS[name], "%.1f") for name in COUNTS}
    columns = {
        name: st.column_config.NumberColumn(formats[name][0], format=formats[name][1])
        if name in formats
        else LABELS[name]
        for name in shown.columns
    }
    first = shown.head(SHOWN)
    told = {name: first[name] * 100 for name in SHARES if name in first}
    told |= {name: first[name].map(names) for name in STAGES if name in first}
    st.caption(f"The first {len(first):,} of {len(listed):,}.")
    st.dataframe(first.assign(**told), hide_index=True, column_config=columns)


def show_next_orders(told: pd.DataFrame, framework: Framework) -> None:
    """When the first customers of a list are likely to order next."""
    names = {stage.id: stage.name for stage in framework.stages}
    first = told.head(SHOWN)
    day = st.column_config.DateColumn
    columns = {
        c.CUSTOMER_ID: LABELS[c.CUSTOMER_ID],
        c.STAGE: LABELS[c.STAGE],
        "usual_gap_days": st.column_config.NumberColumn("Usually every (days)", format="%.0f"),
        "due_at": day("Due by own rhythm", format="D MMM YYYY"),
        "still_prob": st.column_config.NumberColumn("Still a customer", format="%.0f %%"),
        "next_at_low": day("Next, early", format="D MMM YYYY"),
        "next_at": day("Next, middle", format="D MMM YYYY"),
        "next_at_high": day("Next, late", format="D MMM YYYY"),
    }
    shown = first.assign(**{c.STAGE: first[c.STAGE].map(names), "still_prob": first["still_prob"] * 100})
    st.caption(f"The first {len(first):,} of {len(told):,}.")
    st.dataframe(shown[list(columns)], hide_index=True, column_config=columns)


def show_requirements(needed: tuple[Requirement, ...]) -> None:
    """What the data can carry: for each analysis a light, in words too, the files' own figure, and what is needed."""
    for need in needed:
        left, right = st.columns([2, 3])
        left.markdown(f"{LIGHTS[need.status]} **{plain(need.analysis)}**")
        right.markdown(plain(f"{need.figure[:1].upper()}{need.figure[1:]}. {need.says}"))
        right.caption(plain(f"Needed: {need.threshold}."))


def show_preview(imported: Imported) -> None:
    """The first rows of a canonical table, text as text."""
    first = imported.table.slice(0, PREVIEWED).to_pandas().drop(columns=c.DAY)
    labels = {role.name: role.label for role in ROLES[imported.kind]} | OWN_COLUMNS
    shown: dict[str, Any] = {name: labels.get(name, name) for name in first.columns}
    for name in first.select_dtypes("datetime"):
        shown[name] = st.column_config.DatetimeColumn(shown[name], format="YYYY-MM-DD HH:mm")
    st.dataframe(first, hide_index=True, column_config=shown)


def show_explanation(told: pd.DataFrame, framework: Framework) -> None:
    """Each rule in the order asked, whether it holds for the customer, and which one decided."""
    rows = [
        {
            "Stage": plain(framework.stage(row.stage).name),
            "When": plain(row.sentence),
            "Holds": "decides" if row.decides else "yes" if row.is_true else "no",
            "Because": plain(row.values_read),
        }
        for row in told.itertuples()
    ]
    st.table(rows, border="horizontal")


def show_turns(found: pd.DataFrame, framework: Framework) -> None:
    """What would turn a comparison that keeps a customer out of a stage, or in theirs."""
    turns = [
        {
            "Stage": plain(framework.stage(row.stage).name) + (" (now)" if row.decides else ""),
            "Asks for": plain(row.sentence),
            "Holds": "yes" if row.holds else "no",
            "Now": f"{row.value:,g}",
            "What would turn it": plain(row.change),
        }
        for row in found.itertuples()
        if row.change
    ]
    if turns:
        st.table(turns, border="horizontal")
    else:
        st.markdown("No number decides here: see every rule below.")


def show_quality(card: ModelCard, currency: str = "") -> None:
    """The model's metrics beside the baseline's, on customers and months it had not seen."""
    show_metrics(quality_table(card, currency))
    st.caption(f"Baseline: {card.baseline} Test window: {card.test_window[0]} to {card.test_window[1]}.")


def show_metrics(told: pd.DataFrame) -> None:
    """Figures beside each other, each on one line however narrow the screen."""
    figures = told.columns[1:]
    st.table(told.assign(**{name: told[name].str.replace(" ", UNBROKEN) for name in figures}), border="horizontal")


def card_facts(card: ModelCard) -> list[tuple[str, str]]:
    """A model card as label and text."""
    if card.verdict == "refused":
        return [(f"{card.model.capitalize()}", f"refused: {card.reason}")]
    return [
        (f"{card.model.capitalize()}: what it says", card.label),
        ("Method", card.method),
        ("Baseline", card.baseline),
        ("Features", ", ".join(card.features)),
        ("Trained on", f"{card.train_window[0]} to {card.train_window[1]}, {card.n_train:,} rows"),
        ("Tested on", f"{card.test_window[0]} to {card.test_window[1]}, {card.n_test:,} customers"),
        ("Interval", card.interval),
        *([("Discount", f"{card.discount_rate:.1%} a year")] if card.model == "spend" else []),
    ]


def show_evidence(evidence: pd.DataFrame) -> None:
    """Each question to the events with its answer and the score it suggests."""
    told = {"query": "Question", "says": "Answer", "score": "Suggested"}
    shown = evidence[evidence["status"] != "not_recorded"][list(told)].rename(columns=told)
    n_open = len(evidence) - len(shown)
    # sentences have to wrap, which cells of a data frame do not
    scores = shown["Suggested"].map("{:g}".format, na_action="ignore").astype("str")
    st.table(shown.assign(Suggested=scores).fillna("–").map(plain), hide_index=True, height=SCROLLED)
    if n_open:
        st.caption(f"{count(n_open, 'question')} more that your files hold nothing about.")


def show_priorities(ranked: pd.DataFrame, framework: Framework, currency: str) -> None:
    """Every gap in order, with its factors."""
    names = {stage.id: stage.name for stage in framework.stages}
    unit = f" ({currency})" if currency else ""
    shown = ranked.assign(
        audience=ranked["audience"].map(names),
        factor_shortfall=ranked["factor_shortfall"] * 100,
        impact=ranked["impact"] * 100,
    )
    number = st.column_config.NumberColumn
    columns = {
        "rank": number("Rank", width="small"),
        "name": "Activity",
        "audience": "People in",
        "impact": number("Impact, % of the largest possible", format="%.1f"),
        "gap": number("Gap", format="%g"),
        "effort": number("Effort", format="%g"),
        "factor_customers": number("People", format="%d"),
        "factor_value": number(f"Next stage, a head{unit}", format="%.2f"),
        "factor_shortfall": number("Shortfall, points", format="%.1f"),
        "at_stake": number(f"At stake{unit}", format="%.0f"),
        "is_quick_win": "Quick win",
        "unknown": "Not known",
    }
    st.dataframe(shown[list(columns)], hide_index=True, column_config=columns)


def show_stage_facts(facts: pd.DataFrame, framework: Framework, currency: str) -> None:
    """People, conversion and value of each stage."""
    names = {stage.id: stage.name for stage in framework.stages}
    unit = f" ({currency})" if currency else ""
    shares = {name: facts[name] * 100 for name in ("conversion", "best", "shortfall")}
    number = st.column_config.NumberColumn
    columns = {
        "stage": "Stage",
        "n_customers": number("People", format="%d"),
        "n_judged": number("Judged", format="%d", help="People at the last twelve judged month ends together."),
        "conversion": number("Moved on, %", format="%.1f"),
        "best": number("Best month, %", format="%.1f"),
        "shortfall": number("Shortfall, points", format="%.1f"),
        "value": number(f"Worth a head{unit}", format="%.2f"),
        "value_step": number(f"Next stage adds{unit}", format="%.2f"),
    }
    st.dataframe(
        facts.assign(stage=facts["stage"].map(names), **shares)[list(columns)], hide_index=True, column_config=columns
    )
