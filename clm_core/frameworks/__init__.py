"""Lifecycle frameworks as data: six shipped definitions, four rule sets to compare with, loading, checking."""

from clm_core.frameworks.check import BY_LIMITS, CHECKS, check_framework, require_sound
from clm_core.frameworks.draft import Draft
from clm_core.frameworks.edit import owned
from clm_core.frameworks.load import (
    BY_SILENCE,
    SHIPPED,
    dump_framework,
    is_shipped,
    load_framework,
    parse_framework,
    shipped_frameworks,
    silence_frameworks,
)
from clm_core.frameworks.model import COLOUR_STEPS, Framework, Limit, Rule, Stage

__all__ = [
    "BY_LIMITS",
    "BY_SILENCE",
    "CHECKS",
    "COLOUR_STEPS",
    "SHIPPED",
    "Draft",
    "Framework",
    "Limit",
    "Rule",
    "Stage",
    "check_framework",
    "dump_framework",
    "is_shipped",
    "load_framework",
    "owned",
    "parse_framework",
    "require_sound",
    "shipped_frameworks",
    "silence_frameworks",
]
