"""The gap-analysis workshop: what could always be on, what really is, where the gap hurts most, and what to do about it."""

from clm_core.gaps.check import check_catalogue
from clm_core.gaps.consensus import Spread, consensus, spread
from clm_core.gaps.evidence import SCORE_RULE, gather_evidence, no_evidence
from clm_core.gaps.load import CATALOGUES, load_catalogue, parse_catalogue, shipped_catalogues, vocabulary
from clm_core.gaps.maturity import Maturity, assess_maturity, assessment
from clm_core.gaps.model import Activity, Catalogue, Channel, Metric, Moment, Vocabulary
from clm_core.gaps.own import Changes, OwnActivities, changed, own_activity, read_own_activities
from clm_core.gaps.plan import Card, Plan, audience_sizes, make_plan
from clm_core.gaps.plan_files import plan_csv, plan_days, plan_html, plan_ics, plan_markdown, plan_table
from clm_core.gaps.power import HoldOut, hold_out
from clm_core.gaps.priorities import FACTORS, prioritise, stage_facts
from clm_core.gaps.says import what_comes_first, what_is_planned, what_room_says, what_runs, where_gaps_are
from clm_core.gaps.scores import agenda, agreed, gaps, medians, spreads, spreads_by_role, starting_scores, worth_scoring
from clm_core.gaps.session import Session, compare_sessions, dump_session, parse_session, session_of

__all__ = [
    "CATALOGUES",
    "FACTORS",
    "SCORE_RULE",
    "Activity",
    "Card",
    "Catalogue",
    "Changes",
    "Channel",
    "HoldOut",
    "Maturity",
    "Metric",
    "Moment",
    "OwnActivities",
    "Plan",
    "Session",
    "Spread",
    "Vocabulary",
    "agenda",
    "agreed",
    "assess_maturity",
    "assessment",
    "audience_sizes",
    "changed",
    "check_catalogue",
    "compare_sessions",
    "consensus",
    "dump_session",
    "gaps",
    "gather_evidence",
    "hold_out",
    "load_catalogue",
    "make_plan",
    "medians",
    "no_evidence",
    "own_activity",
    "parse_catalogue",
    "parse_session",
    "plan_csv",
    "plan_days",
    "plan_html",
    "plan_ics",
    "plan_markdown",
    "plan_table",
    "prioritise",
    "read_own_activities",
    "session_of",
    "shipped_catalogues",
    "spread",
    "spreads",
    "spreads_by_role",
    "stage_facts",
    "starting_scores",
    "vocabulary",
    "what_comes_first",
    "what_is_planned",
    "what_room_says",
    "what_runs",
    "where_gaps_are",
    "worth_scoring",
]
