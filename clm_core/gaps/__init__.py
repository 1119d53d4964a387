"""The gap-analysis workshop: what could always be on, what really is, where the gap hurts most, and what to do about it."""

from clm_core.gaps.check import check_catalogue
from clm_core.gaps.consensus import Spread, consensus, spread
from clm_core.gaps.evidence import SCORE_RULE, gather_evidence
from clm_core.gaps.load import CATALOGUES, load_catalogue, parse_catalogue, shipped_catalogues, vocabulary
from clm_core.gaps.model import Activity, Catalogue, Channel, Metric, Moment, Vocabulary
from clm_core.gaps.own import Changes, OwnActivities, changed, own_activity, read_own_activities
from clm_core.gaps.scores import agenda, agreed, gaps, medians, spreads, spreads_by_role

__all__ = [
    "CATALOGUES",
    "SCORE_RULE",
    "Activity",
    "Catalogue",
    "Changes",
    "Channel",
    "Metric",
    "Moment",
    "OwnActivities",
    "Spread",
    "Vocabulary",
    "agenda",
    "agreed",
    "changed",
    "check_catalogue",
    "consensus",
    "gaps",
    "gather_evidence",
    "load_catalogue",
    "medians",
    "own_activity",
    "parse_catalogue",
    "read_own_activities",
    "shipped_catalogues",
    "spread",
    "spreads",
    "spreads_by_role",
    "vocabulary",
]
