"""One column claimed for a role, with how sure the claim is and why."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Claim:
    """One column claimed for a role."""

    column: str
    confidence: float
    reason: str
