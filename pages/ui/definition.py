"""What a page about scores asks, as one sentence in which the open places are fields."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from clm_core.outlook import LIKELY, WHO, Who
from pages.ui import inputs
from pages.ui.messages import plain

EVERYBODY = "everybody"
EVERYBODY_WORDS = "all people known"


@dataclass(frozen=True)
class Definition:
    """Who is asked about (``who`` is "everybody" or a part of the buyers), how far ahead, and what counts as likely."""

    who: Who | str
    words: str
    horizon: int
    likely: float = LIKELY


def ask_churn(today: str) -> Definition:
    """Who is at stake, what leaving means, how far ahead, and from which probability on somebody counts as likely to."""

    def likely() -> int:
        return int(
            st.number_input(
                "Likely above (%)", 5, 95, round(LIKELY * 100), step=5, key="likely", persist_state="session",
                label_visibility="collapsed", width=130,
            )
        )  # fmt: skip

    said = sentence(
        "Of all",
        lambda: _ask_who(WHO, "churn"),
        "whoever orders nothing in the",
        inputs.ask_horizon,
        f"days after {today} has left; above",
        likely,
        "% they count as likely to leave.",
    )
    who: Who = said[0]
    return Definition(who, WHO[who], said[1], said[2] / 100)


def ask_value(today: str) -> Definition:
    """Whose money, how far ahead, and at which discount."""
    choices = {EVERYBODY: EVERYBODY_WORDS, **WHO}
    said = sentence(
        "What",
        lambda: _ask_who(choices, "value"),
        "will spend net in the",
        inputs.ask_horizon,
        f"days after {today}, money a year ahead being worth",
        inputs.ask_discount,
        "% less.",
    )
    return Definition(said[0], choices[said[0]], said[1])


def _ask_who(choices: dict[str, str] | dict[Who, str], key: str) -> str:
    return str(
        st.selectbox(
            "Who",
            list(choices),
            format_func=dict(choices).__getitem__,  # type: ignore[arg-type]
            key=f"who_{key}",
            persist_state="session",
            label_visibility="collapsed",
            width=330,
        )
    )


def sentence(*parts: str | Callable[[], object]) -> list:
    """Words and fields in one line, which wraps where it must; what the fields say."""
    said = []
    with st.container(horizontal=True, vertical_alignment="center", gap="small", border=True):
        for part in parts:
            if isinstance(part, str):
                st.markdown(plain(part), width="content")
            else:
                said.append(part())
    return said
