"""Steps of the framework in hand: each change is one, can be undone, and is told in words. Widgets show what the framework says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from clm_core import columns as c
from clm_core.charts.palette import stage_colours
from clm_core.frameworks import Framework
from clm_core.wording import count, percent
from pages.ui import figures, inputs, state
from pages.ui.messages import plain

Edit = Callable[[Framework], Framework]
_LIST = """\
[class*=st-key-rules_from_] .stMarkdown ul { padding: 0; margin: 0 }
[class*=st-key-rules_from_] .stMarkdown li { list-style: none; margin: 0 0 .7rem; padding: .1rem 0 .1rem .9rem }"""


def change(edited: Edit, what: str) -> None:
    """One step: the framework in hand, edited. Two widgets may report at once, so each edits what the other left."""
    held = inputs.draft()
    state.set_draft(held.change(edited(held.framework), what))


def showing(key: str, value: Any) -> str:
    """The key of a widget that shows this value, whoever set it. Its ``on_change`` reads the new one under the same key."""
    st.session_state[key] = value
    return key


def show_steps() -> None:
    """Undo, redo, and back to the beginning."""
    held = inputs.draft()
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Undo",
            on_click=lambda: state.set_draft(inputs.draft().undo()),
            disabled=not held.past,
            icon=":material/undo:",
            type="tertiary",
            help=plain(f"Takes back: {held.now.change}.") if held.past else "Nothing was changed yet.",
        )
        st.button(
            "Redo",
            on_click=lambda: state.set_draft(inputs.draft().redo()),
            disabled=not held.undone,
            icon=":material/redo:",
            type="tertiary",
            help=plain(f"Again: {held.undone[-1].change}.") if held.undone else "Nothing was taken back.",
        )
        st.button(
            plain(f"Reset to {held.base.name}"),
            on_click=lambda: state.set_draft(inputs.draft().begin(held.base, f"went back to {held.base.name}")),
            disabled=held.framework == held.base,
            icon=":material/restart_alt:",
            type="tertiary",
            help="Stages, rules and limits as they were at first. This, too, can be undone.",
        )


def colour_edges(places: dict[str, str], framework: Framework) -> None:
    """The stage's colour along the left edge of each place: CSS selector → stage id. No text of users in it."""
    colours = stage_colours(framework, figures.theme())
    edges = " ".join(
        f"{selector} {{ border-left: .4rem solid {colours.get(stage, 'transparent')} }}"
        for selector, stage in places.items()
    )
    st.html(f"<style>{_LIST} {edges}</style>")


def sizes(counts: pd.DataFrame, by: str) -> dict[str, tuple[int, float]]:
    """Rule or stage → how many people, and their share of all."""
    rows = zip(counts[by], counts[c.N_CUSTOMERS], counts[c.SHARE], strict=True)
    return {id_: (int(n), float(share)) for id_, n, share in rows}


def people(size: tuple[int, float] | None) -> str:
    """A size in words behind a name; nothing where it is not known."""
    return f" · {count(size[0], 'person', 'people')} · {percent(size[1])}" if size else ""


def open_button(place: str) -> None:
    """Opens one part for editing, or closes it."""
    is_open = state.open_part() == place
    st.button(
        "Done" if is_open else "Edit",
        key=f"open_{place}",
        on_click=state.set_open_part,
        args=("" if is_open else place,),
        icon=":material/check:" if is_open else ":material/edit:",
        type="tertiary",
    )


def step_button(label: str, icon: str, key: str, edited: Edit, what: str, *, disabled: bool = False) -> None:
    """A button that is one step."""
    st.button(label, key=key, on_click=change, args=(edited, what), icon=icon, type="tertiary", disabled=disabled)
