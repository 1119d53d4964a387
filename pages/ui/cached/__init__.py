"""Every cache. A result is keyed by fingerprints of files and choices, never by a frame, and lives in the session's vault."""

from pages.ui.cached.contracts import contract_table, learned_contracts
from pages.ui.cached.files import dataset, inspection, order_overview
from pages.ui.cached.gaps import audiences, evidence, stage_facts
from pages.ui.cached.moves import cohort_stages, cohorts, flows, movement, movers, new_customers, outline, stage_paths
from pages.ui.cached.outlook import MODEL_OF, earlier, n_won, next_orders, own_figures, payback, reasons
from pages.ui.cached.people import crm, leaving, story, suggestions
from pages.ui.cached.recall import vault
from pages.ui.cached.rules import (
    comparison,
    customers_with_rhythm,
    faults,
    in_every,
    moved_limits,
    rhythm,
    rule_sets,
    who_differs,
    who_sits_in,
    words,
)
from pages.ui.cached.scored import analysis, customers, scores
from pages.ui.cached.stages import lifecycle, stage_counts, stage_members, stages_by
from pages.ui.cached.work import eligibility, workspace

__all__ = [
    "MODEL_OF",
    "analysis",
    "audiences",
    "cohort_stages",
    "cohorts",
    "comparison",
    "contract_table",
    "crm",
    "customers",
    "customers_with_rhythm",
    "dataset",
    "earlier",
    "eligibility",
    "evidence",
    "faults",
    "flows",
    "in_every",
    "inspection",
    "learned_contracts",
    "leaving",
    "lifecycle",
    "moved_limits",
    "movement",
    "movers",
    "n_won",
    "new_customers",
    "next_orders",
    "order_overview",
    "outline",
    "own_figures",
    "payback",
    "reasons",
    "rhythm",
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
