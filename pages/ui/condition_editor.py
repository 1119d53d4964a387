"""One rule's condition as rows: feature, operator, value or limit. Every change is a step of the framework in hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import streamlit as st

from clm_core.conditions import WORDS, Condition, Feature, Test
from clm_core.features import features_of, known_features
from clm_core.frameworks import Framework, edit, parts
from clm_core.frameworks.parts import Path
from clm_core.pipeline import Workspace
from clm_core.wording import first_upper
from pages.ui import cached, drafting, inputs
from pages.ui.messages import plain

NUMBER = "a number"
JOINED = {"all": "all of these hold", "any": "any of these holds"}
UNITS = {"share": "%", "times": "× the usual gap", "events": "times"}


class Rows:
    """The rows of one rule: what they are drawn from, and how a change of one becomes a step."""

    def __init__(self, framework: Framework, place: int, when: Condition, workspace: Workspace) -> None:
        self.framework, self.place, self.when, self.workspace = framework, place, when, workspace
        self.features = known_features(workspace.frames)
        self.choices = list(features_of(workspace.frames))

    def key(self, path: Path, part: str) -> str:
        """The key of one widget."""
        return f"rule_{self.place}_{'_'.join(map(str, path))}_{part}"

    def take(self, changed: Callable[[Condition], Condition | None]) -> None:
        """One step: the rule's condition as it is by then, changed."""

        def edited(framework: Framework) -> Framework:
            when = framework.rules[self.place].when
            return edit.put_condition(framework, self.place, changed(when) if when is not None else None)

        drafting.change(edited, f"changed rule {self.place + 1}")

    def put(self, path: Path, part: Condition | None) -> None:
        """One step: one part replaced, or removed."""
        self.take(lambda when: parts.put_part(when, path, part))

    def add(self, path: Path, part: Condition) -> None:
        """One step: one part more in a group."""
        self.take(lambda when: parts.add_part(when, path, part))


def show(framework: Framework, place: int, when: Condition, workspace: Workspace) -> None:
    """The rows, or for a nest that rows cannot show the offer to begin anew."""
    rows = Rows(framework, place, when, workspace)
    if parts.is_editable(when):
        _show_part(rows, ())
        return
    st.caption(
        "This condition is nested deeper than rows can show, so it stands as the sentence above. Its limits move with the "
        "sliders; the file of the framework holds all of it."
    )
    st.button("Replace it by a simple condition", on_click=rows.put, args=((), edit.FIRST_TEST), icon=":material/edit:")


def _show_part(rows: Rows, path: Path) -> None:
    part = parts.part_at(rows.when, path)
    if isinstance(part, Test):
        _show_test(rows, path, part)
        if not path:
            _add_buttons(rows, path)
        return
    with st.container(border=bool(path), gap="small"):
        _ask_joined(rows, path, part)
        for place in range(len(parts.parts_of(part))):
            _show_part(rows, (*path, place))
        _add_buttons(rows, path)


def _ask_joined(rows: Rows, path: Path, part: Condition) -> None:
    key = drafting.showing(rows.key(path, "joined"), parts.joined_by(part))
    outer = "and here" if parts.joined_by(rows.when) == "all" else "or here"

    def chosen() -> None:
        joined = st.session_state[key]
        rows.take(lambda when: parts.rejoin(when, path, joined))

    st.segmented_control(
        first_upper(outer) if path else "It holds when",
        list(JOINED),
        format_func=JOINED.__getitem__,
        key=key,
        required=True,
        on_change=chosen,
    )


def _add_buttons(rows: Rows, path: Path) -> None:
    with st.container(horizontal=True):
        st.button(
            "Add a condition",
            key=rows.key(path, "add"),
            on_click=rows.add,
            args=(path, edit.FIRST_TEST),
            icon=":material/add:",
            type="tertiary",
        )
        if not path and not isinstance(rows.when, Test):
            other: parts.JoinedBy = "any" if parts.joined_by(rows.when) == "all" else "all"
            pair = parts.group(other, (edit.FIRST_TEST, edit.FIRST_TEST.model_copy(update={"value": 1.0})))
            st.button(
                "Add a group",
                key=rows.key(path, "group"),
                on_click=rows.add,
                args=(path, pair),
                icon=":material/data_array:",
                type="tertiary",
                help=f"Conditions of which {'any holds' if other == 'any' else 'all hold'}.",
            )


def _show_test(rows: Rows, path: Path, test: Test) -> None:
    feature = rows.features.get(test.feature, Feature(test.feature, test.feature))
    what, how, value, remove = st.columns([4, 2.4, 4.4, 0.7], vertical_alignment="bottom")
    with what:
        _ask_feature(rows, path, test)
    with how:
        _ask_operator(rows, path, test, feature)
    if test.op not in ("missing", "present"):
        with value:
            _ask_value(rows, path, test, feature)
    remove.button(
        "",
        key=rows.key(path, "remove"),
        on_click=rows.put,
        args=(path, None),
        disabled=not path,
        icon=":material/close:",
        type="tertiary",
        help="Remove this condition",
    )


