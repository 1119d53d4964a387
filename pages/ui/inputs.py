"""Controls that several pages share. Each returns a value of the core; main choices live in the address of the page."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import streamlit as st

from clm_core.frameworks import SHIPPED, Framework, Limit, load_framework
from clm_core.ledger import Unit
from clm_core.pipeline import first_order_date, last_order_day
from clm_core.recipe import LONGEST_HORIZON, SHORTEST_HORIZON, Recipe
from clm_core.tables import to_date
from pages.ui import cached, state

FRAMEWORK = "framework"
AS_OF = "as_of"
HORIZON = "horizon"
HORIZONS = (30, 60, 90, 180, 365)
WINDOWS: dict[Unit, tuple[int, ...]] = {"month": (6, 12, 24, 10_000), "week": (13, 26, 52, 10_000)}
"""How many months or weeks movement may be looked at over; the last stands for the whole history."""
LONGEST_KNOWN = 730


def show_settings() -> None:
    """The choices that hold on every page, in the sidebar."""
    _follow_link()
    st.selectbox(
        "Framework",
        SHIPPED,
        format_func=lambda framework_id: load_framework(framework_id).name,
        key=FRAMEWORK,
        persist_state="session",
        help="Which stages customers are sorted into. All six read the same data.",
    )
    _write(FRAMEWORK, shipped_framework().id, SHIPPED[0])
    first, last = _days()
    if isinstance(st.session_state.get(AS_OF), date) and not first <= st.session_state[AS_OF] <= last:
        del st.session_state[AS_OF]  # chosen for other files: this history has no such day
    st.date_input(
        "As of",
        value=last,
        min_value=first,
        max_value=last,
        key=AS_OF,
        bind="query-params",
        persist_state="session",
        help="The day of the analysis. Nothing after it is used.",
    )


def _follow_link() -> None:
    """Take over what a link says before the widgets that own it exist; a limit holds also on pages without its slider."""
    if FRAMEWORK not in st.session_state and st.query_params.get(FRAMEWORK) in SHIPPED:
        st.session_state[FRAMEWORK] = st.query_params[FRAMEWORK]
    for name, limit in shipped_framework().limits.items():
        if name not in st.session_state and name in st.query_params:
            st.session_state[name] = int(_limit_value(name, limit))
    if HORIZON not in st.session_state and st.query_params.get(HORIZON) in [str(days) for days in HORIZONS]:
        st.session_state[HORIZON] = int(st.query_params[HORIZON])


def _write(name: str, value: str, default: str) -> None:
    """Keep a choice in the address while it differs from the default. (A bound widget would write the shown name.)"""
    if value == default:
        st.query_params.pop(name, None)
    elif st.query_params.get(name) != value:
        st.query_params[name] = value


def _days() -> tuple[date, date]:
    """The first and last day with an order."""
    tables = cached.dataset().tables
    return first_order_date(tables), to_date(last_order_day(tables))


def as_of() -> date | None:
    """The chosen day inside the data, or None for the day of the last order."""
    chosen = st.session_state.get(AS_OF)
    first, last = _days()
    return chosen if isinstance(chosen, date) and first <= chosen < last else None


def shipped_framework() -> Framework:
    """The chosen framework with its shipped limits."""
    chosen = st.session_state.get(FRAMEWORK, SHIPPED[0])
    return load_framework(chosen if chosen in SHIPPED else SHIPPED[0])


def framework() -> Framework:
    """The chosen framework with the user's limits."""
    base = shipped_framework()
    return base.with_limits({name: _limit_value(name, limit) for name, limit in base.limits.items()})


def _limit_value(name: str, limit: Limit) -> float:
    """The slider's value, or the address' where this page has no slider. Browsers can send anything, so it is clipped."""
    given = st.session_state.get(name, st.query_params.get(name))
    try:
        value = float(given) if given is not None else limit.value
    except (TypeError, ValueError):
        return limit.value
    return min(max(value, limit.least), limit.most) if math.isfinite(value) else limit.value


