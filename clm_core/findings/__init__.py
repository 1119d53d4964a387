"""What a chart says and what to do next, written by rules from the numbers: one module a subject."""

from clm_core.findings.files import is_history_whole
from clm_core.findings.finding import Finding
from clm_core.findings.personas import who_they_are
from clm_core.findings.scores import card_of, what_is_to_come, who_may_leave
from clm_core.findings.stages import how_it_changed, what_rules_change, where_everyone_is, who_came_and_went, who_moved

__all__ = [
    "Finding",
    "card_of",
    "how_it_changed",
    "is_history_whole",
    "what_is_to_come",
    "what_rules_change",
    "where_everyone_is",
    "who_came_and_went",
    "who_may_leave",
    "who_moved",
    "who_they_are",
]
