"""Rules held against each other and against the shop's rhythm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd

from clm_core.compare import Comparison, compare_stages
from clm_core.compare import in_every as in_every_framework
from clm_core.compare import who_differs as list_differing
from clm_core.compare import who_sits_in as list_cell
from clm_core.errors import Issue
from clm_core.features import known_features
from clm_core.frameworks import BY_SILENCE, Framework, check_framework
from clm_core.pipeline import words_of
from clm_core.rhythm import Rhythm, count_with_rhythm, read_rhythm
from clm_core.sensitivity import compare_rule_sets, limit_sensitivity
from pages.ui.cached.files import dataset
from pages.ui.cached.recall import data_key, is_shipped, recall
from pages.ui.cached.work import workspace


def rhythm(as_of: date | None) -> Rhythm:
    """How soon customers return, and the limits that follow."""
    tables, day = dataset().tables, workspace(as_of).as_of_day
    return recall("Reading the rhythm", (*data_key(), as_of), lambda: read_rhythm(tables, day), is_common=True)


def customers_with_rhythm(as_of: date | None) -> tuple[int, int]:
    """How many customers have a usual gap, and how many have bought."""
    key = (*data_key(), as_of)
    return recall("Looking for usual gaps", key, lambda: count_with_rhythm(workspace(as_of).today), is_common=True)


def rule_sets(as_of: date | None, named: Mapping[str, Framework]) -> pd.DataFrame:
    """The same people under several rule sets. Vendors' presets are counted once, the others when one of them changed."""
    presets = {name: framework for name, framework in named.items() if framework.id in BY_SILENCE}
    others = {name: framework for name, framework in named.items() if name not in presets}

    def count(chosen: Mapping[str, Framework]) -> pd.DataFrame:
        key = (*data_key(), as_of, tuple((name, framework.model_dump_json()) for name, framework in chosen.items()))
        is_common = all(map(is_shipped, chosen.values()))
        return recall(
            "Counting roles", key, lambda: compare_rule_sets(workspace(as_of).today, chosen), is_common=is_common
        )

    return pd.concat([count(chosen) for chosen in (others, presets) if chosen], ignore_index=True)


def moved_limits(as_of: date | None, framework: Framework) -> pd.DataFrame:
    """Who changes stage when one limit moves."""
    key = (*data_key(), as_of, framework.model_dump_json())
    return recall(
        "Moving each limit",
        key,
        lambda: limit_sensitivity(workspace(as_of).today, framework),
        is_common=is_shipped(framework),
    )


def comparison(as_of: date | None, a: Framework, b: Framework) -> Comparison:
    """The same people under two rule sets."""
    key = (*data_key(), as_of, a.model_dump_json(), b.model_dump_json())
    is_common = is_shipped(a) and is_shipped(b)
    return recall("Comparing rules", key, lambda: compare_stages(workspace(as_of).today, a, b), is_common=is_common)


def who_differs(as_of: date | None, a: Framework, b: Framework) -> pd.DataFrame:
    """Everyone who sits differently under two rule sets."""
    key = (*data_key(), as_of, a.model_dump_json(), b.model_dump_json())
    is_common = is_shipped(a) and is_shipped(b)
    return recall("Listing who differs", key, lambda: list_differing(workspace(as_of).today, a, b), is_common=is_common)


def who_sits_in(as_of: date | None, a: Framework, b: Framework, stage_a: str, stage_b: str) -> pd.DataFrame:
    """Everyone in one stage under one rule set and another under the other."""
    key = (*data_key(), as_of, a.model_dump_json(), b.model_dump_json(), stage_a, stage_b)
    return recall("Finding the customers", key, lambda: list_cell(workspace(as_of).today, a, b, stage_a, stage_b))


def in_every(as_of: date | None, customer_id: str, frameworks: Sequence[Framework]) -> pd.DataFrame:
    """One customer under every framework: one row read, so nothing is kept."""
    return in_every_framework(workspace(as_of).today, customer_id, frameworks)


def faults(as_of: date | None, framework: Framework) -> list[Issue]:
    """What keeps a framework from being used on these files."""
    known = known_features(workspace(as_of).frames)
    key = (framework.model_dump_json(), *known)
    return recall("Checking the rules", key, lambda: check_framework(framework, known), is_told=False)


def words(as_of: date | None, feature: str) -> list[str]:
    """The texts that a feature has at the day."""
    key = (*data_key(), as_of, feature)
    return recall("Listing words", key, lambda: words_of(workspace(as_of), feature))
