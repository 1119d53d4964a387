"""What a room is about, and what may be typed into it."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata

from pydantic import Field

from clm_core.errors import RoomError
from clm_core.gaps.model import Activity, Catalogue, Frozen
from clm_core.gaps.own import MOST_ACTIVITIES
from clm_core.gaps.scale import MEASURES

ROLES = ("CRM", "Paid media", "Content", "Product", "Service", "Sales", "Data", "Finance", "Management", "Other")
MOST_PARTICIPANTS = 100
MOST_ROUNDS = 20
LONGEST_NAME = 40
JOINS_A_MINUTE = 60
WRITES_A_MINUTE = 120
DAY_SECONDS = 86_400
USUAL_DAYS, MOST_DAYS = 14, 90
"""Days until a room is deleted by itself."""
LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
"""Letters of a room's code: none that is taken for another."""
CODE_LENGTH, PART = 16, 4


class Item(Frozen):
    """An activity as the room scores it, with what the facilitator's data shows: aggregates only."""

    activity: Activity
    suggested: int | None = Field(default=None, ge=0, le=5)
    evidence: str = Field(default="", max_length=300)


class Board(Frozen):
    """What a room scores: its name, the catalogue and framework it comes from, and the activities in order."""

    name: str = Field(min_length=1, max_length=80)
    catalogue: str = Field(max_length=60)
    framework: str = Field(max_length=60)
    measures: tuple[str, ...] = ("current", "target", "importance")
    items: tuple[Item, ...] = Field(min_length=1, max_length=MOST_ACTIVITIES)

    @property
    def names(self) -> dict[str, str]:
        """What each activity is called, by its id."""
        return {item.activity.id: item.activity.name for item in self.items}

    def as_catalogue(self) -> Catalogue:
        """The room's activities as a catalogue, own ones included."""
        activities = tuple(item.activity for item in self.items)
        return Catalogue(id=self.catalogue, name=self.name[:60], idea="", activities=activities)


def new_code() -> str:
    """A room's code, 16 letters in four parts: 78 bits, to be typed from a screen."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))
    return "-".join(letters[start : start + PART] for start in range(0, CODE_LENGTH, PART))


def new_secret() -> str:
    """A facilitator's key or a participant's token: 192 bits."""
    return secrets.token_urlsafe(24)


def code_hash(code: str) -> str:
    """What is stored of a code; typed in small letters or without dashes it is the same code."""
    return secret_hash("".join(sign for sign in code.upper() if sign.isalnum()))


def secret_hash(secret: str) -> str:
    """What is stored of a key or token. They are long and random, so a fast hash is enough."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def checked_name(name: str) -> str:
    """A display name in one line without invisible signs.

    Raises
    ------
    RoomError
        When nothing is left, or it is too long.
    """
    seen = "".join(sign if unicodedata.category(sign)[0] != "C" else " " for sign in unicodedata.normalize("NFC", name))
    cleaned = " ".join(seen.split())
    if not 1 <= len(cleaned) <= LONGEST_NAME:
        raise RoomError(
            "The name does not fit.",
            where="your name",
            found=f"{len(cleaned)} characters",
            allowed=f"1 to {LONGEST_NAME} characters",
            next_step="Choose another name.",
        )
    return cleaned


def checked_role(role: str) -> str:
    """A role of the list."""
    if role not in ROLES:
        raise RoomError(
            "There is no such role.",
            where="your role",
            found=role[:LONGEST_NAME],
            allowed=", ".join(ROLES),
            next_step="Choose one of these.",
        )
    return role


def check_score(board: Board, activity: str, measure: str, value: float, *, is_final: bool = False) -> None:
    """Whether a score may be given: the room has the activity and measure, and the value lies on the scale.

    Raises
    ------
    RoomError
        When it may not.
    """
    measures = tuple(MEASURES) if is_final else board.measures
    low, high = MEASURES.get(measure, (0, 0))
    fits = activity in board.names and measure in measures and low <= value <= high
    if not fits or (not is_final and value != int(value)):
        raise RoomError(
            "The score does not fit.",
            where=f"{activity[:60]}, {measure[:20]}",
            found=f"{value:g}",
            allowed=f"an activity of the room; {', '.join(measures)}; whole numbers of the scale",
            next_step="Reload the page and score again.",
        )
