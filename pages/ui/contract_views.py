"""The page about contracts: its file, what was understood of it and how that is corrected, and the choices behind a value."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from clm_core import findings
from clm_core.charts import Theme
from clm_core.contracts import (
    ALL,
    MIN_CUSTOMERS,
    MONTHS_AHEAD,
    MONTHS_IN,
    MOST_WORDS,
    Contracts,
    Learned,
    Margin,
    Roles,
    best_groups,
    column_uses,
    guess_left_words,
    guess_roles,
    is_day,
    words,
)
from clm_core.errors import ClmError
from clm_core.ingest.aliases import CURRENCY_CODES
from clm_core.ingest.one_table import OneTable
from clm_core.wording import count
from pages.ui import cached, contract_file, figures, messages, state, uploads
from pages.ui.messages import plain
from pages.ui.state import SourceFile

NONE = "none"
FILE_TYPES = [kind for kind in uploads.FILE_TYPES if kind != "toml"]
MOST_MONTHS = 120
NEEDED = (
    ("Who left (needed)", "Words such as Churn = Yes or No, or the day of leaving, blank for those still there."),
    ("How long (for tenure and value)", "Months as a customer up to now or up to leaving, or the first day."),
    ("Charge (for value)", "What each pays a month. Without it, type in one margin for all."),
    (
        "Anything else you know",
        "Plan, way of paying, complaints, age: what is learned from. Nothing written down after somebody left.",
    ),
)
RULES = [
    ("Probability", "From five models, each fitted without the customer: the mean of a logistic regression with splines and of boosted trees."),
    ("Baseline", "The share that left of the customer's group, learned on the same folds."),
    ("Tenure", "Kaplan and Meier's estimate; those still there count as long as they were seen."),
    ("Value", "Months expected to come, from the group's curve given the tenure so far, × margin a month; not discounted. At stake: × probability."),
]  # fmt: skip


@dataclass(frozen=True)
class ContractPage:
    """What the page reads."""

    file: SourceFile
    table: OneTable
    roles: Roles
    contracts: Contracts
    learned: Learned
    currency: str
    theme: Theme


@dataclass(frozen=True)
class Choice:
    """How customers are told apart, what is left of a month, and how many months ahead count."""

    group: str
    margin: Margin
    months_ahead: int


def begin(question: str, promise: str) -> ContractPage:
    """The heading, the file or what to do without one, and what was learned; what cannot be read is said and can be corrected."""
    st.title(question, anchor=False)
    file = contract_file.current()
    if file is None:
        _offer(promise)
        figures.how_made("contracts", RULES, "")
        st.stop()
    try:
        table = cached.contract_table(file)
    except ClmError as fault:
        _end(fault)
    roles = contract_file.roles() or guess_roles(table.frame, table.id_column)
    try:
        contracts, learned = cached.learned_contracts(file, roles, contract_file.window_days())
    except ClmError as fault:
        _end(fault, table, roles)
    st.caption(
        f"{plain(file.name)} · {count(len(table.frame), 'customer')} · who left: {plain(roles.label)}"
        + (f" = {plain(', '.join(roles.left_words))}" if roles.left_words else "")
        + (f" · how long: {plain(roles.tenure)}" if roles.tenure else "")
        + f" · {count(len(contracts.features), 'column')} learned from"
    )
    chosen = contract_file.currency()
    currency = table.currencies.get(roles.charge, "") if chosen is None else chosen
    return ContractPage(file, table, roles, contracts, learned, currency, figures.theme())


def warn(page: ContractPage) -> None:
    """A ranking too good to be true is told before anything is read off it."""
    found = findings.too_good_to_be_true(page.learned)
    if found:
        st.warning(
            f"**{found.title}.** {plain(found.says)}\n\n{plain(found.next_step)}", icon=messages.ICONS["warning"]
        )


def ask_choice(page: ContractPage) -> Choice:
    """Groups, margin and months ahead."""
    groups = best_groups(page.contracts, page.learned)
    by, how, much, ahead = st.columns([3, 3, 2, 2], vertical_alignment="bottom")
    group = by.selectbox(
        "Tell apart by", [*groups, ""], format_func=lambda name: name or ALL, key=f"contract_group_{page.file.digest[:8]}",
        help="Columns of few words, those that tell leavers apart best first.",
    )  # fmt: skip
    kinds = ["% of the charge", "Amount a month"] if page.roles.charge else ["Amount a month"]
    kind = how.segmented_control("Margin as", kinds, default=kinds[0], key=f"margin_kind_{len(kinds)}", required=True)
    if kind == kinds[0] and page.roles.charge:
        share = much.number_input(
            "Margin, %", 1, 100, 100, key="margin", persist_state="session",
            help="What is left of 100 of the charge when the service is paid. At 100 revenue counts as if it were profit.",
        )  # fmt: skip
        margin = Margin(share / 100)
    else:
        unit = f" ({page.currency})" if page.currency else ""
        amount = much.number_input(
            f"A month{unit}", 0.0, value=1.0, step=1.0, key="contract_margin", persist_state="session",
            help="What is left of a month of each customer. At 1 a value is a number of months.",
        )  # fmt: skip
        margin = Margin(amount=float(amount))
    months = ahead.number_input(
        "Months ahead", 1, MOST_MONTHS, MONTHS_AHEAD, key="contract_months", persist_state="session",
        help="Months after these count for nothing.",
    )  # fmt: skip
    return Choice(group, margin, int(months))


def show_list(listed: pd.DataFrame, page: ContractPage) -> None:
    """The first of those still there, most at stake first, and all of them as a file."""
    unit = f" ({page.currency})" if page.currency else ""
    number = st.column_config.NumberColumn
    columns = {
        "customer_id": "Customer",
        "segment": "Group",
        "months": number("Months so far", format="%.0f"),
        "churn_prob": number("Leaves", format="%.1f %%"),
        "remaining_months": number("Months to come", format="%.1f"),
        "margin": number(f"Margin a month{unit}", format="accounting"),
        "value": number(f"Value{unit}", format="accounting"),
        "value_at_stake": number(f"At stake{unit}", format="accounting"),
    }
    known = [name for name in columns if listed[name].notna().any()]
    first = listed.head(20)
    st.caption(f"The first {len(first):,} of {len(listed):,}.")
    st.dataframe(
        first.assign(churn_prob=first["churn_prob"] * 100)[known],
        hide_index=True,
        column_config={name: columns[name] for name in known},
    )
    figures.download(
        listed[known], "contracts.csv", f"All {count(len(listed), 'customer')} still there (CSV)", "contracts"
    )


def show_understood(table: OneTable, roles: Roles, *, is_open: bool = False) -> None:
    """What each column was taken for, and a form to correct it."""
    drawer = st.expander(
        "What was understood of the columns: check and correct", is_open, key=f"contract_columns_{is_open}", icon=":material/table:"
    )  # fmt: skip
    with drawer:
        told = column_uses(table.frame, roles)
        names = {"column": "Column", "use": "Used for", "why": "Why not"}
        st.dataframe(told.rename(columns=names), hide_index=True)
        _ask_roles(table, roles)
        if contract_file.roles():
            st.button(
                "Back to how it was recognised", on_click=contract_file.choose, args=(None,), icon=":material/undo:", type="tertiary"
            )  # fmt: skip


def show_other_file() -> None:
    """Another table in place of this one."""
    with st.expander("Another table, or none", icon=":material/upload_file:"):
        _ask_file()
        if contract_file.is_own():
            st.button("Remove this table", on_click=contract_file.take, args=(None,), icon=":material/delete:")


def _ask_roles(table: OneTable, roles: Roles) -> None:
    data, version = table.frame, f"{abs(hash((roles, contract_file.window_days()))):x}"
    names = [str(name) for name in data.columns]
    numbers = [name for name in names if pd.api.types.is_numeric_dtype(data[name])]
    days = [name for name in names if is_day(data[name])]
    with st.form(f"contract_roles_{version}", border=False):
        left, right = st.columns(2)
        label = _ask_column(left, "Who left", names, roles.label)
        chosen: list[str] = []
        if roles.label and not is_day(data[roles.label]):
            found = words(data[roles.label])[: MOST_WORDS * 4]
            kept = [word for word in roles.left_words if word in found]
            chosen = right.multiselect(f"Words of {plain(roles.label)} that mean left", found, kept)
        tenure = _ask_column(left, "How long: months as a customer, or the first day", [*numbers, *days], roles.tenure)
        units = list(MONTHS_IN)
        unit = right.selectbox("Unit of a tenure that is a number", units, units.index(roles.unit))
        charge = _ask_column(left, "Charge a month", numbers, roles.charge)
        codes = ["", *sorted(CURRENCY_CODES)]
        current = contract_file.currency() or table.currencies.get(roles.charge, "")
        currency = right.selectbox(
            "Currency",
            codes,
            codes.index(current) if current in codes else 0,
            format_func=lambda code: code or "not given",
        )
        customer = _ask_column(left, "Customer", names, roles.customer)
        window = right.number_input(
            "Days looked back on",
            7,
            730,
            contract_file.window_days(),
            help="Counts where a day of leaving says who left.",
        )
        left_out = st.multiselect(
            "Leave out: nothing is learned from these", names, [n for n in roles.left_out if n in names]
        )
        if st.form_submit_button("Read the table this way", type="primary"):
            is_other = label != roles.label
            told = (
                ()
                if not label or is_day(data[label])
                else guess_left_words(data[label], label)
                if is_other
                else tuple(sorted(chosen))
            )
            contract_file.choose(
                Roles(label, told, tenure, unit, charge, customer, tuple(left_out)), int(window), currency
            )
            st.rerun()


def _ask_column(place: object, label: str, names: list[str], current: str) -> str:
    options = ["", *names]
    at = options.index(current) if current in options else 0
    return str(place.selectbox(label, options, at, format_func=lambda name: name or NONE))  # type: ignore[attr-defined]


def _offer(promise: str) -> None:
    """The page before any table: what will be here, which columns it needs, one's own file or the sample."""
    st.markdown(promise)
    if state.files():
        label, load = "Try it with the sample shop's subscribers", contract_file.load_sample
    else:
        label, load = "Load the sample shop", state.load_sample
    st.button(
        label,
        on_click=load,
        type="primary",
        icon=":material/pedal_bike:",
        help="Its bicycle subscription, with subscribers made up by lot.",
    )
    st.markdown("**A table with one row a customer**")
    for label, text in NEEDED:
        st.markdown(f"- **{label}**: {text}")
    st.caption(f"At least {MIN_CUSTOMERS} customers, of one moment or of all time.")
    st.download_button(
        "An example of such a table: the sample's (CSV)", contract_file.SAMPLE_FILE.read_bytes, contract_file.SAMPLE_FILE.name, "text/csv",
        on_click="ignore", type="tertiary", icon=":material/download:",
    )  # fmt: skip
    _ask_file()
    st.caption(
        "The file stays in a private folder of this browser session on the server, is never shared, and is deleted when you say "
        "so or after an hour idle."
    )


def _ask_file() -> None:
    given = st.file_uploader(
        "A table of customers under contract", type=FILE_TYPES, key=state.uploader_key("contracts")
    )
    if given is not None:
        contract_file.take(uploads.spool(given, "customers"))
        state.renew_uploaders()
        uploads.release(given)
        st.rerun()


def _end(fault: ClmError, table: OneTable | None = None, roles: Roles | None = None) -> None:
    """Say what is wrong, offer the columns where there are any and another file, and end the page."""
    messages.show_error(fault)
    if table is not None and roles is not None:
        show_understood(table, roles, is_open=True)
    show_other_file()
    figures.how_made("contracts", RULES, "")
    st.stop()
