"""Frame → chart: one function a figure, pure, for a light and a dark page."""

from clm_core.charts.alluvial import alluvial
from clm_core.charts.apart import Parts, apart
from clm_core.charts.churn import calibration, churn_by_stage, gains
from clm_core.charts.cohorts import cohort_triangle, cohort_value
from clm_core.charts.compare import place_in_every, stage_crosstab
from clm_core.charts.curves import payback, spend_concentration, tenure
from clm_core.charts.data import orders_in_history
from clm_core.charts.gap_board import gap_heat, lifecycle_bands
from clm_core.charts.gap_choice import agreement, impact_effort
from clm_core.charts.gap_dates import plan_timeline
from clm_core.charts.history import flow_bars, stage_history
from clm_core.charts.lifecycle import before_after, stage_bars
from clm_core.charts.matrix import group_stage_heat, move_matrix
from clm_core.charts.palette import PALETTES, Palette, Theme, contrast, stage_colours
from clm_core.charts.personas import persona_bars, persona_dots
from clm_core.charts.progress import coming_and_going, conversion_dots, conversion_lines, stay_lines
from clm_core.charts.rhythm import grip_days, return_curve
from clm_core.charts.scores import drivers, tenths
from clm_core.charts.sensitivity import limit_moves, role_colour, rule_set_strip
from clm_core.charts.sheet import alt_text
from clm_core.charts.stacked import total_value, value_at_stake
from clm_core.charts.timeline import customer_timeline
from clm_core.charts.written import written

__all__ = [
    "PALETTES",
    "Palette",
    "Parts",
    "Theme",
    "agreement",
    "alluvial",
    "alt_text",
    "apart",
    "before_after",
    "calibration",
    "churn_by_stage",
    "cohort_triangle",
    "cohort_value",
    "coming_and_going",
    "contrast",
    "conversion_dots",
    "conversion_lines",
    "customer_timeline",
    "drivers",
    "flow_bars",
    "gains",
    "gap_heat",
    "grip_days",
    "group_stage_heat",
    "impact_effort",
    "lifecycle_bands",
    "limit_moves",
    "move_matrix",
    "orders_in_history",
    "payback",
    "persona_bars",
    "persona_dots",
    "place_in_every",
    "plan_timeline",
    "return_curve",
    "role_colour",
    "rule_set_strip",
    "spend_concentration",
    "stage_bars",
    "stage_colours",
    "stage_crosstab",
    "stage_history",
    "stay_lines",
    "tenths",
    "tenure",
    "total_value",
    "value_at_stake",
    "written",
]
