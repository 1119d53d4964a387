"""Charts whose marks stand for customers: a mark is clicked, or chosen by name below the chart, which needs no mouse.

The chart and the choice follow each other: a click sets the choice; a choice draws the chart anew, as another widget, since
the browser would go on showing the mark that was clicked before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import altair as alt
import pandas as pd
import streamlit as st

from clm_core import columns as c
from clm_core.charts import alt_text, written
from pages.ui import figures

Mark = tuple[str, ...]


@dataclass(frozen=True)
class _Drawing:
    """Which drawing of a chart is on the screen, and the mark that was last seen clicked on it."""

    chart: str
    number: int = 0
    seen: Mark = ()

    @property
    def key(self) -> str:
        """The key of the chart's widget."""
        return f"chart_{self.chart}_{self.number}" if self.number else f"chart_{self.chart}"


def pick(
    chart: alt.TopLevelMixin,
    title: str,
    subtitle: str,
    data: pd.DataFrame,
    key: str,
    tell: Mapping[str, Callable[[str], str]],
) -> dict[str, str]:
    """The chart with its data, and the fields of the mark that was clicked or chosen; empty while none is.

    ``tell`` names the fields of a mark and says their values in words. ``data`` has these fields and ``n_customers``;
    marks with nobody behind them are not offered.
    """
    filled = data[data[c.N_CUSTOMERS] > 0]
    offered = list(dict.fromkeys(zip(*(filled[name].astype(str) for name in tell), strict=True)))
    chosen = f"mark_{key}"
    _follow_click(key, chosen, list(tell), offered)
    st.vega_lite_chart(
        written(chart),
        width="stretch",
        key=_drawing(key).key,
        alt=alt_text(title, subtitle),
        on_select="rerun",
        selection_mode="pick",
    )
    figures.download(data, f"{key}.csv", "Data of this chart (CSV)", key)
    mark = st.selectbox(
        "Show the customers of",
        offered,
        index=None,
        format_func=lambda one: " · ".join(say(value) for say, value in zip(tell.values(), one, strict=True)),
        key=chosen,
        placeholder="Click the chart, or choose here",
        on_change=_draw_anew,
        args=(key,),
    )
    return dict(zip(tell, mark, strict=True)) if mark else {}


def _drawing(chart: str) -> _Drawing:
    held = st.session_state.get(f"drawing_{chart}")
    return held if isinstance(held, _Drawing) else _Drawing(chart)


def _draw_anew(chart: str) -> None:
    st.session_state[f"drawing_{chart}"] = _Drawing(chart, _drawing(chart).number + 1)


def _follow_click(chart: str, chosen: str, fields: Sequence[str], offered: Sequence[Mark]) -> None:
    """Take over a click since the last run, and forget what is no longer there, as after a change of framework."""
    drawn = _drawing(chart)
    event = st.session_state.get(drawn.key) or {}
    picked = (event.get("selection", {}).get("pick") or [{}])[0]
    clicked = tuple(str(picked.get(name)) for name in fields) if picked else ()
    if clicked != drawn.seen:
        st.session_state[f"drawing_{chart}"] = replace(drawn, seen=clicked)
        st.session_state[chosen] = clicked or None
    if clicked and clicked not in offered:
        _draw_anew(chart)
    if st.session_state.get(chosen) not in offered:
        st.session_state[chosen] = None
