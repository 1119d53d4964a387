"""Stages and moves told apart by anything known of a customer, and the customers behind every number."""

from clm_core.breakdown.counts import GROUP, OTHER, UNKNOWN, moves_by, stages_by
from clm_core.breakdown.groups import Grouped, Grouping, groupings, with_group
from clm_core.breakdown.members import movers, stage_members

__all__ = [
    "GROUP",
    "OTHER",
    "UNKNOWN",
    "Grouped",
    "Grouping",
    "groupings",
    "movers",
    "moves_by",
    "stage_members",
    "stages_by",
    "with_group",
]
