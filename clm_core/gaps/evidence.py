"""What the uploaded events show of each activity: a figure, its denominator, and the score it suggests.

Whatever is sent often seems to follow everything. So each share of occasions that are followed by an event has a control beside
it: the share that had such an event in as many days just before or, where nobody is known before, 90 days later. Only what lies
above the control suggests a score.

All rules are expressions over the engine's frames; nothing but counts leaves the engine.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import narwhals as nw
import pandas as pd

from clm_core import columns as c
from clm_core.conditions import features_used, matches
from clm_core.engine import collect
from clm_core.features import FEATURES, Frame, Frames
from clm_core.gaps.check import OCCASIONS
from clm_core.gaps.model import EvidenceRule, Followed, Holds, Marked, Reached, Regular
from clm_core.gaps.sentences import rule_sentence
from clm_core.wording import SMALL_GROUP, percent

WINDOW_DAYS = 365
"""Occasions are those of the last year, without the days whose follow-up is not over."""
FIRSTS = ("sign_up", "first_order")
LATER_DAYS = 90
BEFORE, LATER = "just before", f"{LATER_DAYS} days later"
NEVER = -1_000_000
"""Stands for "no day yet" inside running maxima, where engines disagree on nulls."""
STEPS = (0.02, 0.10, 0.40, 0.70)
"""From which share of the full one 1, 2, 3 and 4 are suggested."""
SCORE_RULE = (
    "Suggested from the share above the control, if it is more than two standard errors above, of what counts as full: below 2 % "
    "0, below 10 % 1, below 40 % 2, below 70 % 3, else 4. A 5 is never suggested: data does not show that something is tested and improved."
)
NOT_RECORDED = "Your events hold nothing of this kind, so they cannot tell."
Status = Literal["found", "thin", "not_recorded"]


CHANNEL_WORDS = {"email": ("email", "e-mail", "mail"), "push": ("push", "app")}
"""How files call the channels that rules ask for."""
Kinds = set[tuple[str, str]]


@dataclass(frozen=True)
class Counted:
    """How many there were, how many show it, and the share that does so at another time. Fewer than ``least`` suggest no score."""

    n: int
    n_found: int
    control: float | None = None
    n_control: int = 0
    beside: str = ""
    least: int = SMALL_GROUP


def gather_evidence(frames: Frames, today: Frame, as_of_day: int, rules: Mapping[str, EvidenceRule]) -> pd.DataFrame:
    """One row per rule: `evidence`, `status`, `n`, `n_found`, `share`, `control`, `score`, `says`, `query`.

    ``today`` holds one row per customer known at ``as_of_day`` with every feature. `score` is missing where fewer than 30 cases
    are known, or the files hold no events of the kind: what is not recorded is not known, which differs from not done.
    """
    kinds = _kinds(frames, as_of_day)
    rows = []
    for name, rule in rules.items():
        counted = _count(rule, frames, today, as_of_day, kinds)
        rows.append({"evidence": name, **_judged(rule, counted), "query": rule_sentence(rule)})
    return _table(rows)


def no_evidence() -> pd.DataFrame:
    """The same table without a row: there is no data to ask."""
    return _table([])


def _table(rows: list[dict[str, object]]) -> pd.DataFrame:
    columns = ["evidence", "status", "n", "n_found", "share", "control", "score", "says", "query"]
    return pd.DataFrame(rows, columns=columns).astype({"score": "Int64"})


def suggested_score(share: float) -> int:
    """The score that a share of the full one suggests: see :data:`SCORE_RULE`."""
    return sum(share >= step for step in STEPS)


def _judged(rule: EvidenceRule, counted: Counted | None) -> dict[str, object]:
    if counted is None:
        unknown = {"share": float("nan"), "control": float("nan"), "score": None}
        return {"status": "not_recorded", "n": 0, "n_found": 0, **unknown, "says": NOT_RECORDED}
    n, n_found = counted.n, counted.n_found
    share = n_found / n if n else float("nan")
    status: Status = "thin" if n < counted.least else "found"
    return {
        "status": status,
        "n": n,
        "n_found": n_found,
        "share": share,
        "control": float("nan") if counted.control is None else counted.control,
        "score": suggested_score(_above_control(share, counted) / rule.full) if status == "found" else None,
        "says": _says(status, share, counted),
    }


def _above_control(share: float, counted: Counted) -> float:
    """The share without what happens anyway; nothing where the difference may be chance (two standard errors)."""
    if counted.control is None:
        return share
    error = math.sqrt(share * (1 - share) / counted.n + counted.control * (1 - counted.control) / counted.n_control)
    return share - counted.control if share - counted.control > 2 * error else 0.0


def _says(status: Status, share: float, counted: Counted) -> str:
    if not counted.n:
        return "There was no occasion for it in the window."
    figure = f"{counted.n_found:,} of {counted.n:,} ({percent(share)})"
    beside = "" if counted.control is None else f"; {percent(counted.control)} {counted.beside}"
    return f"{figure}{beside}." + (f" Fewer than {SMALL_GROUP}: no score is suggested." if status == "thin" else "")


def _kinds(frames: Frames, as_of_day: int) -> Kinds:
    """Which kinds of event the files hold, by channel; with an empty channel for any."""
    if frames.events is None:
        return set()
    columns = [name for name in (c.KIND, c.CHANNEL) if _has(frames, name)]
    found = collect(frames.events.filter(nw.col(c.DAY) <= as_of_day).select(*columns).unique())
    # a file of messages that names no channel is taken for one of mails
    channels = found[c.CHANNEL].fillna("").str.lower() if c.CHANNEL in found else ["email"] * len(found)
    return {
        pair for kind, channel in zip(found[c.KIND], channels, strict=True) for pair in ((kind, channel), (kind, ""))
    }


def _has(frames: Frames, column: str) -> bool:
    return frames.events is not None and column in frames.events.collect_schema().names()


def _count(rule: EvidenceRule, frames: Frames, today: Frame, as_of_day: int, kinds: Kinds) -> Counted | None:
    """What the frames hold of a rule, or None where the files could not show it."""
    match rule:
        case Followed():
            needed = [(rule.look_for, rule.channel), *([(rule.without, "")] if rule.without else [])]
            needed.append((rule.after, rule.after_channel))
            is_shown = all(_is_recorded(kind, channel, kinds) for kind, channel in needed)
            return _followed(rule, frames, as_of_day) if is_shown else None
        case Reached():
            is_shown = _is_recorded(rule.look_for, rule.channel, kinds)
            is_shown &= rule.least_value is None or _has(frames, c.VALUE)
            return _reached(rule, frames, today, as_of_day) if is_shown else None
        case Marked():
            is_shown = _is_recorded(rule.of, "", kinds) and _has(frames, c.VALUE)
            return _marked(rule, frames, as_of_day) if is_shown else None
        case Regular():
            return _regular(rule, frames, as_of_day) if _is_recorded(rule.of, "", kinds) else None
        case Holds():
            return _holds(rule, today) if frames.events is not None or not _reads_events(rule) else None


def _is_recorded(kind: str, channel: str, kinds: Kinds) -> bool:
    if kind in OCCASIONS:
        return True
    return any((kind, word) in kinds for word in CHANNEL_WORDS.get(channel, (channel,)))


def _reads_events(rule: Holds) -> bool:
    read = features_used(rule.among) | features_used(rule.holds)
    return any(FEATURES[name].needs == "events" for name in read if name in FEATURES)


def _followed(rule: Followed, frames: Frames, as_of_day: int) -> Counted:
    (low, high), is_first = rule.days, rule.after in FIRSTS
    control = (low + LATER_DAYS, high + LATER_DAYS) if is_first else (low - high - 1, -1)
    last = as_of_day - max(high, rule.without_days)
    occasions = _occasions(rule, frames).filter((nw.col(c.DAY) <= last) & (nw.col(c.DAY) > as_of_day - WINDOW_DAYS))
    if rule.without:
        against = _days_of(rule.without, "", frames)
        occasions = seen_within(occasions, against, [(0, rule.without_days)]).filter(nw.col("is_seen") == 0)
    wanted = _days_of(rule.look_for, rule.channel, frames)
    # a window that is not over yet is not judged
    seen = seen_within(occasions, wanted, [rule.days, control]).filter(nw.col("at") <= as_of_day)
    counts = collect(seen.group_by("window").agg(nw.len().alias("n"), nw.col("is_seen").sum().alias("found")))
    (n, found), (n_control, found_control) = (_counts(counts[counts["window"] == window]) for window in (0, 1))
    control_share = found_control / n_control if n_control else None
    return Counted(n, found, control_share, n_control, LATER if is_first else BEFORE)


def _counts(rows: pd.DataFrame) -> tuple[int, int]:
    return (int(rows["n"].iloc[0]), int(rows["found"].fillna(0).iloc[0])) if len(rows) else (0, 0)


def seen_within(occasions: Frame, marks: Frame, windows: Sequence[tuple[int, int]]) -> Frame:
    """For each occasion and window of days after it, whether the customer has a mark in the window.

    Occasions and marks hold `customer_id` and `day`, each pair once; the result holds `window` (its number), `at` (the day on
    which it ends) and `is_seen` (0 or 1) beside. The last mark up to the end of each window is a running maximum, so the cost is
    linear in the rows.
    """
    order = ["at", "is_occasion"]  # a mark on the last day of a window comes before its end
    ends = [
        occasions.select(
            c.CUSTOMER_ID,
            c.DAY,
            (nw.col(c.DAY) + high).alias("at"),
            nw.lit(NEVER, nw.Int64).alias("seen"),
            nw.lit(1, nw.Int64).alias("is_occasion"),
            nw.lit(number, nw.Int64).alias("window"),
            (nw.col(c.DAY) + low).alias("starts"),
        )
        for number, (low, high) in enumerate(windows)
    ]
    day, none = nw.col(c.DAY), nw.lit(0, nw.Int64)
    days = marks.select(
        c.CUSTOMER_ID,
        c.DAY,
        day.alias("at"),
        day.alias("seen"),
        none.alias("is_occasion"),
        none.alias("window"),
        day.alias("starts"),
    )
    return (
        nw.concat([*ends, days], how="vertical")
        .with_columns(nw.col("seen").cum_max().over(c.CUSTOMER_ID, order_by=order).alias("seen"))
        .filter(nw.col("is_occasion") == 1)
        .select(
            c.CUSTOMER_ID, c.DAY, "window", "at", (nw.col("seen") >= nw.col("starts")).cast(nw.Int64).alias("is_seen")
        )
    )


def _occasions(rule: Followed, frames: Frames) -> Frame:
    if rule.after == "first_order":
        return _days_of("order", "", frames).group_by(c.CUSTOMER_ID).agg(nw.col(c.DAY).min())
    if rule.after != "lapse":
        return _days_of(rule.after, rule.after_channel, frames)
    orders = _days_of("order", "", frames)
    last_ones = seen_within(orders, orders, [(1, rule.lapse_days)]).filter(nw.col("is_seen") == 0)
    return last_ones.select(c.CUSTOMER_ID, (nw.col(c.DAY) + rule.lapse_days).alias(c.DAY))


def _days_of(kind: str, channel: str, frames: Frames) -> Frame:
    """The days, each once, on which customers had an order or an event of a kind."""
    if kind == "order":
        rows = frames.orders.filter(nw.col(c.IS_PURCHASE))
    else:
        rows = _events(frames, kind, channel).filter(~nw.col(c.CUSTOMER_ID).is_null())
    return rows.select(c.CUSTOMER_ID, nw.col(c.DAY).cast(nw.Int64)).unique()


def _reached(rule: Reached, frames: Frames, today: Frame, as_of_day: int) -> Counted:
    events = _recent(frames, rule.look_for, rule.channel, rule.last_days, as_of_day)
    if rule.least_value is not None:
        events = events.filter((nw.col(c.VALUE) >= rule.least_value).fill_null(False))
    people = events.select(c.CUSTOMER_ID).unique().with_columns(nw.lit(1, nw.Int64).alias("is_reached"))
    group = today.filter(matches(rule.among, {})).select(c.CUSTOMER_ID)
    joined = group.join(people, on=c.CUSTOMER_ID, how="left").with_columns(nw.col("is_reached").fill_null(0))
    return Counted(*_two(joined.select(nw.len().alias("n"), nw.col("is_reached").sum().alias("found"))))


def _marked(rule: Marked, frames: Frames, as_of_day: int) -> Counted:
    events = _recent(frames, rule.of, "", rule.last_days, as_of_day)
    is_marked = (nw.col(c.VALUE) >= rule.least_value).fill_null(False).cast(nw.Int64)
    return Counted(*_two(events.select(nw.len().alias("n"), is_marked.sum().alias("found"))))


def _regular(rule: Regular, frames: Frames, as_of_day: int) -> Counted:
    events = _recent(frames, rule.of, "", rule.last_weeks * 7, as_of_day)
    weeks = events.select(((as_of_day - nw.col(c.DAY).cast(nw.Int64)) // 7).alias("week")).unique()
    n_found = int(collect(weeks.select(nw.len().alias("n")))["n"].iloc[0])
    # each week is known for certain, so a few of them are no small sample
    return Counted(rule.last_weeks, n_found, least=1)


def _holds(rule: Holds, today: Frame) -> Counted:
    group = today.filter(matches(rule.among, {}))
    found = matches(rule.holds, {}).cast(nw.Int64)
    return Counted(*_two(group.select(nw.len().alias("n"), found.sum().alias("found"))))


def _recent(frames: Frames, kind: str, channel: str, last_days: int, as_of_day: int) -> Frame:
    day = nw.col(c.DAY)
    return _events(frames, kind, channel).filter((day <= as_of_day) & (day > as_of_day - last_days))


def _events(frames: Frames, kind: str, channel: str) -> Frame:
    assert frames.events is not None  # events of every kind asked for are known to be there
    rows = frames.events.filter(nw.col(c.KIND) == kind)
    if channel and _has(frames, c.CHANNEL):
        words = list(CHANNEL_WORDS.get(channel, (channel,)))
        rows = rows.filter(nw.col(c.CHANNEL).str.to_lowercase().is_in(words).fill_null(False))
    return rows


def _two(frame: Frame) -> tuple[int, int]:
    row = collect(frame).iloc[0]
    return int(row["n"]), int(row["found"]) if row["found"] == row["found"] and row["found"] is not None else 0
