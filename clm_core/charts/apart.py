"""A figure in two parts: the drawing, which stays while what it shows changes, and what it shows.

A browser that has drawn a figure once needs a third of the time to draw it again when nothing but its rows and words differ.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import altair as alt
import pyarrow as pa

from clm_core.charts.encode import Row
from clm_core.charts.written import written

WORDS = "words"


@dataclass(frozen=True)
class Parts:
    """A specification that names its rows, and the rows under these names; last a row with all other words and numbers."""

    drawing: dict[str, Any]
    shown: dict[str, pa.Table]


def apart(chart: alt.TopLevelMixin) -> Parts:
    """Take the rows, the title and the lookups out of a figure.

    What a figure says elsewhere (an axis, the order of its rows) stays in the drawing: where that differs, the browser draws it anew.
    """
    spec = written(chart)
    rows: list[list[Row]] = []
    layers = []
    for layer in spec["layer"]:
        if layer["data"]["values"] not in rows:
            rows.append(layer["data"]["values"])
        layers.append({**layer, "data": {"name": f"rows_{rows.index(layer['data']['values'])}"}})
    words = _Words({})
    drawing = {
        **spec,
        # screen readers are told of a title only when it is drawn for the first time
        "title": {**spec["title"], "text": {"expr": words.read(_lines(spec["title"]["text"]))}, "aria": False},
        "params": [
            {"name": param["name"], "expr": words.read(param["value"])} if "value" in param else param
            for param in spec.get("params", [])
        ],
        "layer": [*layers, _unseen(WORDS)],
    }
    shown = {f"rows_{place}": pa.Table.from_pylist(values) for place, values in enumerate(rows)}
    return Parts(drawing, {**shown, WORDS: pa.Table.from_pylist([words.row])})


@dataclass(frozen=True)
class _Words:
    """One row of words and numbers, filled while the expressions that read them are written. Its cells are plain: lines are one text."""

    row: Row

    def read(self, value: Any) -> str:
        """The expression that reads this value back."""
        if isinstance(value, Mapping):
            return f"{{{', '.join(self._entries(value))}}}"
        is_lines = isinstance(value, list)
        name = f"word_{len(self.row)}"
        self.row[name] = "\n".join(value) if is_lines else value
        cell = f"data('{WORDS}')[0].{name}"
        return f"split({cell}, '\\n')" if is_lines else cell

    def _entries(self, values: Mapping[str, Any]) -> Iterator[str]:
        for key, value in values.items():
            yield f"{json.dumps(key)}: {self.read(value)}"


def _lines(text: str | list[str]) -> list[str]:
    return [text] if isinstance(text, str) else text


def _unseen(name: str) -> dict[str, Any]:
    """A layer that shows nothing: rows that no layer draws would not be there to be read."""
    return {
        "data": {"name": name},
        "mark": {"type": "point", "size": 0, "opacity": 0},
        "encoding": {"x": {"value": 0}, "y": {"value": 0}},
    }
