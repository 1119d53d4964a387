"""A team's own view of a catalogue: activities added, hidden and renamed, also from a CSV file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import Field, ValidationError

from clm_core.errors import DefinitionError, InputError, Issue, did_you_mean
from clm_core.gaps.model import Activity, Catalogue, Frozen, Id, Name, Vocabulary

MOST_ACTIVITIES = 150
"""More than this nobody can score in an afternoon."""
REQUIRED = ("name", "moment", "channel")
COLUMNS = (*REQUIRED, "what", "why", "trigger", "metric", "effort")
"""The columns of an own activities file; the first three must be given."""
EXAMPLES = 5


class Changes(Frozen):
    """What a team changed in a catalogue."""

    added: tuple[Activity, ...] = ()
    hidden: frozenset[Id] = frozenset()
    renamed: dict[Id, Name] = Field(default_factory=dict)


@dataclass(frozen=True)
class OwnActivities:
    """Activities read from a file, and what was wrong with the rows that were not."""

    activities: tuple[Activity, ...]
    issues: tuple[Issue, ...]


def changed(catalogue: Catalogue, changes: Changes) -> Catalogue:
    """The catalogue as the team sees it.

    Raises
    ------
    DefinitionError
        When a change names an activity that is not there, an id or name would be given twice, too many activities were added,
        or none is left.
    """
    known = [*catalogue.by_id, *(activity.id for activity in changes.added)]
    for id_ in (*changes.hidden, *changes.renamed):
        if id_ not in known:
            raise _unfit(f"There is no activity '{id_}'.{did_you_mean(id_, known)}", id_)
    kept = [one for one in (*catalogue.activities, *changes.added) if one.id not in changes.hidden]
    shown = [one.model_copy(update={"name": changes.renamed.get(one.id, one.name)}) for one in kept]
    for names in ([one.id for one in shown], [one.name.casefold() for one in shown]):
        twice = [name for name in names if names.count(name) > 1]
        if twice:
            raise _unfit("Two activities would have the same name.", twice[0])
    if not 1 <= len(shown) <= MOST_ACTIVITIES:
        raise _unfit("A catalogue needs activities, and not too many.", f"{len(shown)} activities")
    return catalogue.model_copy(update={"activities": tuple(shown)})


def _unfit(what: str, found: str) -> DefinitionError:
    return DefinitionError(
        what,
        where="own activities",
        found=found,
        allowed=f"1 to {MOST_ACTIVITIES} activities, each with a name of its own",
        next_step="Rename or hide one of them.",
    )


def own_activity(name: str, moment: str, channel: str, words: Vocabulary, **more: str | int) -> Activity:
    """An activity of the team's own; its id is made from the name.

    Raises
    ------
    DefinitionError
        When the moment, channel or metric is none, or a text is too long.
    """
    cells = {"name": name, "moment": moment, "channel": channel, **{key: str(value) for key, value in more.items()}}
    fault = _fault(cells, words)
    if fault:
        raise DefinitionError(
            "The activity does not fit.",
            where="own activity",
            found=fault,
            allowed="a name up to 60 characters, a moment and a channel of the lists, effort 1 to 5",
            next_step="Mend this field.",
        )
    return _activity(cells, words)


def read_own_activities(text: str, words: Vocabulary) -> OwnActivities:
    """Own activities from CSV text with the columns of :data:`COLUMNS`; names and ids are both understood.

    Rows that cannot be used are told with their line, what was found and what is allowed; the others are kept.

    Raises
    ------
    InputError
        When a needed column is missing.
    """
    reader = csv.DictReader(io.StringIO(text.lstrip("\N{ZERO WIDTH NO-BREAK SPACE}")), delimiter=_delimiter(text))
    fields = [_folded(name or "") for name in reader.fieldnames or ()]
    missing = [name for name in REQUIRED if name not in fields]
    if missing:
        raise InputError(
            f"The list of activities lacks the column '{missing[0]}'.",
            where="first line",
            found=", ".join(fields) or "nothing",
            allowed=", ".join(COLUMNS),
            next_step="Name the columns in the first line; name, moment and channel are needed.",
        )
    activities: dict[str, Activity] = {}
    faults: list[str] = []
    for row in reader:
        cells = {
            key: (row.get(given) or "").strip() for key, given in zip(fields, reader.fieldnames or (), strict=True)
        }
        if not any(cells.values()):
            continue
        fault = _fault(cells, words) or _twice(cells, activities)
        if fault:
            faults.append(f"line {reader.line_num}: {fault}")
        elif len(activities) < MOST_ACTIVITIES:
            activity = _activity(cells, words)
            activities[activity.id] = activity
    return OwnActivities(tuple(activities.values()), tuple(_issues(faults, len(activities))))


def _issues(faults: list[str], n_kept: int) -> list[Issue]:
    if not faults:
        return []
    n = len(faults)
    message = f"{n} {'row' if n == 1 else 'rows'} cannot be used, {n_kept} can: {faults[0]}"
    return [Issue("warning", "own_activities", message, n, tuple(faults[:EXAMPLES]))]


def _delimiter(text: str) -> str:
    first = text.splitlines()[0] if text.strip() else ""
    return max(",;\t", key=first.count)


def _folded(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.casefold()).strip("_")


def _named(text: str, known: Mapping[str, str]) -> str | None:
    """The id meant by an id or a name, or None."""
    by_word = {_folded(word): id_ for id_, name in known.items() for word in (id_, name)}
    return by_word.get(_folded(text))


def _lists(words: Vocabulary) -> dict[str, dict[str, str]]:
    return {
        "moment": {moment.id: moment.name for moment in words.moments},
        "channel": {channel.id: channel.name for channel in words.channels},
        "metric": {metric.id: metric.name for metric in words.metrics},
    }


def _fault(cells: Mapping[str, str], words: Vocabulary) -> str:
    """What is wrong with a row, or nothing."""
    for field, known in _lists(words).items():
        given = cells.get(field, "")
        if (given or field in REQUIRED) and _named(given, known) is None:
            hint = did_you_mean(given, list(known.values()))
            return f"{field} is '{given}'; allowed are {', '.join(known.values())}.{hint}"
    effort = cells.get("effort", "")
    if effort and effort not in ("1", "2", "3", "4", "5"):
        return f"effort is '{effort}'; allowed are 1 to 5."
    try:
        _activity(cells, words)
    except ValidationError as fault:
        first = fault.errors()[0]
        return f"{first['loc'][-1]}: {first['msg'].lower()}."
    return ""


def _twice(cells: Mapping[str, str], taken: Mapping[str, Activity]) -> str:
    return f"'{cells['name']}' stands there twice." if _own_id(cells["name"]) in taken else ""


def _own_id(name: str) -> str:
    return f"own_{_folded(name) or '_'.join(f'{ord(sign):x}' for sign in name)}"[:60]


def _activity(cells: Mapping[str, str], words: Vocabulary) -> Activity:
    given = {field: _named(cells[field], known) for field, known in _lists(words).items() if cells.get(field)}
    texts = {field: cells[field] for field in ("what", "why", "trigger") if cells.get(field)}
    effort = int(cells["effort"]) if cells.get("effort") else 3
    own = {"id": _own_id(cells["name"]), "name": cells["name"], "effort": effort, "is_own": True}
    return Activity.model_validate({**own, **given, **texts})
