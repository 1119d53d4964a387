"""Where results are kept and under which keys: fingerprints of files and choices, never frames."""

from __future__ import annotations

import atexit
from collections.abc import Callable, Hashable
from functools import cache
from typing import TypeVar

import streamlit as st

from clm_core.columns import PERSONA
from clm_core.frameworks import SHIPPED, Framework, load_framework
from pages.ui import state
from pages.ui.vault import Vault

Result = TypeVar("Result")
SAMPLE_VISITORS = "sample"
"""Who owns what all visitors of the sample shop share; no session's name is as short."""


@cache
def vault() -> Vault:
    """The process' vault, with its sweeper running; the server empties it when it ends, as does the process."""
    opened = Vault()
    atexit.register(opened.close)
    opened.sweep_forever()
    return opened


def recall(
    step: str, key: tuple[Hashable, ...], make: Callable[[], Result], *, is_common: bool = False, is_told: bool = True
) -> Result:
    """A value of this session, made once. One of ``is_common`` is shared by all who look at the sample shop: it must hold
    nothing but what follows from the sample's files and from settings without a word of the visitor's own. That it is being
    made is not told where it takes no time: the browser would lay out the page once more.
    """

    def shown() -> Result:
        with st.spinner(f"{step} …"):
            return make()

    owner = SAMPLE_VISITORS if is_common and state.is_whole_sample() else state.session_id()
    result: Result = vault().recall(owner, (step, *key), shown if is_told else make)
    return result


def data_key() -> tuple[Hashable, ...]:
    corrections = tuple(sorted((kind, m.model_dump_json()) for kind, m in state.mappings().items()))
    return (tuple((file.kind, file.digest) for file in state.files()), corrections, state.hashes_emails())


def is_shipped(framework: Framework) -> bool:
    """True when a framework differs from a shipped one in limits at most."""
    return framework.id in SHIPPED and framework == load_framework(framework.id).with_limits(framework.limit_values)


def persona_key(grouping: str) -> tuple[str, ...]:
    return tuple(persona.model_dump_json() for persona in state.personas()) if grouping == PERSONA else ()
