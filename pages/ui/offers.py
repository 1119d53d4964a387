"""What the data page offers: the first drop, further files with what each would unlock, a way out of trouble, a recipe."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from clm_core.ingest import TableKind
from clm_core.pipeline import Dataset
from clm_core.wording import percent
from pages.ui import arrivals, figures, mapping_form, messages, recipes, state, switches

if TYPE_CHECKING:
    from streamlit.elements.lib.mutable_expander_container import ExpanderContainer

UNLOCKS: dict[TableKind, str] = {
    "customers": "Sign-up dates place people who never ordered; traits such as age or plan can be used in personas.",
    "events": "Visits, clicks, carts, reviews and referrals fill the stages before the first order and the advocates.",
    "spend": "Cost by channel and period is kept with the data for acquisition cost and budget.",
}
KEYS = {"customers": "customers", "events": "people with events", "spend": "channels"}


def show_welcome() -> None:
    """The page before any file: what will be here, one place to drop whatever there is, the sample, the promise."""
    st.markdown(
        "Drop the exports you have: orders first, and customers, events or spend if you like. Within seconds you see which "
        "lifecycle stage every customer is in, how customers move from stage to stage, who may leave and what each is "
        "likely to be worth."
    )
    arrivals.ask("Exports of your shop, payments, mail tool, CRM or ads", "any")
    switches.show_privacy()
    st.button(
        "Load the sample shop",
        on_click=state.load_sample,
        icon=":material/pedal_bike:",
        help="A simulated bicycle shop.",
    )
    st.caption(
        "Your files stay in a private folder of this browser session on the server, are never shared, and are deleted when "
        "you say so or after an hour idle."
    )
    figures.load_ahead()


def show_resume() -> None:
    """What to do after a reading was ended: read after all, or let the files go."""
    st.info("Reading was cancelled; nothing of it was kept.", icon=":material/pause_circle:")
    left, middle, right = st.columns(3)
    middle.button(
        "Take my choices back",
        on_click=state.set_mappings,
        args=({},),
        disabled=not state.mappings(),
        icon=":material/undo:",
        width="stretch",
    )
    left.button("Read the files after all", on_click=state.resume, icon=":material/play_arrow:", width="stretch")
    right.button("Remove the files", on_click=state.set_files, args=((),), icon=":material/delete:", width="stretch")


def show_way_out(kind: TableKind) -> None:
    """What to do about files that cannot be used: correct the columns, take back a choice, remove or replace them."""
    mapping_form.show(kind, is_open=True)
    if any(file.kind == kind for file in state.files()):
        st.button(f"Remove this {kind} file", on_click=state.remove_files, args=(kind,), icon=":material/delete:")
    arrivals.ask("Or drop other files", "instead", kind)


def show_mismatches(dataset: Dataset) -> None:
    """Further files whose people are mostly not those of the orders: they would be counted as people of their own."""
    for match in dataset.joins:
        if match.hint and match.kind != "spend":
            n_matched = f"{match.n_matched:,} of {match.n_keys:,}"
            told = f"{match.kind.capitalize()}: {n_matched} {KEYS[match.kind]} in this file are among those with orders. {match.hint}"
            st.warning(messages.plain(told), icon=":material/link_off:")


def show_table(kind: TableKind, dataset: Dataset) -> None:
    """The drawer of a further table: how many rows it gave, how many of its keys match, or what it would unlock."""
    given = dataset.imported.get(kind)
    told = f"{given.rows_kept:,} rows read" if given else "not given"
    with_matches = next((match for match in dataset.joins if match.kind == kind), None)
    if with_matches and kind != "spend":  # few shops name the channels of orders and of costs alike
        told += f", {percent(with_matches.share, 0)} of {KEYS[kind]} match"
    drawer = _drawer(kind, f"{kind.capitalize()}: {told}", is_given=given is not None)
    if not drawer.open:
        return
    with drawer:
        st.markdown(UNLOCKS[kind])
        if with_matches:
            matched = f"{with_matches.n_matched:,} of {with_matches.n_keys:,}"
            st.markdown(
                f"{matched} {KEYS[kind]} in this file are among those with orders ({percent(with_matches.share, 0)})."
            )
            if with_matches.hint:
                st.warning(messages.plain(with_matches.hint), icon=":material/link_off:")
        _ask_files(kind, is_given=given is not None)


def show_orders() -> None:
    """The drawer for other orders: in place of those in use, or added to them."""
    drawer = _drawer("orders", "Orders: another file", is_given=True)
    if drawer.open:
        with drawer:
            _ask_files("orders", is_given=not state.is_sample())


def show_recipe() -> None:
    """Save what was chosen, or use what was saved."""
    recipes.offer_download("recipe")
    drawer = st.expander("Use a recipe", key="offer_recipe", icon=":material/receipt_long:", on_change="rerun")
    if drawer.open:
        with drawer:
            st.markdown("Columns, how rows count, framework, limits, personas and horizon are taken from it.")
            arrivals.ask("recipe.toml", "recipe")


def _drawer(kind: str, label: str, *, is_given: bool) -> ExpanderContainer:
    """Made only once it is opened: uploaders are heavy to draw."""
    icon = ":material/check:" if is_given else ":material/add:"
    return st.expander(label, key=f"offer_{kind}", icon=icon, on_change="rerun")


def _ask_files(kind: TableKind, *, is_given: bool) -> None:
    adds = is_given and not state.is_sample() and _asks_to_add(kind)
    arrivals.ask(f"{kind.capitalize()} file", kind, kind, adds=adds)
    if is_given and kind != "orders":
        st.button(
            f"Remove the {kind}",
            key=f"remove_{kind}",
            on_click=state.remove_files,
            args=(kind,),
            icon=":material/delete:",
            type="tertiary",
        )


def _asks_to_add(kind: TableKind) -> bool:
    words = {"replace": "Replaces the file in use", "add": "Is added to it, as another period"}
    picked = st.segmented_control(
        "A file given here",
        list(words),
        default="replace",
        required=True,
        format_func=words.__getitem__,
        key=f"adds_{kind}",
    )
    return picked == "add"
