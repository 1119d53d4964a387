"""How soon customers come back, and the limits of silence that follow from it."""

from clm_core.rhythm.curve import ReturnCurve, return_curve
from clm_core.rhythm.limits import Proposal, ProposedLimit, limits_for, propose_limits
from clm_core.rhythm.own import OwnRhythm, count_with_rhythm, own_spells_of, propose_own_rhythm, with_own_rhythm
from clm_core.rhythm.reading import BY_OWN_RHYTHM, PROPOSED, Rhythm, read_rhythm, rule_sets_of
from clm_core.rhythm.spells import Spells, spells_of

__all__ = [
    "BY_OWN_RHYTHM",
    "PROPOSED",
    "OwnRhythm",
    "Proposal",
    "ProposedLimit",
    "ReturnCurve",
    "Rhythm",
    "Spells",
    "count_with_rhythm",
    "limits_for",
    "own_spells_of",
    "propose_limits",
    "propose_own_rhythm",
    "read_rhythm",
    "return_curve",
    "rule_sets_of",
    "spells_of",
    "with_own_rhythm",
]
