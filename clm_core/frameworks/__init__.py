"""Lifecycle frameworks as data: six shipped definitions, four rule sets to compare with, loading, checking."""

from clm_core.frameworks.check import BY_LIMITS, CHECKS, check_framework
from clm_core.frameworks.load import (
    BY_SILENCE,
    SHIPPED,
    dump_framework,
    load_framework,
    parse_framework,
    shipped_frameworks,
    silence_frameworks,
)
from clm_core.frameworks.model import Framework, Limit, Rule, Stage

__all__ = [
    "BY_LIMITS",
    "BY_SILENCE",
    "CHECKS",
    "SHIPPED",
    "Framework",
    "Limit",
    "Rule",
    "Stage",
    "check_framework",
    "dump_framework",
    "load_framework",
    "parse_framework",
    "shipped_frameworks",
    "silence_frameworks",
]