def ask_limits(base: Framework) -> None:
    """A slider for each limit of the framework."""
    for column, (name, limit) in zip(st.columns(len(base.limits)), base.limits.items(), strict=True):
        with column:
            st.slider(
                f"{limit.label} ({limit.unit})",
                min_value=int(limit.least),
                max_value=int(limit.most),
                value=int(limit.value),
                key=name,
                bind="query-params",
                persist_state="session",
                help=f"Shipped: {limit.value:g} {limit.unit}.",
            )


def keep_in_address(owned: Sequence[str]) -> None:
    """Write changed limits and horizon into the address on pages without their widgets, so that every page can be shared."""
    if "limits" not in owned:
        for name, limit in shipped_framework().limits.items():
            _write(name, f"{_limit_value(name, limit):g}", f"{limit.value:g}")
    if "horizon" not in owned:
        _write(HORIZON, str(horizon()), str(HORIZONS[2]))


def follow(recipe: Recipe) -> None:
    """Take framework, limits, horizon and day from a recipe; called before their widgets exist."""
    chosen = recipe.chosen_framework()
    st.session_state[FRAMEWORK] = chosen.id
    for name, limit in chosen.limits.items():
        st.session_state[name] = int(limit.value)
    st.session_state[HORIZON] = recipe.horizon_days
    st.session_state.pop(AS_OF, None)
    if recipe.as_of is not None:
        st.session_state[AS_OF] = recipe.as_of


def set_limits(values: Mapping[str, float]) -> None:
    """Put limits of the framework in force, clipped to their ranges; called before their sliders exist."""
    for name, limit in shipped_framework().limits.items():
        if name in values:
            st.session_state[name] = int(min(max(values[name], limit.least), limit.most))


def reset_limits() -> None:
    """Put every limit of the framework back as shipped."""
    set_limits(shipped_framework().limit_values)


def ask_horizon() -> int:
    """How many days ahead the scores look."""
    st.select_slider(
        "How far ahead (days)",
        sorted({*HORIZONS, horizon()}),  # a recipe may ask for a horizon of its own
        value=90,
        key=HORIZON,
        bind="query-params",
        persist_state="session",
        help="Churn means: no order in this many days after the as-of day.",
    )
    return horizon()


def horizon() -> int:
    """The chosen horizon in days."""
    chosen = st.session_state.get(HORIZON, 90)
    is_allowed = isinstance(chosen, int) and SHORTEST_HORIZON <= chosen <= LONGEST_HORIZON
    return int(chosen) if is_allowed else 90


@dataclass(frozen=True)
class Window:
    """How movement is looked at: by month or week, over how many periods, of people known for how long at least."""

    unit: Unit
    n_periods: int
    known_days: int


def ask_window() -> Window:
    """The unit, how far back to look, and the guard against people too new to have been silent."""
    left, middle, right = st.columns(3)
    unit: Unit = left.segmented_control(
        "By", list(WINDOWS), default="month", format_func=str.capitalize, key="unit", bind="query-params", required=True
    )
    everything = WINDOWS[unit][-1]
    n_periods = middle.selectbox(
        "Show",
        WINDOWS[unit],
        1,
        format_func=lambda n: "The whole history" if n == everything else f"The last {n} {unit}s",
        key=f"window_{unit}",
        persist_state="session",
    )
    known_days = right.number_input(
        "Known for at least (days)",
        0,
        LONGEST_KNOWN,
        0,
        step=30,
        key="known_days",
        bind="query-params",
        persist_state="session",
        help="Leaves out people too new to have been silent for long. They enter once they have been known for so many days.",
    )
    return Window(unit, int(n_periods), min(max(int(known_days), 0), LONGEST_KNOWN))


def recipe() -> Recipe:
    """Everything this session has tuned."""
    mapping = {kind: result.mapping for kind, result in cached.dataset().imported.items()}
    chosen = framework()
    return Recipe(
        framework=chosen.id,
        limits=chosen.limit_values,
        horizon_days=horizon(),
        as_of=as_of(),  # left open when it is the day of the last order, so that next month's file moves on
        mapping=mapping,
        hash_emails=state.hashes_emails(),
        personas=state.personas(),
    )
