"""How far the organisation is with lifecycle marketing, beside the figures of a survey, and what would move it up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from pydantic import Field

from clm_core.definitions import read_definition
from clm_core.errors import InputError
from clm_core.gaps.model import Frozen, Id

SOURCE = (
    "A survey of senior marketers, as reported by the Customer Lifecycle article the loyalty loop comes from: 87 % back lifecycle "
    "marketing, 70 % are building it, 7 % lead, 23 % move customers smoothly between every stage, 3 % excel at joining channels. "
    "Context, not a benchmark: its questions were not ours."
)
LEVEL_RULE = "Not started: fewer than half of the questions above the first answer. Leader: every question at the last. Else developing."


class Question(Frozen):
    """One thing asked, three answers from low to high, and what moves up from the first and from the second."""

    id: Id
    asks: str
    answers: tuple[str, str, str]
    context: str = ""
    next: tuple[str, str]


class Level(Frozen):
    """A level, and what is known of how many are there."""

    id: Id
    name: str
    context: str


class Assessment(Frozen):
    """The questions and the levels, low to high."""

    questions: tuple[Question, ...] = Field(min_length=1)
    levels: tuple[Level, Level, Level]


@dataclass(frozen=True)
class Maturity:
    """The level reached, the questions at their last answer, and the steps that lead up, nearest first."""

    level: Level
    n_reached: int
    n_questions: int
    steps: tuple[tuple[Question, str], ...]


@cache
def assessment() -> Assessment:
    """The shipped questions."""
    text = resources.files("clm_core.gaps").joinpath("catalogues", "maturity.toml").read_text(encoding="utf-8")
    return read_definition(
        Assessment,
        text,
        what="maturity questions",
        where="maturity.toml",
        allowed="questions and levels as shipped",
        next_step="Mend this place.",
    )


def assess_maturity(answers: Mapping[str, int]) -> Maturity:
    """The level of a set of answers (question id → 0, 1 or 2); see :data:`LEVEL_RULE`.

    Raises
    ------
    InputError
        When a question is not answered, or an answer is none.
    """
    asked = assessment()
    for question in asked.questions:
        if answers.get(question.id) not in (0, 1, 2):
            raise InputError(
                "A question is not answered.",
                where=question.asks,
                found=str(answers.get(question.id, "nothing")),
                allowed=" · ".join(question.answers),
                next_step="Choose one of the three answers.",
            )
    given = [answers[question.id] for question in asked.questions]
    n_begun, n_reached = sum(answer > 0 for answer in given), sum(answer == 2 for answer in given)
    place = 2 if n_reached == len(given) else 1 if 2 * n_begun >= len(given) else 0
    # whoever is developing is nearest to a leader where the second answer is reached already
    order = sorted((q for q in asked.questions if answers[q.id] < 2), key=lambda q: answers[q.id], reverse=place > 0)
    steps = tuple((question, question.next[answers[question.id]]) for question in order)
    return Maturity(asked.levels[place], n_reached, len(given), steps)
