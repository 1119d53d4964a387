"""How soon customers come back, and the limits of silence that follow from it."""

from clm_core.rhythm.curve import ReturnCurve, return_curve
from clm_core.rhythm.limits import Proposal, ProposedLimit, limits_for, propose_limits
from clm_core.rhythm.spells import Spells, spells_of

__all__ = [
    "Proposal",
    "ProposedLimit",
    "ReturnCurve",
    "Spells",
    "limits_for",
    "propose_limits",
    "return_curve",
    "spells_of",
]