def _ask_feature(rows: Rows, path: Path, test: Test) -> None:
    key = drafting.showing(rows.key(path, "feature"), test.feature)
    known = rows.features.get(test.feature)

    def chosen() -> None:
        rows.put(path, parts.with_feature(test, rows.features[st.session_state[key]], rows.features))

    st.selectbox(
        "Feature",
        list(dict.fromkeys([*rows.choices, test.feature])),
        format_func=lambda name: first_upper(rows.features[name].label) if name in rows.features else name,
        key=key,
        on_change=chosen,
        help=plain(known.description) if known and known.description else None,
    )


def _ask_operator(rows: Rows, path: Path, test: Test, feature: Feature) -> None:
    key = drafting.showing(rows.key(path, "operator"), test.op)
    words = {
        **WORDS,
        "missing": "is not known",
        "present": "is known",
        "==": "exactly" if feature.kind == "number" else "is",
    }
    st.selectbox(
        "Operator",
        list(dict.fromkeys([*parts.operators_of(feature), test.op])),
        format_func=words.__getitem__,
        key=key,
        on_change=lambda: rows.put(path, parts.with_operator(test, st.session_state[key], feature)),
    )


def _ask_value(rows: Rows, path: Path, test: Test, feature: Feature) -> None:
    if feature.kind == "text":
        _ask_words(rows, path, test)
        return
    limits = [name for name, limit in rows.framework.limits.items() if limit.unit.split(" ")[0] == feature.unit]
    if test.limit is not None and test.limit not in limits:
        limits.append(test.limit)
    if not limits:
        _ask_number(rows, path, test, feature)
        return
    if test.limit is not None:
        _ask_limit(rows, path, test, limits)
        return
    left, right = st.columns(2, vertical_alignment="bottom")
    with left:
        _ask_limit(rows, path, test, limits)
    with right:
        _ask_number(rows, path, test, feature)


def _ask_limit(rows: Rows, path: Path, test: Test, limits: list[str]) -> None:
    key = drafting.showing(rows.key(path, "limit"), test.limit or NUMBER)
    labels = {name: limit.label for name, limit in rows.framework.limits.items()}

    def chosen() -> None:
        name = st.session_state[key]
        if name == NUMBER:
            value = rows.framework.limit_values.get(str(test.limit), 1.0)
            rows.put(path, test.model_copy(update={"limit": None, "value": float(value)}))
        else:
            rows.put(path, test.model_copy(update={"limit": name, "value": None}))

    st.selectbox(
        "Compared with",
        [NUMBER, *limits],
        format_func=lambda name: NUMBER if name == NUMBER else f"the limit “{labels.get(name, name)}”",
        key=key,
        on_change=chosen,
        help="A limit is shared by rules and has a slider.",
    )


def _ask_number(rows: Rows, path: Path, test: Test, feature: Feature) -> None:
    scale = 100.0 if feature.unit == "share" else 1.0
    least, most = (bound * scale if math.isfinite(bound) else None for bound in feature.bounds)
    shown = float(test.value) * scale if isinstance(test.value, float | int) else 0.0
    kind: type[int] | type[float] = int if feature.is_whole and shown.is_integer() else float
    inside = shown if least is None else max(shown, least)
    inside = inside if most is None else min(inside, most)
    key = drafting.showing(rows.key(path, f"number_{kind.__name__}"), kind(inside))

    def chosen() -> None:
        rows.put(path, test.model_copy(update={"value": float(st.session_state[key]) / scale}))

    extra: dict[str, Any] = {} if kind is int else {"format": "%g"}
    st.number_input(
        plain(f"Value ({_unit(rows.workspace, feature)})"),
        min_value=None if least is None else kind(least),
        max_value=None if most is None else kind(most),
        step=kind(10 if feature.unit == "money" else 1),
        key=key,
        on_change=chosen,
        **extra,
    )


def _unit(workspace: Workspace, feature: Feature) -> str:
    if feature.unit == "money":
        return workspace.dataset.tables.currency or "money"
    return UNITS.get(feature.unit, feature.unit) or "number"


def _ask_words(rows: Rows, path: Path, test: Test) -> None:
    known = cached.words(inputs.as_of(), test.feature) if test.feature in rows.features else []
    if test.op == "in":
        now = list(test.value) if isinstance(test.value, tuple) else []
        key = drafting.showing(rows.key(path, "words"), now)
        st.multiselect(
            "Values",
            list(dict.fromkeys([*known, *now])),
            key=key,
            accept_new_options=True,
            placeholder="Choose, or type one",
            on_change=lambda: rows.put(path, test.model_copy(update={"value": tuple(st.session_state[key])})),
        )
        return
    word = str(test.value) if isinstance(test.value, str) and test.value else None
    key = drafting.showing(rows.key(path, "word"), word)
    st.selectbox(
        "Value",
        list(dict.fromkeys([*known, *([word] if word else [])])),
        key=key,
        accept_new_options=True,
        placeholder="Choose, or type one",
        on_change=lambda: rows.put(path, test.model_copy(update={"value": st.session_state[key] or ""})),
    )
