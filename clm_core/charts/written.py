"""A figure as the browser reads it."""

from __future__ import annotations

from typing import Any

import altair as alt
from altair.utils.schemapi import SchemaBase, Undefined


def written(chart: alt.TopLevelMixin) -> dict[str, Any]:
    """The Vega-Lite specification of a figure of this package, the rows in the layers that draw them.

    Altair's own ``to_dict`` takes several times as long: it looks for data frames, types and short forms in each part. Figures
    of this package have none, and tests hold both to say the same. Rows stand in their layers because the browser would draw
    rows that are given apart in a second go.
    """
    spec: dict[str, Any] = _plain(chart)
    return {"$schema": alt.SCHEMA_URL, **spec}


def _plain(part: Any) -> Any:
    if isinstance(part, alt.InlineData):
        return {"values": list(part["values"])}
    if isinstance(part, SchemaBase):
        return _plain(part._args[0] if part._args else part._kwds)
    if isinstance(part, dict):
        return {key: _plain(value) for key, value in part.items() if value is not Undefined}
    if isinstance(part, (list, tuple)):
        return [_plain(one) for one in part]
    return part.to_dict() if hasattr(part, "to_dict") else part
