"""Rounds are opened, closed and revealed by the facilitator. What is closed stays closed."""

from __future__ import annotations

from sqlalchemy import insert, literal, select, update

from clm_core.errors import RoomError
from clm_core.gaps.rooms.board import MOST_ROUNDS
from clm_core.gaps.rooms.database import Database
from clm_core.gaps.rooms.doors import find_own_room, newest_round, touch
from clm_core.gaps.rooms.schema import ROUNDS, VOTES

LONGEST_SECONDS = 4 * 3600


def open_round(db: Database, code: str, key: str, now: int, seconds: int | None = None) -> int:
    """Open the next round, with a timer where ``seconds`` are given; its number.

    Everyone starts from their own scores of the round before, so a second round corrects and does not begin again.

    Raises
    ------
    RoomError
        When a round is still open or not revealed, there were too many, or the timer is too long.
    """
    with db.writing() as connection:
        room = find_own_room(connection, code, key, now, lock=True)
        before = newest_round(connection, room)
        number = before.number + 1 if before else 1
        if (
            (before and before.state != "revealed")
            or number > MOST_ROUNDS
            or not 1 <= (seconds or 1) <= LONGEST_SECONDS
        ):
            raise RoomError(
                "The round cannot be opened now.",
                where=f"round {number}",
                found=f"round {before.number} is {before.state}" if before else f"a timer of {seconds} seconds",
                allowed=f"one round after the other, {MOST_ROUNDS} at most, up to {LONGEST_SECONDS // 3600} hours each",
                next_step="Close and reveal the round before.",
            )
        row = {
            "room_id": room.id,
            "number": number,
            "state": "open",
            "opened_at": now,
            "closes_at": None if seconds is None else now + seconds,
        }
        round_id = connection.execute(insert(ROUNDS).values(row).returning(ROUNDS.c.id)).scalar_one()
        if before:
            columns = [column for column in VOTES.c if column.name != "round_id"]
            earlier = select(literal(round_id), *columns).where(VOTES.c.round_id == before.id)
            connection.execute(insert(VOTES).from_select(["round_id", *(column.name for column in columns)], earlier))
        touch(connection, room)
        return int(number)


def close_round(db: Database, code: str, key: str, number: int, now: int) -> bool:
    """Close a round for good. True for the one call that did it; of two at once the other finds it closed."""
    return _move(db, code, key, number, "open", "closed", now)


def reveal_round(db: Database, code: str, key: str, number: int, now: int) -> bool:
    """Show everyone the scores of a closed round; True for the one call that did it.

    Raises
    ------
    RoomError
        When the round is still open.
    """
    if _move(db, code, key, number, "closed", "revealed", now):
        return True
    with db.reading() as connection:
        found = newest_round(connection, find_own_room(connection, code, key, now))
    if found is None or found.number < number or (found.number == number and found.state == "open"):
        raise RoomError(
            "Only a closed round can be revealed.",
            where=f"round {number}",
            found="open" if found and found.number == number else "no such round",
            next_step="Close the round first.",
        )
    return False


def _move(db: Database, code: str, key: str, number: int, state: str, to: str, now: int) -> bool:
    with db.writing() as connection:
        room = find_own_room(connection, code, key, now)
        # the state before is part of the condition, so of two that race only one changes a row
        own = (ROUNDS.c.room_id == room.id) & (ROUNDS.c.number == number) & (ROUNDS.c.state == state)
        is_moved = connection.execute(update(ROUNDS).where(own).values(state=to)).rowcount > 0
        if is_moved:
            touch(connection, room)
        return is_moved
