"""All that is known of a shop's rhythm at a day, with the reason where something cannot be said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from clm_core.errors import TooThinError
from clm_core.frameworks import Framework
from clm_core.rhythm.curve import ReturnCurve, return_curve
from clm_core.rhythm.limits import Proposal, limits_for, propose_limits
from clm_core.rhythm.own import OwnRhythm, own_spells_of, propose_own_rhythm, with_own_rhythm
from clm_core.rhythm.spells import spells_of
from clm_core.tables import Tables

Said = TypeVar("Said")
PROPOSED, BY_OWN_RHYTHM = "Proposed limits", "By own rhythm"


@dataclass(frozen=True)
class Rhythm:
    """The return curve, the limits it proposes, and those in each customer's usual gaps; a refusal stands for what is missing."""

    curve: ReturnCurve
    proposal: Proposal | None
    refusal: TooThinError | None
    own: OwnRhythm | None
    own_refusal: TooThinError | None


def read_rhythm(tables: Tables, as_of_day: int) -> Rhythm:
    """The rhythm of the orders up to a day.

    Raises
    ------
    TooThinError
        When there is no purchase up to that day.
    """
    spells = spells_of(tables, as_of_day)
    proposal, refusal = _said(lambda: propose_limits(spells))
    own, own_refusal = _said(lambda: propose_own_rhythm(own_spells_of(tables, as_of_day)))
    return Rhythm(return_curve(spells), proposal, refusal, own, own_refusal)


def rule_sets_of(rhythm: Rhythm, framework: Framework) -> dict[str, Framework]:
    """The framework with what the rhythm proposes for it: by days, and by each customer's own gaps; only what there is."""
    limits = limits_for(framework, rhythm.proposal) if rhythm.proposal else {}
    sets = {PROPOSED: framework.with_limits(limits)} if limits else {}
    own = with_own_rhythm(framework, rhythm.own.times) if rhythm.own else framework
    return sets | ({BY_OWN_RHYTHM: own} if own != framework else {})


def _said(say: Callable[[], Said]) -> tuple[Said | None, TooThinError | None]:
    try:
        return say(), None
    except TooThinError as fault:
        return None, fault.with_traceback(None)
