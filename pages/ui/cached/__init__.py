"""Every cache. A result is keyed by fingerprints of files and choices, never by a frame, and lives in the session's vault."""

from pages.ui.cached.files import dataset, inspection, order_overview
from pages.ui.cached.gaps import audiences, evidence, stage_facts
from pages.ui.cached.moves import cohort_stages, cohorts, flows, movement, movers, new_customers, outline, stage_paths
from pages.ui.cached.people import crm, leaving, story, suggestions
from pages.ui.cached.recall import vault
from pages.ui.cached.rules import (
    comparison,
    customers_with_rhythm,
    in_every,
    moved_limits,
    rhythm,
    rule_counts,
    rule_sets,
    who_differs,
    who_sits_in,
    words,
)
from pages.ui.cached.scored import analysis, customers, scores
from pages.ui.cached.stages import lifecycle, stage_counts, stage_members, stages_by
from pages.ui.cached.work import eligibility, workspace

__all__ = [
    "analysis",
    "audiences",
    "cohort_stages",
    "cohorts",
    "comparison",
    "crm",
    "customers",
    "customers_with_rhythm",
    "dataset",
    "eligibility",
    "evidence",
    "flows",
    "in_every",
    "inspection",
    "leaving",
    "lifecycle",
    "moved_limits",
    "movement",
    "movers",
    "new_customers",
    "order_overview",
    "outline",
    "rhythm",
    "rule_counts",
    "rule_sets",
    "scores",
    "stage_counts",
    "stage_facts",
    "stage_members",
    "stage_paths",
    "stages_by",
    "story",
    "suggestions",
    "vault",
    "who_differs",
    "who_sits_in",
    "words",
    "workspace",
]
