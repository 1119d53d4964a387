"""Lifecycle frameworks as data: six shipped definitions, loading, checking."""

from clm_core.frameworks.check import CHECKS, check_framework
from clm_core.frameworks.load import SHIPPED, dump_framework, load_framework, parse_framework, shipped_frameworks
from clm_core.frameworks.model import Framework, Limit, Rule, Stage

__all__ = [
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
]
