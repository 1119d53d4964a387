"""Stage of each customer at every month end (or week end), and how they moved.

The ledger keeps the stretches over which nothing about a customer changed. For the features that rules read it lays them out
by month, last month's beside this month's: counting moves under any limits is then one scan with two case expressions and a
group-by, and no customer × month rows ever leave the engine.

Identities, for every month t and stage s: stock(t) = stock(t−1) + arrivals − departures, where arrivals include people newly
known; each known customer is in exactly one move.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial
from typing import Any, Literal, TypeVar

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from clm_core import columns as c
from clm_core.conditions import features_used
from clm_core.engine import collect
from clm_core.features import FEATURES, Frame, Frames, features_of, known_features
from clm_core.features.panel import build_people, check_days, numbers_of, with_features
from clm_core.features.stretches import BEFORE, WAS_KNOWN, Aids, bring_aids, build_stretches, spread
from clm_core.frameworks import Framework
from clm_core.tables import to_date, to_day

Unit = Literal["month", "week"]
Ints = npt.NDArray[np.int64] | npt.NDArray[np.int32] | npt.NDArray[np.int16]
NOT_KNOWN = ""
"""The `from_stage` of people who were not known a month before."""
SORT_NO = "sort_no"
_KEY = "key_"
MOST_KEPT = 6
"""Frames kept laid out: those of a few frameworks that somebody goes back and forth between."""

Kept = TypeVar("Kept")


@dataclass(frozen=True)
class Sorts:
    """Customers in groups: those of a group are alike in all that the rules read, at each of some periods.

    ``cells`` has what the rules read of each sort of customer, an array a feature as :func:`clm_core.conditions.decide` reads them:
    at home, outside the engine, which would take longer to read a question than to answer it. ``of`` has a row for each group and
    a column for each period: one more than the place of the sort, 0 while not known. ``n_customers`` has an entry a group.
    """

    cells: dict[str, npt.NDArray[Any]]
    n_sorts: int
    of: Ints
    n_customers: Ints


@dataclass(frozen=True)
class Ledger:
    """The customer-months (or weeks) of one data set, kept in its engine as stretches, and the days they stand for."""

    frames: Frames
    people: Frame
    stretches: Frame
    aids: Aids
    snapshots: tuple[int, ...]
    unit: Unit = "month"
    known_days: int = 0
    _kept: dict[tuple[str, ...], tuple[str, Any]] = field(default_factory=dict, repr=False, compare=False)
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False, compare=False)

    @property
    def frame(self) -> Frame:
        """One row per customer and period end: `was_known`, every feature, and under ``previous_…`` as it was a period before.

        It is computed when it is asked for, and only the columns that are asked for.
        """
        return self._known_long_enough(with_features(self.frames, self._spread(), self.people, ("", BEFORE)))

    def read_by(self, framework: Framework) -> Frame:
        """The columns of :attr:`frame` that a framework's rules read, beside `customer_no`, `period` and `was_known`.

        They are computed once and kept, so that a moved limit costs one scan.
        """
        return self._laid_out(self._read(framework), is_counted=False)

    def alike(self, framework: Framework) -> Frame:
        """Customer-months that are alike in all that the rules read, counted: :meth:`read_by` without `customer_no`.

        `n_customers` says how many there are of each. Kept too: rules that read whole numbers find far fewer sorts of
        customer-months than customer-months.
        """
        return self._laid_out(self._read(framework), is_counted=True)

    def sorts_on(self, framework: Framework, periods: Sequence[int]) -> Sorts:
        """Customers known by the last of some periods in rising order, each as the sort it is of at each of them.

        Kept as well: flows between the same days under any limits ask the rules of each sort once, not of each customer.
        """
        read = self._read(framework)
        key = (*read, "sorts", *map(str, periods), str(self.known_days))
        return self._keep(key, lambda name: self._sorted(read, periods, name))

    def _sorted(self, read: tuple[str, ...], periods: Sequence[int], name: str) -> Sorts:
        filled, persist, texts = self._filled(read), self.frames.engine.persist, self._texts()
        # joins find no missing value again, so another one stands for it there
        same = [_without_gaps(name, is_text=name in texts).alias(_KEY + name) for name in filled]
        keys = [_KEY, *(_KEY + feature for feature in filled)]
        rows = self._laid_out(read, is_counted=False)
        rows = rows.filter(nw.col(c.PERIOD).is_in(list(periods))).with_columns(nw.lit(1).alias(_KEY), *same)
        different = rows.select(*keys, *filled).unique()
        sorts = persist(different.with_row_index(SORT_NO, order_by=keys), name)
        found = rows.select(c.CUSTOMER_NO, c.PERIOD, *keys).join(sorts.select(SORT_NO, *keys), on=keys)
        number = (nw.col(SORT_NO).cast(nw.Int64) + 1).alias(SORT_NO)
        found = persist(found.select(c.CUSTOMER_NO, c.PERIOD, number), f"sorting_{self.unit}")
        names = [f"{SORT_NO}_{period}" for period in periods]

        def at(place: int) -> Frame:
            there = found.filter(nw.col(c.PERIOD) == periods[place])
            return there.select(c.CUSTOMER_NO, nw.col(SORT_NO).alias(names[place]))

        beside = at(len(periods) - 1)
        for place in range(len(periods) - 1):  # whoever is known stays known, so the last period knows everyone
            beside = beside.join(at(place), on=c.CUSTOMER_NO, how="left")
        beside = beside.select(nw.col(name).fill_null(0) for name in names)
        groups = collect(beside.group_by(*names).agg(nw.len().alias(c.N_CUSTOMERS)))
        home = collect(sorts.select(SORT_NO, *filled)).sort_values(SORT_NO)
        nothing = pd.Series(None, home.index, dtype=object)
        cells = {name: _at_home(home.get(name, nothing), is_text=name in texts) for name in read}
        return Sorts(cells, len(home), groups[names].to_numpy(np.int32), groups[c.N_CUSTOMERS].to_numpy(np.int64))

    def _read(self, framework: Framework) -> tuple[str, ...]:
        read = {name for rule in framework.rules if rule.when is not None for name in features_used(rule.when)}
        return tuple(sorted(read))

    def _filled(self, read: Sequence[str]) -> list[str]:
        return [name for name in read if name in features_of(self.frames)]

    def _texts(self) -> set[str]:
        return {name for name, feature in known_features(self.frames).items() if feature.kind == "text"}

    def _laid_out(self, read: tuple[str, ...], *, is_counted: bool) -> Frame:
        filled = self._filled(read)
        shown = [prefix + name for prefix in ("", BEFORE) for name in filled]
        persist = self.frames.engine.persist
        frame = self._keep((*filled, "", str(self.known_days)), lambda name: persist(self._computed(shown), name))
        if is_counted:
            of = frame
            counted = of.group_by(c.PERIOD, WAS_KNOWN, *shown).agg(nw.len().alias(c.N_CUSTOMERS))
            frame = self._keep((*filled, c.N_CUSTOMERS, str(self.known_days)), partial(persist, counted))
        return _with_nothing(frame, read, filled)

    def _computed(self, shown: list[str]) -> Frame:
        is_text = bool({name.removeprefix(BEFORE) for name in shown} - set(numbers_of(self.frames)))
        each = with_features(self.frames, self._spread(), self.people if is_text else None, ("", BEFORE))
        return self._known_long_enough(each).select(c.CUSTOMER_NO, c.PERIOD, WAS_KNOWN, *shown)

    def _keep(self, key: tuple[str, ...], make: Callable[[str], Kept]) -> Kept:
        """What is made once and kept in the engine under a name; of many the one used longest ago gives its place to the next."""
        with self._lock:
            if key not in self._kept:
                if len(self._kept) >= MOST_KEPT:
                    del self._kept[next(iter(self._kept))]
                used = {name for name, _ in self._kept.values()}
                name = next(name for i in range(MOST_KEPT) if (name := f"read_{self.unit}_{i}") not in used)
                self._kept[key] = (name, None)  # the name is taken: what is made may need to keep another
                try:
                    self._kept[key] = (name, make(name))
                except BaseException:
                    del self._kept[key]
                    raise
            self._kept[key] = self._kept.pop(key)
            kept: Kept = self._kept[key][1]
            return kept

    def _spread(self) -> Frame:
        return spread(self.frames, self.stretches, self.snapshots, self.aids, is_beside=True)

    def _known_long_enough(self, frame: Frame) -> Frame:
        if not self.known_days:
            return frame
        was_known = nw.col(WAS_KNOWN) & (nw.col(BEFORE + c.TENURE_DAYS) >= self.known_days).fill_null(False)
        return frame.filter(nw.col(c.TENURE_DAYS) >= self.known_days).with_columns(was_known.alias(WAS_KNOWN))

    @property
    def is_last_partial(self) -> bool:
        """Whether the last month or week was not over on the as-of day."""
        return period_end(self.snapshots[-1], self.unit) != self.snapshots[-1]

    @property
    def n_full(self) -> int:
        """How many periods were over on the as-of day."""
        return len(self.snapshots) - self.is_last_partial

    @property
    def dates(self) -> list[date]:
        """The day that each period ends on, the first period first."""
        return [to_date(day) for day in self.snapshots]

    def periods(self) -> pd.DataFrame:
        """One row per period: `as_of`, `is_partial`. A partial one had less time for orders than the others."""
        is_partial = [place >= self.n_full for place in range(len(self.snapshots))]
        return pd.DataFrame({c.AS_OF: self.dates, "is_partial": is_partial})

    def known_for(self, n_days: int) -> Ledger:
        """The same ledger without anyone known for less than ``n_days``, who could not yet have been silent that long.

        They are left out rather than given a stage, and enter as newly known at the first period end at which they have
        been known for long enough, so every identity holds as it stands.
        """
        return replace(self, known_days=n_days)

    def beside(self, frames: Frames) -> Ledger:
        """The same ledger through the engine of ``frames``, which were made by :func:`clm_core.features.frames_beside`."""
        seen = frames.engine.seen
        aids = bring_aids(frames, self.snapshots)
        return Ledger(frames, seen(self.people), seen(self.stretches), aids, self.snapshots, self.unit, self.known_days)


def _at_home(column: pd.Series[Any], *, is_text: bool) -> npt.NDArray[Any]:
    """A feature of rows at hand: texts with None, numbers with NaN where it is missing."""
    if is_text:
        return column.astype(object).where(column.notna(), None).to_numpy()
    return column.to_numpy(np.float64, na_value=np.nan)


def _without_gaps(feature: str, *, is_text: bool) -> nw.Expr:
    """A feature with something in place of a missing value that it could not have."""
    if is_text:
        return nw.col(feature).fill_null("\N{REPLACEMENT CHARACTER}")
    return nw.col(feature).cast(nw.Float64).fill_null(-1e300)


def _with_nothing(frame: Frame, read: Sequence[str], filled: Sequence[str]) -> Frame:
    """The frame with a missing value for what rules read and the files leave empty, which takes no room."""
    empty = [name for name in read if name not in filled]
    kinds = {name: nw.String if FEATURES[name].kind == "text" else nw.Float64 for name in empty}
    return frame.with_columns(
        nw.lit(None, kinds[name]).alias(prefix + name) for prefix in ("", BEFORE) for name in empty
    )


def period_end(day: int, unit: Unit) -> int:
    """The last day of the month, or of the week from Monday to Sunday, that ``day`` lies in."""
    at = to_date(day)
    if unit == "week":
        return day + 6 - at.weekday()
    return to_day(date(at.year + at.month // 12, at.month % 12 + 1, 1) - timedelta(days=1))


def period_ends(first_day: int, as_of_day: int, unit: Unit = "month") -> tuple[int, ...]:
    """Every period end from the period of ``first_day`` on, the last being ``as_of_day`` itself."""
    ends = [period_end(first_day, unit)]
    while ends[-1] < as_of_day:
        ends.append(period_end(ends[-1] + 1, unit))
    return (*ends[:-1], as_of_day)


def build_ledger(frames: Frames, as_of_day: int, unit: Unit = "month") -> Ledger:
    """Follow every customer to ``as_of_day`` and keep the stretches over which nothing about them changed."""
    snapshots = period_ends(frames.first_day, as_of_day, unit)
    check_days(frames, snapshots)
    persist = frames.engine.persist
    aids = bring_aids(frames, snapshots)
    people = persist(build_people(frames, as_of_day), f"people_{unit}")
    stretches = persist(build_stretches(frames, people, snapshots, aids), f"stretches_{unit}")
    return Ledger(frames, people, stretches, aids, snapshots, unit)


def count_moves(ledger: Ledger, framework: Framework) -> pd.DataFrame:
    """One row per month end, stage before and stage now, of those that occur.

    Columns: `as_of` (date), `from_stage` (empty: not known a month before), `to_stage`, `n_customers`, `rate` (of those in
    `from_stage`). Stayers are included, so each known customer is counted once a month.
    """
    numbered = ledger.alike(framework).select(
        c.PERIOD,
        WAS_KNOWN,
        c.N_CUSTOMERS,
        framework.rule_number().alias(c.RULE_NO),
        framework.rule_number(BEFORE).alias(c.PREVIOUS_RULE_NO),
    )
    by_rule = [c.PERIOD, WAS_KNOWN, c.PREVIOUS_RULE_NO, c.RULE_NO]
    counted = collect(numbered.group_by(*by_rule).agg(nw.col(c.N_CUSTOMERS).sum()))
    stages = dict(enumerate(framework.stage_of_rule))
    came_from = counted[c.PREVIOUS_RULE_NO].map(stages).where(counted[WAS_KNOWN].astype(bool), NOT_KNOWN)
    moves = pd.DataFrame(
        {
            c.AS_OF: counted[c.PERIOD].map({i: to_date(day) for i, day in enumerate(ledger.snapshots)}),
            c.FROM_STAGE: came_from,
            c.TO_STAGE: counted[c.RULE_NO].map(stages),
            c.N_CUSTOMERS: counted[c.N_CUSTOMERS].astype("int64"),
        }
    )
    keys = [c.AS_OF, c.FROM_STAGE, c.TO_STAGE]
    moves = moves.groupby(keys, sort=False)[c.N_CUSTOMERS].sum().reset_index()
    moves[c.RATE] = moves[c.N_CUSTOMERS] / moves.groupby([c.AS_OF, c.FROM_STAGE])[c.N_CUSTOMERS].transform("sum")
    return _in_lifecycle_order(moves, framework)


def _in_lifecycle_order(moves: pd.DataFrame, framework: Framework) -> pd.DataFrame:
    place = {stage: i for i, stage in enumerate([NOT_KNOWN, *framework.stage_ids, c.UNASSIGNED])}
    keys = pd.DataFrame(
        {"a": moves[c.AS_OF], "b": moves[c.FROM_STAGE].map(place), "c": moves[c.TO_STAGE].map(place)},
        index=moves.index,
    )
    return moves.loc[keys.sort_values(["a", "b", "c"]).index].reset_index(drop=True)


def stock_and_flow(moves: pd.DataFrame, framework: Framework) -> pd.DataFrame:
    """A complete month × stage grid, zeros included, in lifecycle order.

    Columns: `as_of`, `stage`, `n_customers` (stock), `share` (of all known), `entered` (newly known into the stage),
    `arrived` (from other stages), `left` (to other stages).
    """
    grid = pd.MultiIndex.from_product([moves[c.AS_OF].unique(), framework.stage_ids], names=[c.AS_OF, c.STAGE])
    is_new = moves[c.FROM_STAGE] == NOT_KNOWN
    is_moved = ~is_new & (moves[c.FROM_STAGE] != moves[c.TO_STAGE])

    def total(rows: pd.DataFrame, stage_column: str) -> pd.Series[int]:
        sums = rows.groupby([c.AS_OF, stage_column])[c.N_CUSTOMERS].sum()
        return sums.reindex(grid, fill_value=0)

    stock = total(moves, c.TO_STAGE)
    table = pd.DataFrame(
        {
            c.N_CUSTOMERS: stock,
            c.SHARE: stock / stock.groupby(level=0).transform("sum"),
            "entered": total(moves[is_new], c.TO_STAGE),
            "arrived": total(moves[is_moved], c.TO_STAGE),
            "left": total(moves[is_moved], c.FROM_STAGE),
        }
    )
    return table.reset_index()
