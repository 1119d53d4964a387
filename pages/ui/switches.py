"""Switches that say how rows count. Each is one field of a table's mapping; changing it reads the files again."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

import pandas as pd
import streamlit as st

from clm_core.errors import Issue
from clm_core.ingest import Imported, Mapping, TableKind
from pages.ui import cached, state
from pages.ui.messages import plain

WORDS: dict[str, tuple[str, dict[str, str]]] = {
    "date_order": (
        "Dates are written",
        {"ymd": "as their days tell", "dmy": "day before month", "mdy": "month before day"},
    ),
    "decimal": ("Decimal mark", {".": "point, as in 1,234.50", ",": "comma, as in 1.234,50"}),
    "amount_grain": ("The amount on a row is", {"line": "that line's own", "order": "the whole order's"}),
    "refunds": ("Money given back", {"subtract": "is subtracted", "ignore": "is left as earned"}),
    "taxes": ("Tax inside the amount", {"keep": "stays in", "leave_out": "is taken out"}),
    "free_orders": ("Orders worth nothing", {"count": "count as orders", "leave_out": "are set aside"}),
    "repeats": ("Rows that stand in several files", {"once": "count once", "each": "count in each file"}),
}
OF_TABLE: dict[TableKind, tuple[str, ...]] = {
    "orders": ("refunds", "taxes", "free_orders", "repeats", "time_zone"),
    "customers": ("time_zone",),
    "events": ("time_zone",),
    "spend": (),
}
AS_WRITTEN = "as written"
ZONES = (
    AS_WRITTEN, "Europe/London", "Europe/Berlin", "Europe/Paris", "Europe/Madrid", "Europe/Warsaw", "Europe/Bucharest",
    "Europe/Moscow", "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Sao_Paulo",
    "Asia/Kolkata", "Asia/Shanghai", "Asia/Tokyo", "Australia/Sydney", "UTC",
)  # fmt: skip
MEANINGS = {"sale": "a sale", "refunded": "a sale given back", "no_sale": "no sale"}


def show_drawer(imported: dict[TableKind, Imported]) -> None:
    """Every switch that no finding shows already, made once the drawer is opened."""
    drawer = st.expander("How rows count", key="how_rows_count", icon=":material/tune:", on_change="rerun")
    if not drawer.open:
        return
    with drawer:
        for kind, result in imported.items():
            shown = {control_of(issue) for issue in result.issues}
            fields = [field for field in OF_TABLE[kind] if field not in shown]
            if len(imported) > 1 and fields:
                st.markdown(f"**{kind.capitalize()}**")
            columns = st.columns(2)
            for place, field in enumerate(fields):
                with columns[place % 2]:
                    show(field, result, place="drawer")
            for field in ("statuses", "currency"):
                if field not in shown:
                    show(field, result, place="drawer")
        show_privacy()


def control_of(issue: Issue) -> str:
    """The field whose control changes the treatment; a currency and its rates are one control."""
    return "currency" if issue.switch == "rates" else issue.switch


def show(field: str, result: Imported, *, place: str) -> None:
    """The control of one field. What the mapping says is what it shows, whoever set it."""
    if field in WORDS:
        _choose(field, result, place)
    elif field == "time_zone":
        _choose_zone(result, place)
    elif field == "statuses":
        _choose_statuses(result, place)
    elif field == "currency":
        _choose_currency(result, place)


def show_privacy() -> None:
    """The switch that lets no e-mail address past the door, for every table alike."""
    st.session_state["privacy"] = state.hashes_emails()
    st.toggle(
        "Replace e-mail addresses by their SHA-256",
        key="privacy",
        on_change=lambda: state.set_hash_emails(bool(st.session_state["privacy"])),
        help="Addresses become codes while the files are read, the same in every file, so tables still match. No result shows one.",
    )


def change(kind: TableKind, **fields: Any) -> None:
    """Read the files of a table again with some fields of its mapping changed."""
    state.set_mapping(kind, chosen(kind).model_copy(update=fields))
    state.leave_notice(f"The {kind} were read again with your choice.")


def chosen(kind: TableKind) -> Mapping:
    """The mapping in force. A date order that nobody chose stays open, so that an open question stays asked."""
    mine = state.mappings().get(kind)
    return mine or cached.dataset().imported[kind].mapping.model_copy(update={"date_order": "ymd"})


def _key(field: str, result: Imported, place: str) -> str:
    return f"switch_{result.kind}_{field}_{place}"


def _choose(field: str, result: Imported, place: str) -> None:
    label, words = WORDS[field]
    key = _key(field, result, place)
    st.session_state[key] = getattr(chosen(result.kind), field)

    def apply() -> None:
        change(result.kind, **{field: st.session_state[key]})

    st.selectbox(label, list(words), format_func=words.__getitem__, key=key, on_change=apply)


def _choose_zone(result: Imported, place: str) -> None:
    key = _key("time_zone", result, place)
    now = chosen(result.kind).time_zone or AS_WRITTEN
    st.session_state[key] = now

    def apply() -> None:
        zone = st.session_state[key]
        if zone == AS_WRITTEN or zone in available_timezones():
            change(result.kind, time_zone="" if zone == AS_WRITTEN else zone)
        else:
            state.leave_notice(
                f"There is no time zone called '{zone}'; nothing was changed. A name is like Europe/Paris."
            )

    st.selectbox(
        "Time zone of the shop",
        list(dict.fromkeys([*ZONES, now])),
        key=key,
        on_change=apply,
        accept_new_options=True,
        help="Dates that carry a zone are converted to this one; the others keep their clock. Type any name, such as Asia/Dubai.",
    )


def _choose_statuses(result: Imported, place: str) -> None:
    """Each status that occurs, and what an order with it counts as."""
    if not result.statuses:
        return
    table = pd.DataFrame(
        [(found.status, found.n_rows, MEANINGS[found.meaning]) for found in result.statuses],
        columns=["Status", "Rows", "Counts as"],
    )
    with st.form(_key("statuses", result, place), border=False):
        edited = st.data_editor(
            table,
            key=f"statuses_{place}_{hash(tuple(table['Counts as']))}",
            hide_index=True,
            disabled=["Status", "Rows"],
            column_config={
                "Counts as": st.column_config.SelectboxColumn(options=list(MEANINGS.values()), required=True)
            },
            alt="Statuses in the file and what each counts as",
        )
        if st.form_submit_button("Count them this way"):
            by_words = {words: meaning for meaning, words in MEANINGS.items()}
            meant = {
                status: by_words[words] for status, words in zip(edited["Status"], edited["Counts as"], strict=True)
            }
            before = {found.status: found.meaning for found in result.statuses}
            changed = {status: meaning for status, meaning in meant.items() if meaning != before[status]}
            change(result.kind, statuses={**chosen(result.kind).statuses, **{k.lower(): v for k, v in changed.items()}})
            st.rerun()


def _choose_currency(result: Imported, place: str) -> None:
    """The currency to count in, and what one unit of each other currency is worth in it."""
    mapping = chosen(result.kind)
    told = [code for issue in result.issues if issue.code == "several_currencies" for code in issue.examples]
    codes = list(dict.fromkeys(code for code in [result.currency, *told, *mapping.rates] if len(code) == 3))
    if len(codes) < 2:
        return
    into = mapping.currency if mapping.currency in codes else codes[0]
    key = _key("currency", result, place)
    st.session_state[key] = into

    def apply() -> None:
        change(result.kind, currency=st.session_state[key], rates={})  # the rates were in the other currency

    st.selectbox("Count money in", codes, key=key, on_change=apply)
    others = [code for code in codes if code != into]
    with st.form(f"rates_{key}", border=False):
        given = {
            code: column.number_input(
                plain(f"1 {code} is worth ({into})"),
                min_value=0.0,
                value=mapping.rates.get(code, 0.0),
                format="%.4f",
                key=f"rate_{key}_{code}_{into}",
                help="0 leaves these rows aside: different currencies are never added up.",
            )
            for column, code in zip(st.columns(max(len(others), 2)), others, strict=False)
        }
        if st.form_submit_button("Convert at these rates"):
            change(result.kind, currency=into, rates={code: rate for code, rate in given.items() if rate > 0})
            st.rerun()
