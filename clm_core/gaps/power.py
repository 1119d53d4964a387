"""How many people to leave out, so that the effect of an activity can be told from chance."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import ndtri

SIGNIFICANCE, POWER = 0.05, 0.8
USUAL_UPLIFT = 0.2
FORMULA = (
    "The least h with p₁q₁ ÷ h + p₂q₂ ÷ (n − h) ≤ ((p₂ − p₁) ÷ (z₀.₉₇₅ + z₀.₈))²: two shares compared, 5 % significance on both sides, "
    "80 % power (Chow, Shao & Wang 2008, Sample Size Calculations in Clinical Research, ch. 4)."
)


@dataclass(frozen=True)
class HoldOut:
    """How many of an audience to leave out. ``n`` is None where even half and half cannot show the uplift; ``detectable`` is then
    the smallest relative uplift that half and half would show, or None where no uplift would do."""

    n: int | None
    n_audience: int
    base_rate: float
    uplift: float
    detectable: float | None


def hold_out(n_audience: int, base_rate: float, uplift: float = USUAL_UPLIFT) -> HoldOut:
    """The smallest hold-out that shows a relative ``uplift`` of a share ``base_rate``; see :data:`FORMULA`."""
    half = n_audience // 2
    if not 0 < base_rate < 1 or half < 1:
        return HoldOut(None, n_audience, base_rate, uplift, None)
    if not _shows(half, n_audience, base_rate, uplift):
        return HoldOut(None, n_audience, base_rate, uplift, _detectable(n_audience, base_rate))
    low, high = 0, half
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _shows(middle, n_audience, base_rate, uplift) else (middle, high)
    return HoldOut(high, n_audience, base_rate, uplift, None)


def _shows(n_out: int, n_audience: int, base_rate: float, uplift: float) -> bool:
    reached = base_rate * (1 + uplift)
    if n_out < 1 or reached > 1:
        return False
    variance = base_rate * (1 - base_rate) / n_out + reached * (1 - reached) / (n_audience - n_out)
    z = float(ndtri(1 - SIGNIFICANCE / 2) + ndtri(POWER))
    return math.sqrt(variance) * z <= reached - base_rate


def _detectable(n_audience: int, base_rate: float) -> float | None:
    """The smallest relative uplift, to the next tenth, that two halves show."""
    most = (1 - base_rate) / base_rate
    steps = (step / 10 for step in range(1, int(most * 10) + 1))
    return next((uplift for uplift in steps if _shows(n_audience // 2, n_audience, base_rate, uplift)), None)
