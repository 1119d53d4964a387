"""Who may come in: the room behind a code, the facilitator behind a key, the participant behind a token."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, select, update

from clm_core.errors import RoomError
from clm_core.gaps.rooms.board import Board, code_hash, secret_hash
from clm_core.gaps.rooms.schema import PARTICIPANTS, ROOMS, ROUNDS

Found = Row[Any]


def find_room(connection: Connection, code: str, now: int, *, lock: bool = False) -> Found:
    """The room behind a code, while it is not over. ``lock`` has others wait who would change the room.

    Raises
    ------
    RoomError
        When there is none; that it never was and that it is over are not told apart.
    """
    query = select(ROOMS).where(_is_open(code, now))
    room = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if room is None:
        raise _no_room()
    return room


def find_version(connection: Connection, code: str, now: int) -> int:
    """The version of the room behind a code and nothing else of it: this is asked by every screen all the time.

    Raises
    ------
    RoomError
        As :func:`find_room` does.
    """
    version = connection.execute(select(ROOMS.c.version).where(_is_open(code, now))).scalar_one_or_none()
    if version is None:
        raise _no_room()
    return int(version)


def _is_open(code: str, now: int) -> ColumnElement[bool]:
    return and_(ROOMS.c.code_hash == code_hash(code), ROOMS.c.expires_at > now)


def _no_room() -> RoomError:
    return RoomError(
        "There is no such room, or its time is over.",
        where="code of the room",
        next_step="Ask the facilitator for the link, or open a new room.",
    )


def find_own_room(connection: Connection, code: str, key: str, now: int, *, lock: bool = False) -> Found:
    """The room behind a code, for whoever holds its facilitator's key.

    Raises
    ------
    RoomError
        When there is no such room, or the key is not the room's.
    """
    room = find_room(connection, code, now, lock=lock)
    if room.key_hash != secret_hash(key):
        raise RoomError(
            "Only the facilitator may do this.",
            where="key of the room",
            next_step="Use the facilitator's link, which was shown when the room was opened.",
        )
    return room


def find_participant(connection: Connection, room: Found, token: str) -> Found:
    """The participant of a room behind a token.

    Raises
    ------
    RoomError
        When the token is not one of the room's.
    """
    query = select(PARTICIPANTS).where(
        PARTICIPANTS.c.token_hash == secret_hash(token), PARTICIPANTS.c.room_id == room.id
    )
    person = connection.execute(query).one_or_none()
    if person is None:
        raise RoomError(
            "You are not in this room.",
            where="your link",
            next_step="Join again with the room's code, under a name that is not taken.",
        )
    return person


def newest_round(connection: Connection, room: Found, *, share: bool = False) -> Found | None:
    """The room's latest round, or None before the first. ``share`` keeps others from closing it meanwhile."""
    query = select(ROUNDS).where(ROUNDS.c.room_id == room.id).order_by(ROUNDS.c.number.desc()).limit(1)
    return connection.execute(query.with_for_update(read=True) if share else query).one_or_none()


def board_of(room: Found) -> Board:
    """What the room scores."""
    return _board(room.board)


@lru_cache(maxsize=64)
def _board(written: str) -> Board:
    # a room's board never changes, and every score is held against it
    return Board.model_validate_json(written)


def touch(connection: Connection, room: Found) -> int:
    """Count the room's version up, so that every screen knows there is something new."""
    counted = update(ROOMS).where(ROOMS.c.id == room.id).values(version=ROOMS.c.version + 1).returning(ROOMS.c.version)
    return int(connection.execute(counted).scalar_one())
