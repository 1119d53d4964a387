"""The frame of every page: a question as heading, what the numbers rest on, and the state with no data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import Page

from clm_core.errors import ClmError, Issue
from clm_core.pipeline import Workspace
from clm_core.tables import count_orders, to_date
from clm_core.wording import count, long_day
from pages.ui import cached, contract_file, inputs, messages, recipes, state, uploads

DATA_PAGE = "pages/data/files.py"
RULES_PAGE = "pages/understand/stage_rules.py"
MOVEMENT_PAGE = "pages/understand/movement.py"
LIMITS_PAGE = "pages/understand/limits.py"
COMPARE_PAGE = "pages/understand/compare.py"
LIFECYCLE_PAGE = "pages/understand/lifecycle.py"
CUSTOMERS_PAGE = "pages/understand/customer.py"
PERSONAS_PAGE = "pages/understand/personas.py"


def begin(question: str, promise: str, *, owns: Sequence[str] = ()) -> Workspace:
    """Show the heading, guard against missing data, and return the workspace that the page reads.

    ``promise`` says what the page will show; it stands alone while there is no data. ``owns`` names the shared
    choices ("horizon") whose widgets the page shows: those keep the address themselves.
    """
    st.title(question, anchor=False)
    if not state.files():
        _offer_sample(promise)
        st.stop()
    workspace = cached.workspace(inputs.as_of())
    inputs.keep_in_address(owns)
    n_orders = count_orders(workspace.dataset.tables.orders, workspace.as_of_day)
    st.caption(
        f"{data_name()} · {long_day(to_date(workspace.frames.first_day))} to {long_day(to_date(workspace.as_of_day))} · "
        f"{count(n_orders, 'order')}"
    )
    return workspace


def begin_with_or_without(question: str, promise: str, adds: str) -> Workspace | None:
    """The same for a page that needs no data; ``adds`` says what data would add to it, or nothing where that was said before."""
    if state.files():
        return begin(question, promise)
    st.title(question, anchor=False)
    if adds:
        _offer_sample(promise, f"This works without data. {adds}", is_needed=False)
    return None


def _offer_sample(promise: str, note: str = "There is no data in this session yet.", *, is_needed: bool = True) -> None:
    st.markdown(promise)
    st.info(note, icon=":material/table_view:")
    left, right = st.columns(2, vertical_alignment="center")
    left.button(
        "Load the sample shop",
        type="primary" if is_needed else "secondary",
        on_click=state.load_sample,
        width="stretch",
        icon=":material/pedal_bike:",
    )
    with right:
        st.page_link(DATA_PAGE, label="Upload your own orders", icon=":material/upload_file:", width="stretch")


def data_name() -> str:
    """What to call the loaded data."""
    if state.is_sample():
        return "Sample shop (simulated children's bicycle shop)"
    return messages.plain(", ".join(file.name for file in state.files() if file.kind == "orders"))


def read_files(main: DeltaGenerator) -> DeltaGenerator:
    """Read the session's files before the sidebar needs them; returns the place for the page.

    When that takes a while, the place is emptied first: the page of the run before would stand under the progress, with
    buttons that no longer hold.
    """
    if are_files_gone():
        state.set_files(())
        state.leave_notice("Your files were deleted from this server after an hour idle. Upload them again to go on.")
    emptied: list[DeltaGenerator] = []
    with main.container():
        if state.files():
            with suppress(ClmError):  # the page itself says what is wrong with the files
                cached.dataset(on_wait=lambda: emptied.append(main.empty()))
    return emptied[0].container() if emptied else main.container()


def are_files_gone() -> bool:
    """True when files of the session were deleted from this server: its next full run says so."""
    return any(not file.path.exists() for file in state.files())


def run(navigation: Page) -> None:
    """Run the page; what it cannot do is said in words."""
    _tell_faults()
    with in_words():
        navigation.run()


@contextmanager
def in_words() -> Iterator[None]:
    """What cannot be done is said in words, with the places where it can be mended. A part that runs by itself needs this too."""
    try:
        yield
    except ClmError as fault:
        messages.show_error(fault)
        st.page_link(RULES_PAGE, label="Change the rules and limits", icon=":material/tune:")
        st.page_link(PERSONAS_PAGE, label="Change the personas", icon=":material/groups:")
        st.page_link(DATA_PAGE, label="Change the files", icon=":material/upload_file:")


def _tell_faults() -> None:
    """On every page: the rules in hand have a fault, and which ones are in force instead."""
    found: list[Issue] = []
    if state.files():
        with suppress(ClmError):  # the page itself says what is wrong with the files
            found = inputs.faults(inputs.draft().framework)
    if found:
        first = "Your rules cannot be used as they stand, so every page goes by the last ones that could."
        messages.show_faults(found, first)
        st.page_link(RULES_PAGE, label="Mend the rules and limits", icon=":material/tune:")


def show_sidebar() -> None:
    """Settings that hold everywhere, and the way to delete the data."""
    with st.sidebar:
        if message := state.notice():
            st.success(messages.plain(message))
        if not state.files() and not contract_file.is_own():
            return
        if state.files():
            with suppress(ClmError):
                inputs.show_settings()
        st.button(
            "Delete my data",
            on_click=uploads.delete_everything,
            icon=":material/delete:",
            type="tertiary",
            help="Removes your files and every result from this server now. After an hour idle it happens by itself.",
        )


def open_link() -> None:
    """Follow a recipe that arrived and `?sample=shop`, and keep it in the address while the sample is loaded, so that every address can be shared."""
    recipes.apply_pending()
    if st.query_params.get("sample") == state.SAMPLE_NAME and not state.files():
        state.load_sample()
    if state.is_sample():
        st.query_params["sample"] = state.SAMPLE_NAME
    elif state.files() and "sample" in st.query_params:
        del st.query_params["sample"]
