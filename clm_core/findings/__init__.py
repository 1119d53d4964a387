"""What a chart says and what to do next, written by rules from the numbers: one module a subject."""

from clm_core.findings.cohorts import how_two_cohorts_compare, what_cohorts_spend, who_comes_back, who_stays_on_path
from clm_core.findings.comparison import stage_name, who_sits_differently
from clm_core.findings.contracts import (
    how_good_are_contracts,
    how_long_contracts_last,
    too_good_to_be_true,
    what_contracts_are_worth,
    who_may_end,
)
from clm_core.findings.crm import does_the_crm_agree
from clm_core.findings.customers import changes_ahead, who_leaves_soon, why_here
from clm_core.findings.files import is_history_whole
from clm_core.findings.finding import Finding
from clm_core.findings.groups import how_groups_differ
from clm_core.findings.limits import (
    how_rule_sets_differ,
    what_hangs_on_limits,
    what_own_rhythm_says,
    when_silence_is_too_long,
)
from clm_core.findings.movement import how_long_they_stay, where_they_went, who_comes_and_goes, who_moves_on
from clm_core.findings.personas import who_they_are
from clm_core.findings.scores import (
    card_of,
    how_good_is_churn,
    how_good_is_value,
    was_it_right,
    what_is_at_stake,
    what_is_to_come,
    who_may_leave,
    why_this_score,
)
from clm_core.findings.stages import how_it_changed, what_rules_change, where_everyone_is, who_came_and_went, who_moved
from clm_core.findings.worth import is_it_worth_it, who_brings_the_spend, why_they_differ

__all__ = [
    "Finding",
    "card_of",
    "changes_ahead",
    "does_the_crm_agree",
    "how_good_are_contracts",
    "how_good_is_churn",
    "how_good_is_value",
    "how_groups_differ",
    "how_it_changed",
    "how_long_contracts_last",
    "how_long_they_stay",
    "how_rule_sets_differ",
    "how_two_cohorts_compare",
    "is_history_whole",
    "is_it_worth_it",
    "stage_name",
    "too_good_to_be_true",
    "was_it_right",
    "what_cohorts_spend",
    "what_contracts_are_worth",
    "what_hangs_on_limits",
    "what_is_at_stake",
    "what_is_to_come",
    "what_own_rhythm_says",
    "what_rules_change",
    "when_silence_is_too_long",
    "where_everyone_is",
    "where_they_went",
    "who_brings_the_spend",
    "who_came_and_went",
    "who_comes_and_goes",
    "who_comes_back",
    "who_leaves_soon",
    "who_may_end",
    "who_may_leave",
    "who_moved",
    "who_moves_on",
    "who_sits_differently",
    "who_stays_on_path",
    "who_they_are",
    "why_here",
    "why_they_differ",
    "why_this_score",
]
