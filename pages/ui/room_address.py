"""The facilitator's room in the address: found again after a reload or a restart, and of no use to whoever reads it off a projector."""

from __future__ import annotations

import base64
import hashlib

import streamlit as st
from streamlit.web.server.starlette.starlette_app_utils import decode_xsrf_token_string

from clm_core.gaps.rooms import OpenedRoom
from pages.ui import state

COOKIE = "_streamlit_xsrf"
"""A random number that Streamlit keeps in each browser."""
ROOM, KEY, DESK = "room", "key", "desk"


def find() -> OpenedRoom | None:
    """The room of a facilitator's link, or of an address that this browser wrote."""
    code, key = st.query_params.get(ROOM), st.query_params.get(KEY)
    sealed, browser = st.query_params.get(DESK), _browser()
    if code and not key and sealed and browser:
        key = _turned(sealed, code, browser)
    if not (code and key):
        return None
    opened = OpenedRoom(code, key)
    state.set_room(opened)
    return opened


def keep(room: OpenedRoom) -> None:
    """Write the room into the address, its key sealed with this browser's own number; never the key itself."""
    browser = _browser()
    st.query_params.pop(KEY, None)
    if browser and st.query_params.get(ROOM) != room.code:
        st.query_params[ROOM] = room.code
    if browser and DESK not in st.query_params:
        st.query_params[DESK] = _turned(room.key, room.code, browser)


def forget() -> None:
    """Take the room out of the address."""
    for name in (ROOM, KEY, DESK):
        st.query_params.pop(name, None)


def _browser() -> bytes | None:
    number, _ = decode_xsrf_token_string(st.context.cookies.get(COOKIE, ""))
    return number


def _turned(text: str, code: str, browser: bytes) -> str:
    """A key sealed, or a sealed key opened: it is as random as what it is laid over, so one without the other says nothing."""
    try:
        secret = base64.urlsafe_b64decode(text)
    except ValueError:
        return ""
    pad = hashlib.sha256(browser + code.encode()).digest()
    return base64.urlsafe_b64encode(bytes(a ^ b for a, b in zip(secret, pad, strict=False))).decode()
