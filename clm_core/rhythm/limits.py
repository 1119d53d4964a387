"""Limits proposed from the return curve: at risk where 80 % of those who ever come back are back, lost at 95 %.

"Ever" is the plateau of the curve: with F(t) the share back within t days and F(T) its value where the curve ends, the limit
is the first day with F(t) ≥ 80 % of F(T). This is the estimate of Maller and Zhou (1992) for populations in which some never
return. One-time buyers lower F(t) and F(T) alike, so they hardly move a limit. It holds only where the curve has flattened,
which is tried by asking a shorter follow-up for the same limit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clm_core.errors import TooThinError
from clm_core.frameworks import Framework
from clm_core.rhythm.curve import followed, reach, return_curve, survival_of
from clm_core.rhythm.spells import Spells
from clm_core.wording import SMALL_GROUP, count, percent

AT_RISK_SHARE, LOST_SHARE = 0.80, 0.95
LEAST_GAPS = 100
"""Fewer leave fewer than five gaps beyond the day by which 95 % are back."""
SHORTER = 0.75
LARGEST_DRIFT = 0.15
"""A limit that shrinks by more than this when followed three quarters as long still grows with the history.

For gaps at random this allows limits that are about a tenth too short, and refuses shorter histories."""
N_DRAWS = 400


@dataclass(frozen=True)
class ProposedLimit:
    """A limit in days of silence, the share of returns that come within it, and its 95 % interval."""

    days: int
    low: int
    high: int
    share: float


@dataclass(frozen=True)
class Proposal:
    """Both limits with what they rest on. ``lost`` is None where the history is too short for it; ``reason`` says why."""

    at_risk: ProposedLimit
    lost: ProposedLimit | None
    reason: str
    n_gaps: int
    n_censored: int
    eventual_share: float


def propose_limits(spells: Spells, *, seed: int = 0) -> Proposal:
    """Days after which silence is unusual (at risk), and a return rare (lost).

    Intervals come from drawing groups of customers anew, since the gaps of one customer are alike.

    Raises
    ------
    TooThinError
        With fewer than 100 gaps, or 30 customers who came back, or a history too short for even the first limit.
    """
    _check_enough(spells)
    curve = return_curve(spells)
    back = 1.0 - curve.table["survival"].to_numpy()
    draws = _drawn_limits(spells, (AT_RISK_SHARE, LOST_SHARE), seed)
    at_risk, lost = (
        ProposedLimit(_first_day(back, share), *_ends(drawn), share)
        for share, drawn in zip((AT_RISK_SHARE, LOST_SHARE), draws, strict=True)
    )
    if fault := _growing(back, at_risk, spells):
        raise TooThinError(
            "The history is too short to propose limits.",
            where="days from one order to the next",
            found=fault,
            next_step="Add older orders, or set the limits by hand.",
        )
    fault = _growing(back, lost, spells)
    reason = f"The history is too short to propose when customers are lost: {fault}." if fault else ""
    return Proposal(
        at_risk, None if fault else lost, reason, curve.n_gaps, curve.n_censored, float(curve.eventual_share)
    )


def limits_for(framework: Framework, proposal: Proposal) -> dict[str, float]:
    """The framework's limits that the proposal sets, inside their ranges and rising: for :meth:`Framework.with_limits`.

    Where everyone returns on the same day, lost begins a day after at risk. Without a proposal for lost the framework's own
    stays, and at risk is set only if it lies below.
    """
    if not {"at_risk_days", "lost_days"} <= framework.limits.keys():
        return {}
    lost = framework.limits["lost_days"]
    if proposal.lost is None:
        at_risk_days = _inside(framework, "at_risk_days", proposal.at_risk.days)
        return {"at_risk_days": at_risk_days} if at_risk_days < lost.value else {}
    at_risk_days = min(_inside(framework, "at_risk_days", proposal.at_risk.days), lost.most - 1)
    lost_days = max(_inside(framework, "lost_days", proposal.lost.days), at_risk_days + 1)
    return {"at_risk_days": at_risk_days, "lost_days": lost_days}


def _inside(framework: Framework, name: str, days: int) -> float:
    limit = framework.limits[name]
    return min(max(float(days), limit.least), limit.most)


def _check_enough(spells: Spells) -> None:
    if spells.n_gaps >= LEAST_GAPS and spells.n_returning >= SMALL_GROUP:
        return
    raise TooThinError(
        "Too few orders follow one another to propose limits.",
        where="days from one order to the next",
        found=f"{count(spells.n_gaps, 'gap')} of {count(spells.n_returning, 'customer')} who came back",
        allowed=f"at least {LEAST_GAPS} gaps of at least {SMALL_GROUP} customers",
        next_step="Set the limits by hand, or add older orders.",
    )


def _first_day(back: NDArray[np.float64], share: float) -> int:
    """The first day by which ``share`` of those who are back at the end are back."""
    # a sum of floats may miss the share it equals by its last digit
    return int(np.argmax(back >= share * back[-1] - 1e-12))


def _growing(back: NDArray[np.float64], limit: ProposedLimit, spells: Spells) -> str:
    """What a shorter follow-up would have said where that is too far off, else nothing."""
    shorter = int((len(back) - 1) * SHORTER)
    days = _first_day(back[: shorter + 1], limit.share)
    if days >= limit.days * (1 - LARGEST_DRIFT):
        return ""
    return (
        f"{percent(limit.share, 0)} of returns come within {spells.words(limit.days)} when followed for "
        f"{spells.words(len(back) - 1)}, but within {spells.words(days)} when followed for {spells.words(shorter)}, "
        "so the limit still grows with the history"
    )


def _drawn_limits(spells: Spells, shares: Sequence[float], seed: int) -> NDArray[np.int64]:
    """The limits of curves from groups of customers drawn with replacement: share × draw."""
    n_groups = len(spells.returned)
    n_days = reach(followed(spells.returned.sum(axis=0), spells.still_open.sum(axis=0)), SMALL_GROUP)
    times = np.random.default_rng(seed).multinomial(n_groups, np.full(n_groups, 1 / n_groups), size=N_DRAWS)
    weights = times.astype(np.float64)  # float products run on the machine's fast paths, and are exact at this size
    returned, still_open = weights @ spells.returned, weights @ spells.still_open
    back = 1.0 - survival_of(returned, followed(returned, still_open))[:, :n_days]
    return np.stack([np.argmax(back >= share * back[:, -1:] - 1e-12, axis=1) for share in shares])


def _ends(drawn: NDArray[np.int64]) -> tuple[int, int]:
    low, high = np.quantile(drawn, [0.025, 0.975])
    return int(np.floor(low)), int(np.ceil(high))
