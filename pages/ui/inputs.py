"""Controls that several pages share. Each returns a value of the core; main choices live in the address of the page."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import streamlit as st

from clm_core.errors import Issue
from clm_core.features import FEATURES
from clm_core.frameworks import (
    SHIPPED,
    Draft,
    Framework,
    Limit,
    check_framework,
    is_shipped,
    load_framework,
    owned,
    shipped_frameworks,
    silence_frameworks,
)
from clm_core.ledger import Unit
from clm_core.recipe import LONGEST_HORIZON, SHORTEST_HORIZON, Recipe
from clm_core.tables import to_date
from pages.ui import cached, state
from pages.ui.messages import plain

FRAMEWORK = "framework"
AS_OF = "as_of"
HORIZON = "horizon"
USUAL_HORIZON, LEAST_HORIZON = 90, 30
WINDOWS: dict[Unit, tuple[int, ...]] = {"month": (6, 12, 24, 10_000), "week": (13, 26, 52, 10_000)}
"""How many months or weeks movement may be looked at over; the last stands for the whole history."""
LONGEST_KNOWN = 730
MOST_DISCOUNT = 50
LIMITS_A_ROW = 4


def show_settings() -> None:
    """The choices that hold on every page, in the sidebar."""
    _follow_link()
    ask_framework()
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


def ask_framework() -> None:
    """The six that are shipped, and the newest other one of this session: choosing is a step that can be undone."""
    held = draft()
    versions = [held.now, *reversed(held.past), *reversed(held.undone)]
    other = next((version for version in versions if version.framework.id not in SHIPPED), None)
    names = {framework_id: load_framework(framework_id).name for framework_id in SHIPPED}
    if other is not None:
        names[other.framework.id] = other.framework.name
    st.session_state[FRAMEWORK] = held.framework.id

    def choose() -> None:
        chosen = st.session_state[FRAMEWORK]
        if other is not None and chosen == other.framework.id:
            state.set_draft(held.begin(other.base, f"chose {other.framework.name}", other.framework))
        else:
            begin(load_framework(chosen))

    st.selectbox(
        "Framework",
        list(names),
        format_func=names.__getitem__,
        key=FRAMEWORK,
        on_change=choose,
        help="Which stages customers are sorted into. All of them read the same data.",
    )


def _follow_link() -> None:
    """Take over what a link says before the widgets that own it exist."""
    for name, least, most in ((HORIZON, LEAST_HORIZON, LONGEST_HORIZON), (state.DISCOUNT, 0, MOST_DISCOUNT)):
        given = _number(st.query_params.get(name))
        if name not in st.session_state and given is not None and least <= given <= most and given == int(given):
            st.session_state[name] = int(given)


def _write(name: str, value: str, default: str) -> None:
    """Keep a choice in the address while it differs from the default. (A bound widget would write the shown name.)"""
    if value == default:
        st.query_params.pop(name, None)
    elif st.query_params.get(name) != value:
        st.query_params[name] = value


def _days() -> tuple[date, date]:
    """The first and last day with an order."""
    tables = cached.dataset().tables
    return to_date(tables.first_order_day), to_date(tables.last_order_day)


def as_of() -> date | None:
    """The chosen day inside the data, or None for the day of the last order."""
    chosen = st.session_state.get(AS_OF)
    first, last = _days()
    return chosen if isinstance(chosen, date) and first <= chosen < last else None


def draft() -> Draft:
    """The framework in hand, sound or not; at first what the link says."""
    held = state.draft()
    if held is None:
        asked = st.query_params.get(FRAMEWORK, "")
        base = load_framework(asked if is_shipped(asked) else SHIPPED[0])
        given = {name: _number(st.query_params.get(name)) for name in base.limits}
        held = Draft.of(_with_limits(base, {name: value for name, value in given.items() if value is not None}), base)
        state.set_draft(held)
    return held


def framework() -> Framework:
    """The framework in force: the newest version without a fault."""
    return draft().in_force(lambda one: not faults(one))


def original() -> Framework:
    """What the framework in force was before it was changed: a shipped definition, or a file that was loaded."""
    base = draft().base
    return framework() if faults(base) else base


def beginning(original: Framework) -> str:
    """Where the limits at first come from, in a word: shipped, or loaded from a file."""
    return "shipped" if is_shipped(original.id) else "loaded"


def take(changed: Framework, what: str) -> None:
    """Put a changed framework in force, as a step that can be undone."""
    state.set_draft(draft().change(changed, what))


def faults(one: Framework) -> list[Issue]:
    """What keeps a framework from being used on these files; without files, from being used on any."""
    return cached.faults(as_of(), one) if state.files() else check_framework(one, FEATURES)


def begin(base: Framework) -> None:
    """Take another framework; the limits that were moved keep their number in it, where it has them."""
    held = draft()
    values, before = held.framework.limit_values, held.base.limit_values
    moved = {name: value for name, value in values.items() if before.get(name, value) != value}
    state.set_draft(held.begin(base, f"chose {base.name}", _with_limits(base, moved)))


def _number(given: str | None) -> float | None:
    """A number from the address. Browsers can send anything."""
    try:
        value = float(given) if given is not None else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _with_limits(one: Framework, values: Mapping[str, float]) -> Framework:
    """The framework with other limits, each inside its range."""
    known = {name: limit for name, limit in one.limits.items() if name in values}
    return one.with_limits({name: min(max(values[name], limit.least), limit.most) for name, limit in known.items()})


def set_limits(values: Mapping[str, float], what: str = "set the limits") -> None:
    """Put limits into the framework in hand, each inside its range."""
    held = draft()
    state.set_draft(held.change(_with_limits(held.framework, values), what, goes_on=True))


def reset_limits() -> None:
    """Put every limit back to where it was at first."""
    set_limits(draft().base.limit_values, "reset the limits")


def ask_limits() -> None:
    """A slider for each limit of the framework in hand."""
    limits, first = list(draft().framework.limits.items()), beginning(original()).capitalize()
    for start in range(0, len(limits), LIMITS_A_ROW):
        row = limits[start : start + LIMITS_A_ROW]
        for column, (name, limit) in zip(st.columns(len(row)), row, strict=True):
            with column:
                _ask_limit(name, limit, first)


def _ask_limit(name: str, limit: Limit, beginning: str) -> None:
    """One slider, in whole steps where the range is whole. What the framework says is what it shows, whoever set it."""
    if limit.least >= limit.most:
        st.caption(plain(f"{limit.label}: its range is empty."))
        return
    is_whole = limit.least == int(limit.least) and limit.most == int(limit.most) and limit.most - limit.least > 1
    kind: type[int] | type[float] = int if is_whole else float
    key = f"slider_{name}"
    st.session_state[key] = kind(min(max(limit.value, limit.least), limit.most))
    first = draft().base.limits.get(name)
    st.slider(
        plain(f"{limit.label} ({limit.unit})"),
        min_value=kind(limit.least),
        max_value=kind(limit.most),
        step=kind(1 if is_whole else (limit.most - limit.least) / 100),
        key=key,
        on_change=lambda: set_limits({name: st.session_state[key]}, f"moved '{limit.label}'"),
        help=plain(f"{beginning}: {first.value:g} {first.unit}.") if first else None,
    )


def keep_in_address(owned: Sequence[str]) -> None:
    """Write framework, limits and horizon into the address, so that every page can be shared.

    A definition of the user's own has no place there; it travels in the recipe.
    """
    held = draft().framework
    shipped = load_framework(held.id if is_shipped(held.id) else SHIPPED[0])
    values = held.limit_values if held.id == shipped.id else shipped.limit_values
    _write(FRAMEWORK, shipped.id, SHIPPED[0])
    for name, limit in shipped.limits.items():
        _write(name, f"{values[name]:g}", f"{limit.value:g}")
    for name in _shipped_limits() - set(shipped.limits):
        st.query_params.pop(name, None)
    if HORIZON not in owned:
        _write(HORIZON, str(horizon()), str(USUAL_HORIZON))
    if state.DISCOUNT not in owned:
        _write(state.DISCOUNT, f"{state.discount_rate() * 100:g}", "0")


def _shipped_limits() -> set[str]:
    """The names of limits that an address may hold."""
    return {name for one in [*shipped_frameworks(), *silence_frameworks()] for name in one.limits}


def follow(recipe: Recipe) -> None:
    """Take framework, limits, horizon and day from a recipe; called before their widgets exist."""
    base = recipe.definition or load_framework(recipe.framework)
    state.set_draft(draft().begin(owned(base), "used a recipe", owned(recipe.chosen_framework())))
    st.session_state[HORIZON] = recipe.horizon_days
    st.session_state[state.DISCOUNT] = min(round(recipe.discount_rate * 100), MOST_DISCOUNT)
    st.session_state.pop(AS_OF, None)
    if recipe.as_of is not None:
        st.session_state[AS_OF] = recipe.as_of


def ask_horizon() -> int:
    """How many days ahead the scores look, as a part of a sentence."""
    st.number_input(
        "Days ahead",
        min(LEAST_HORIZON, horizon()),  # a recipe may ask for a horizon of its own
        LONGEST_HORIZON,
        USUAL_HORIZON,
        key=HORIZON,
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
        width=130,
    )
    return horizon()


def ask_discount() -> float:
    """By how many percent money a year ahead is worth less, as a part of a sentence; returned as a share."""
    st.number_input(
        "Discount rate a year (%)",
        0,
        MOST_DISCOUNT,
        0,
        key=state.DISCOUNT,
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
        width=130,
    )
    return state.discount_rate()


def horizon() -> int:
    """The chosen horizon in days."""
    chosen = st.session_state.get(HORIZON, USUAL_HORIZON)
    is_allowed = isinstance(chosen, int) and SHORTEST_HORIZON <= chosen <= LONGEST_HORIZON
    return int(chosen) if is_allowed else USUAL_HORIZON


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
    is_own = not is_shipped(chosen.id)
    return Recipe(
        framework=chosen.id,
        limits={} if is_own else chosen.limit_values,
        definition=chosen if is_own else None,
        horizon_days=horizon(),
        discount_rate=state.discount_rate(),
        as_of=as_of(),  # left open when it is the day of the last order, so that next month's file moves on
        mapping=mapping,
        hash_emails=state.hashes_emails(),
        personas=state.personas(),
    )
