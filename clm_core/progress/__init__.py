"""How customers move through the stages: conversion to the next phase, time in stage, returns, flows between days."""

from clm_core.progress.conversion import HORIZONS, conversion, conversion_after_entry, pooled_conversion
from clm_core.progress.flows import MOST_DAYS, QUICK_RATIO, comings_and_goings, flows_between
from clm_core.progress.movement import Movement, Outline, outline_movement, read_movement
from clm_core.progress.paths import StagePaths, count_paths
from clm_core.progress.stays import stay_curves, stays, time_in_stage

__all__ = [
    "HORIZONS",
    "MOST_DAYS",
    "QUICK_RATIO",
    "Movement",
    "Outline",
    "StagePaths",
    "comings_and_goings",
    "conversion",
    "conversion_after_entry",
    "count_paths",
    "flows_between",
    "outline_movement",
    "pooled_conversion",
    "read_movement",
    "stay_curves",
    "stays",
    "time_in_stage",
]
