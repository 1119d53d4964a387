"""Two rule sets to hold against each other, chosen from everything there is; and how one customer sits in all of them."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from clm_core import charts
from clm_core import columns as c
from clm_core.compare import STAGE_A, STAGE_B
from clm_core.errors import ClmError
from clm_core.features import known_features
from clm_core.findings import stage_name
from clm_core.frameworks import Framework, parse_framework, shipped_frameworks, silence_frameworks
from clm_core.pipeline import Workspace
from clm_core.rhythm import rule_sets_of
from clm_core.sensitivity import rule_words
from clm_core.wording import count
from pages.ui import cached, customers, figures, inputs, messages, state

YOURS = "Your rules"
SHOWN = 20


def ask(framework: Framework) -> tuple[Framework, Framework]:
    """Rule set A and B, each under the name it was chosen by."""
    offered = _offered(framework)
    names = list(offered)
    chosen = []
    for column, letter, index in zip(st.columns(2), "AB", (0, 1), strict=True):
        with column:
            name = st.selectbox(f"Rule set {letter}", names, index, key=f"rule_set_{letter}", persist_state="session")
            own = offered.get(name, framework)
            st.caption(messages.plain(rule_words(own).capitalize() + "."))
            chosen.append(own.model_copy(update={"name": name}))
    return chosen[0], chosen[1]


def _offered(framework: Framework) -> dict[str, Framework]:
    own = {f"{YOURS} ({framework.name})": framework}
    proposed = rule_sets_of(cached.rhythm(inputs.as_of()), framework)
    shipped = {f"{other.name}, as shipped": other for other in shipped_frameworks() if other != framework}
    vendors = {f"{preset.name}, vendors' preset": preset for preset in silence_frameworks()}
    loaded = {f"{other.name}, from a file": other for other in _loaded()}
    return own | loaded | proposed | shipped | vendors


def _loaded() -> list[Framework]:
    """The framework in the file that was dropped, where it can be used."""
    text = state.rule_file()
    if not text:
        return []
    try:
        loaded = parse_framework(text)
    except ClmError as fault:
        messages.show_error(fault, first="The file is not used.")
        return []
    if faults := inputs.faults(loaded):
        messages.show_faults(faults, "The file is not used.")
        return []
    return [loaded]


def offer_file() -> None:
    """Where a framework of one's own can be dropped to compare with."""
    with st.expander("Compare with a framework from a file", icon=":material/upload_file:"):
        dropped = st.file_uploader("Framework (TOML)", type="toml", key="rule_file_drop", max_upload_size=1)
        if dropped is not None:
            text = dropped.getvalue().decode("utf-8", "replace")
            if text != state.rule_file():
                state.set_rule_file(text)
                st.rerun()


def show_listed(listed: pd.DataFrame, a: Framework, b: Framework, workspace: Workspace) -> None:
    """The first of those who sit differently, and all of them as a file."""
    currency = workspace.dataset.tables.currency
    spent = f"Spent so far ({currency})" if currency else "Spent so far"
    names = [{stage: stage_name(own, stage) for stage in [*own.stage_ids, c.UNASSIGNED]} for own in (a, b)]
    first = listed.head(SHOWN)
    told = first.assign(**{STAGE_A: first[STAGE_A].map(names[0]), STAGE_B: first[STAGE_B].map(names[1])})
    st.caption(f"The first {len(first):,} of {len(listed):,}, those who spent most first.")
    columns = {c.CUSTOMER_ID: "Customer", STAGE_A: f"A: {a.name}", STAGE_B: f"B: {b.name}"}
    shown = told if workspace.frames.has_amounts else told.drop(columns=c.VALUE)
    money = {c.VALUE: st.column_config.NumberColumn(spent, format="accounting")}
    st.dataframe(shown, hide_index=True, column_config=columns | money)
    customers.lead_on(listed, "sit_differently")
    label = f"Download {count(len(listed), 'customer')} (CSV)"
    figures.download(listed, "sit_differently.csv", label, "sit_differently")


def show_in_every(workspace: Workspace, customer_id: str, framework: Framework) -> None:
    """The place of one customer under the rules in force and in each shipped framework, with the rule that decided, in words."""
    others = {other.name: other for other in shipped_frameworks() if other != framework}
    sets = {f"{YOURS} ({framework.name})": framework} | others
    found = cached.in_every(inputs.as_of(), customer_id, list(sets.values()))
    if found.empty:
        st.warning("Nobody of that id is known at the as-of day. Check the spelling.", icon=":material/person_off:")
        return
    title = "The same customer in every framework"
    subtitle = "Stages of each framework in lifecycle order; the customer's is full, the others are pale"
    picture = charts.place_in_every(found, sets, title=title, subtitle=subtitle, theme=figures.theme())
    figures.show(picture, title, subtitle, found, "in_every_framework")
    features = known_features(workspace.frames)
    rules = [
        own.rule_sentence(next(rule for rule in own.rules if rule.id == row.stage_rule), features)
        for own, row in zip(sets.values(), found.itertuples(), strict=True)
    ]
    st.table(
        [
            {"Framework": messages.plain(name), "Stage": messages.plain(stage_name(own, row.stage)), "Because": rule}
            for (name, own), row, rule in zip(sets.items(), found.itertuples(), map(messages.plain, rules), strict=True)
        ],
        border="horizontal",
    )
