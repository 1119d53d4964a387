"""The pictures that follow a moved limit: each is drawn once, and afterwards only what it shows is sent to the browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from clm_core import charts, findings, metrics
from clm_core.charts import Parts, alt_text
from clm_core.findings import Finding
from clm_core.frameworks import Framework
from clm_core.frameworks.edit import with_stages_of
from clm_core.progress import Outline
from pages.ui import figures, messages, movement_views


@dataclass(frozen=True)
class Redrawn:
    """A picture, ready to be sent, with its measure, what it says, and the data behind it."""

    picture: Parts
    subtitle: str
    finding: Finding
    data: pd.DataFrame | Callable[[], pd.DataFrame]
    key: str

    def draw(self) -> None:
        """The picture alone. Its description is of the measure: another one would have the browser draw everything anew."""
        said = alt_text(self.subtitle, "What it says is written below")
        spec = {**self.picture.drawing, "datasets": self.picture.shown}
        st.vega_lite_chart(spec, width="stretch", key=f"chart_{self.key}", alt=said)

    def tell(self) -> None:
        """What belongs under it: the data one click away, what it says, and what to do next."""
        figures.download(self.data, f"{self.key}.csv", "Data of this chart (CSV)", self.key)
        messages.show_finding(self.finding)


def sizes(
    counts: pd.DataFrame, framework: Framework, counts_at_first: pd.DataFrame, original: Framework, subtitle: str
) -> Redrawn:
    """How many are in each stage, beside how many were under the rules at first."""
    both = with_stages_of(framework, original)
    before, after = metrics.on_stages(counts_at_first, both), metrics.on_stages(counts, both)
    found = findings.what_rules_change(before, after, both)
    chart = charts.before_after(before, after, both, title=found.title, subtitle=subtitle, theme=figures.theme())
    return Redrawn(charts.apart(chart), subtitle, found, lambda: metrics.compare_counts(before, after), "before_after")


def moves(outline: Outline, framework: Framework, subtitle: str) -> Redrawn:
    """Who moved from which stage to which in the last month."""
    found = findings.who_moved(outline.moves, framework)
    chart = charts.move_matrix(outline.moves, framework, title=found.title, subtitle=subtitle, theme=figures.theme())
    return Redrawn(charts.apart(chart), subtitle, found, outline.moves, "rule_moves")


def flow(outline: Outline, framework: Framework) -> Redrawn:
    """The ways over the whole history."""
    chart, found, subtitle = movement_views.flow_chart(outline.flows, framework, "month", figures.theme())
    return Redrawn(charts.apart(chart), subtitle, found, outline.flows, "rule_flows")
