"""What a screen of the workshop asks: is there anything new, what stands in the room, who scored what."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd
from sqlalchemy import func, select

from clm_core.errors import RoomError
from clm_core.gaps.rooms.board import Board
from clm_core.gaps.rooms.database import Database
from clm_core.gaps.rooms.doors import board_of, find_own_room, find_participant, find_room, find_version, newest_round
from clm_core.gaps.rooms.schema import FINALS, PARTICIPANTS, ROUNDS, VOTES
from clm_core.gaps.scores import ACTIVITY, MEASURE, PARTICIPANT, ROLE, VALUE

State = Literal["waiting", "open", "closed", "revealed"]


@dataclass(frozen=True)
class RoomView:
    """What everyone in a room may see."""

    board: Board
    version: int
    expires_at: int
    round_number: int
    state: State
    closes_at: int | None
    n_participants: int
    n_voted: int

    def at(self, now: int) -> RoomView:
        """The same at a moment: an open round whose time is up is closed."""
        is_over = self.state == "open" and self.closes_at is not None and now >= self.closes_at
        return replace(self, state="closed") if is_over else self


@dataclass(frozen=True)
class Person:
    """A participant as the facilitator sees them, with the number of scores in the latest round."""

    id: int
    name: str
    role: str
    n_scores: int


def room_version(db: Database, code: str, now: int) -> int:
    """One number that changes with anything in the room: an idle screen asks for nothing else."""
    with db.reading() as connection:
        return find_version(connection, code, now)


def view_room(db: Database, code: str, now: int) -> RoomView:
    """The room as it stands."""
    with db.reading() as connection:
        room = find_room(connection, code, now)
        latest = newest_round(connection, room)
        inside = select(func.count()).where(PARTICIPANTS.c.room_id == room.id)
        round_id = latest.id if latest else None
        voted = select(func.count(func.distinct(VOTES.c.participant_id))).where(VOTES.c.round_id == round_id)
        view = RoomView(
            board=board_of(room),
            version=room.version,
            expires_at=room.expires_at,
            round_number=latest.number if latest else 0,
            state=latest.state if latest else "waiting",
            closes_at=latest.closes_at if latest else None,
            n_participants=connection.execute(inside).scalar_one(),
            n_voted=connection.execute(voted).scalar_one(),
        )
        return view.at(now)


def own_scores(db: Database, code: str, token: str, now: int) -> dict[tuple[str, str], int]:
    """What one participant scored in the latest round: (activity, measure) → score."""
    with db.reading() as connection:
        room = find_room(connection, code, now)
        person, latest = find_participant(connection, room, token), newest_round(connection, room)
        query = select(VOTES.c.activity, VOTES.c.measure, VOTES.c.value).where(
            VOTES.c.participant_id == person.id, VOTES.c.round_id == (latest.id if latest else None)
        )
        return {(row.activity, row.measure): row.value for row in connection.execute(query)}


def own_name(db: Database, code: str, token: str, now: int) -> tuple[str, str]:
    """Name and role of the participant behind a token."""
    with db.reading() as connection:
        person = find_participant(connection, find_room(connection, code, now), token)
        return person.name, person.role


def list_participants(db: Database, code: str, key: str, now: int) -> list[Person]:
    """Everyone in the room in the order in which they came, for the facilitator: how far they are, not what they scored."""
    with db.reading() as connection:
        room = find_own_room(connection, code, key, now)
        latest = newest_round(connection, room)
        own = (VOTES.c.participant_id == PARTICIPANTS.c.id) & (VOTES.c.round_id == (latest.id if latest else None))
        n_scores = select(func.count()).select_from(VOTES).where(own).scalar_subquery()
        query = select(PARTICIPANTS.c.id, PARTICIPANTS.c.name, PARTICIPANTS.c.role, n_scores.label("n_scores")).where(
            PARTICIPANTS.c.room_id == room.id
        )
        return [Person(*row) for row in connection.execute(query.order_by(PARTICIPANTS.c.id))]


def revealed_votes(db: Database, code: str, now: int, number: int | None = None) -> pd.DataFrame:
    """The scores of a revealed round, the latest unless numbered: a frame as :mod:`clm_core.gaps.scores` takes it, without names.

    Raises
    ------
    RoomError
        When the round is not revealed: until then nobody sees what others scored.
    """
    with db.reading() as connection:
        room = find_room(connection, code, now)
        chosen = select(ROUNDS).where(ROUNDS.c.room_id == room.id, ROUNDS.c.state == "revealed")
        chosen = chosen.where(ROUNDS.c.number == number) if number else chosen.order_by(ROUNDS.c.number.desc()).limit(1)
        found = connection.execute(chosen).one_or_none()
        if found is None:
            raise RoomError(
                "Nothing is revealed yet.",
                where="this room",
                next_step="The facilitator closes the round and reveals it.",
            )
        query = (
            select(VOTES.c.activity, VOTES.c.participant_id, PARTICIPANTS.c.role, VOTES.c.measure, VOTES.c.value)
            .join(PARTICIPANTS, PARTICIPANTS.c.id == VOTES.c.participant_id)
            .where(VOTES.c.round_id == found.id)
            .order_by(VOTES.c.activity, VOTES.c.measure, VOTES.c.participant_id)
        )
        rows = [tuple(row) for row in connection.execute(query)]
    return pd.DataFrame(rows, columns=[ACTIVITY, PARTICIPANT, ROLE, MEASURE, VALUE])


def final_scores(db: Database, code: str, now: int) -> pd.DataFrame:
    """What the room agreed on: `activity`, `measure`, `value`."""
    with db.reading() as connection:
        room = find_room(connection, code, now)
        query = select(FINALS.c.activity, FINALS.c.measure, FINALS.c.value).where(FINALS.c.room_id == room.id)
        rows = [tuple(row) for row in connection.execute(query.order_by(FINALS.c.activity, FINALS.c.measure))]
    return pd.DataFrame(rows, columns=[ACTIVITY, MEASURE, VALUE])
