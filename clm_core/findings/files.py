"""What the files say of themselves."""

from __future__ import annotations

from clm_core.completeness import History
from clm_core.findings.finding import Finding
from clm_core.wording import count, long_day


def is_history_whole(history: History) -> Finding:
    """How many gaps the history of orders has, where the longest lies, and what they do to the rest."""
    span, gaps = count(history.n_days, "day"), history.gaps
    if gaps.empty:
        quiet = f"{count(history.n_empty_days, 'day has', 'days have')} none, as is usual for this shop."
        says = quiet if history.n_empty_days else "Every day has at least one."
        return Finding(f"No gap in {span} of orders", says, "The history can be used from end to end.")
    longest = gaps.iloc[int(gaps["n_days"].to_numpy().argmax())]
    start, end, n_days = longest["starts_on"].date(), longest["ends_on"].date(), int(longest["n_days"])
    title = f"{count(len(gaps), 'gap')} in {span} of orders"
    title += f": {count(n_days, 'day')}" if len(gaps) == 1 else f", the longest {count(n_days, 'day')}"
    says = f"From {long_day(start)} to {long_day(end)} there is no order, though the same weekdays around have some."
    next_step = (
        "Was the shop closed? If not, export these days again: after a gap customers look more silent than they are."
    )
    return Finding(title, says, next_step)
