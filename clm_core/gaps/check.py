"""Checks on a catalogue before use, in the manner of :mod:`clm_core.frameworks.check`: each returns issues, none raises."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from clm_core.conditions import Feature, misfits
from clm_core.errors import Issue, did_you_mean
from clm_core.frameworks import Framework
from clm_core.gaps.model import Activity, Catalogue, Followed, Holds, Marked, Reached, Regular, Vocabulary
from clm_core.tables import EVENT_KINDS

OCCASIONS = ("order", "first_order", "lapse")
"""What an evidence rule may follow beside events."""


def check_catalogue(
    catalogue: Catalogue, words: Vocabulary, frameworks: Sequence[Framework], features: Mapping[str, Feature]
) -> list[Issue]:
    """Every fault of a catalogue and of the vocabulary it speaks; an empty list means it may be used."""
    return [
        *_doubles(catalogue),
        *(issue for activity in catalogue.activities for issue in _unknown_words(activity, words)),
        *(issue for activity in catalogue.activities for issue in _unfit_rules(activity, features)),
        *_stages(words, frameworks),
        *_evidence(words, features),
    ]


def _doubles(catalogue: Catalogue) -> Iterator[Issue]:
    for what, names in (
        ("id", [activity.id for activity in catalogue.activities]),
        ("name", [activity.name.casefold() for activity in catalogue.activities]),
    ):
        for name, n in Counter(names).items():
            if n > 1:
                yield _fault("duplicate_name", f"The {what} '{name}' is given to {n} activities; each needs its own.")


def _unknown_words(activity: Activity, words: Vocabulary) -> Iterator[Issue]:
    for field, found, known in (
        ("moment", activity.moment, [moment.id for moment in words.moments]),
        ("channel", activity.channel, [channel.id for channel in words.channels]),
        ("metric", activity.metric, [metric.id for metric in words.metrics]),
        ("evidence", activity.evidence, ["", *words.evidence]),
    ):
        if found not in known:
            hint = did_you_mean(found, known)
            yield _fault("unknown_word", f"Activity '{activity.id}' names the {field} '{found}', which is none.{hint}")


def _unfit_rules(activity: Activity, features: Mapping[str, Feature]) -> Iterator[Issue]:
    if activity.when is not None:
        yield from misfits(activity.when, features, f"Activity '{activity.id}'")


def _stages(words: Vocabulary, frameworks: Sequence[Framework]) -> Iterator[Issue]:
    """Each moment has a shelf and an audience in every framework, and both are stages of it."""
    for moment in words.moments:
        for framework in frameworks:
            for place, stages in (("shelf", moment.shelf), ("audience", moment.audience)):
                found = stages.get(framework.id)
                if found not in framework.stage_ids:
                    allowed = ", ".join(framework.stage_ids)
                    yield _fault(
                        "unknown_stage",
                        f"Moment '{moment.id}', {place} in {framework.name}: found '{found}'; stages are {allowed}.",
                    )


def _evidence(words: Vocabulary, features: Mapping[str, Feature]) -> Iterator[Issue]:
    for name, rule in words.evidence.items():
        owner = f"Evidence '{name}'"
        for kind in _kinds(rule):
            if kind not in EVENT_KINDS and not (isinstance(rule, Followed) and kind in OCCASIONS):
                allowed = ", ".join((*EVENT_KINDS, *OCCASIONS))
                yield _fault("unknown_kind", f"{owner} reads '{kind}'; known are {allowed}.")
        if isinstance(rule, Reached | Holds):
            yield from misfits(rule.among, features, owner)
        if isinstance(rule, Holds):
            yield from misfits(rule.holds, features, owner)
        if isinstance(rule, Followed) and (
            rule.days[0] > rule.days[1] or (rule.after == "lapse") != (rule.lapse_days > 0)
        ):
            yield _fault("unfit_window", f"{owner}: days go from low to high, and lapse_days belongs to a lapse.")


def _kinds(rule: Followed | Reached | Marked | Holds | Regular) -> list[str]:
    match rule:
        case Followed():
            return [rule.after, rule.look_for, *([rule.without] if rule.without else [])]
        case Reached():
            return [rule.look_for]
        case Marked() | Regular():
            return [rule.of]
        case Holds():
            return []


def _fault(code: str, message: str) -> Issue:
    return Issue("error", code, message)
