"""Rooms are opened, joined, left and deleted. Every moment is an argument, in seconds since 1970."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from clm_core.errors import RoomError
from clm_core.gaps.rooms.board import (
    DAY_SECONDS,
    JOINS_A_MINUTE,
    MOST_DAYS,
    MOST_PARTICIPANTS,
    USUAL_DAYS,
    Board,
    checked_name,
    checked_role,
    code_hash,
    new_code,
    new_secret,
    secret_hash,
)
from clm_core.gaps.rooms.database import Database
from clm_core.gaps.rooms.doors import find_own_room, find_room, touch
from clm_core.gaps.rooms.schema import PARTICIPANTS, ROOMS


@dataclass(frozen=True)
class OpenedRoom:
    """The code for everyone, and the key for the facilitator alone. Neither can be shown again: only hashes are kept."""

    code: str
    key: str


@dataclass(frozen=True)
class Joined:
    """A participant's token, and the name under which they are known."""

    token: str
    name: str
    role: str


def open_room(db: Database, board: Board, now: int, days: int = USUAL_DAYS) -> OpenedRoom:
    """A new room that deletes itself after so many days.

    Raises
    ------
    RoomError
        When it is to last less than a day, or too long.
    """
    if not 1 <= days <= MOST_DAYS:
        raise RoomError(
            "A room cannot last that long.",
            where="days of the room",
            found=str(days),
            allowed=f"1 to {MOST_DAYS} days",
            next_step="Choose a number of days in this range.",
        )
    code, key = new_code(), new_secret()
    row = {
        "code_hash": code_hash(code),
        "key_hash": secret_hash(key),
        "board": board.model_dump_json(),
        "opened_at": now,
        "expires_at": now + days * DAY_SECONDS,
        "version": 1,
        "minute": 0,
        "n_joins": 0,
    }
    with db.writing() as connection:
        connection.execute(insert(ROOMS).values(row))
    return OpenedRoom(code, key)


def join_room(db: Database, code: str, name: str, role: str, now: int) -> Joined:
    """Come into a room. The token is the participant's own: whoever comes back with it is the same person.

    Raises
    ------
    RoomError
        When there is no such room, it is full, too many join at once, or the name is taken or does not fit.
    """
    name, role, token = checked_name(name), checked_role(role), new_secret()
    row = {
        "token_hash": secret_hash(token),
        "name": name,
        "folded_name": name.casefold(),
        "role": role,
        "joined_at": now,
        "minute": 0,
        "n_writes": 0,
    }
    try:
        with db.writing() as connection:
            room = find_room(connection, code, now, lock=True)
            n_before = room.n_joins if room.minute == now // 60 else 0
            inside = select(func.count()).where(PARTICIPANTS.c.room_id == room.id)
            if connection.execute(inside).scalar_one() >= MOST_PARTICIPANTS or n_before >= JOINS_A_MINUTE:
                raise RoomError(
                    "The room is full, or too many are joining at once.",
                    where="room",
                    allowed=f"{MOST_PARTICIPANTS} participants; {JOINS_A_MINUTE} joining in a minute",
                    next_step="Try again in a minute, or look on with a colleague.",
                )
            connection.execute(insert(PARTICIPANTS).values(room_id=room.id, **row))
            counted = {"minute": now // 60, "n_joins": n_before + 1}
            connection.execute(update(ROOMS).where(ROOMS.c.id == room.id).values(counted))
            touch(connection, room)
    except IntegrityError as taken:
        raise RoomError(
            "Somebody in the room has this name.",
            where="your name",
            found=name,
            next_step="If it is you, open the link that you joined with, or ask the facilitator to remove the old entry; else add "
            "a letter.",
        ) from taken
    return Joined(token, name, role)


def remove_participant(db: Database, code: str, key: str, participant_id: int, now: int) -> bool:
    """Take somebody out of the room with everything they scored; False when nobody of that number is in it."""
    with db.writing() as connection:
        room = find_own_room(connection, code, key, now)
        own = (PARTICIPANTS.c.room_id == room.id) & (PARTICIPANTS.c.id == participant_id)
        is_gone = connection.execute(delete(PARTICIPANTS).where(own)).rowcount > 0
        touch(connection, room)
        return is_gone


def delete_room(db: Database, code: str, key: str, now: int) -> None:
    """Delete a room with everything in it."""
    with db.writing() as connection:
        room = find_own_room(connection, code, key, now)
        connection.execute(delete(ROOMS).where(ROOMS.c.id == room.id))


def sweep(db: Database, now: int) -> int:
    """Delete every room whose time is over; how many there were."""
    with db.writing() as connection:
        return int(connection.execute(delete(ROOMS).where(ROOMS.c.expires_at <= now)).rowcount)
