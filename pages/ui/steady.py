"""Places for parts of a page that run by themselves, often or fast."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def place(key: str) -> DeltaGenerator:
    """A place that is not dimmed while a part in it runs: that is over before the dimming would be seen, and the browser keeps and
    paints each dimmed part as a layer of its own, on every tick of every phone.
    """
    st.html(f"<style>.st-key-{key} [data-stale=true] {{ opacity: 1 !important; transition: none !important }}</style>")
    return st.container(key=key)
