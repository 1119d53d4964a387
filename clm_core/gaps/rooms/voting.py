"""Scores come in: each participant's own while a round is open, and what the room agrees on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table, update
from sqlalchemy.dialects import postgresql, sqlite

from clm_core.errors import RoomError
from clm_core.gaps.rooms.board import WRITES_A_MINUTE, check_score
from clm_core.gaps.rooms.database import Database
from clm_core.gaps.rooms.doors import Found, board_of, find_own_room, find_participant, find_room, newest_round, touch
from clm_core.gaps.rooms.schema import FINALS, PARTICIPANTS, VOTES


def vote(db: Database, code: str, token: str, activity: str, scores: Mapping[str, int], now: int) -> int:
    """Score an activity in the open round; the room's version. Scoring again replaces: nobody votes twice.

    When this returns, the scores are on the disk. Whether the round is open is asked in the same transaction.

    Raises
    ------
    RoomError
        When the room is over, the token is not one of its, the round is not open or its time is up, a score does not fit, or too
        many come in a minute.
    """
    with db.writing() as connection:
        room = find_room(connection, code, now)
        person = find_participant(connection, room, token)
        board = board_of(room)
        for measure, value in scores.items():
            check_score(board, activity, measure, value)
        number = _open_round(connection, room, now)
        _count_write(connection, person, now)
        rows = [
            {
                "round_id": number,
                "participant_id": person.id,
                "activity": activity,
                "measure": measure,
                "value": int(value),
                "voted_at": now,
            }
            for measure, value in scores.items()
        ]
        _upsert(connection, VOTES, rows, ("value", "voted_at"))
        return touch(connection, room)


def set_final(db: Database, code: str, key: str, activity: str, measure: str, value: float, now: int) -> int:
    """Write down what the room agreed on; the room's version."""
    with db.writing() as connection:
        room = find_own_room(connection, code, key, now)
        check_score(board_of(room), activity, measure, value, is_final=True)
        row = {"room_id": room.id, "activity": activity, "measure": measure, "value": float(value)}
        _upsert(connection, FINALS, [row], ("value",))
        return touch(connection, room)


def _open_round(connection: Connection, room: Found, now: int) -> int:
    found = newest_round(connection, room, share=True)
    if found is None or found.state != "open" or (found.closes_at is not None and now >= found.closes_at):
        raise RoomError(
            "The round is not open.",
            where="this room",
            found="no round yet" if found is None else f"round {found.number} is over",
            next_step="Wait for the facilitator to open the next round; what you scored in time is kept.",
        )
    return int(found.id)


def _count_write(connection: Connection, person: Found, now: int) -> None:
    n_before = person.n_writes if person.minute == now // 60 else 0
    if n_before >= WRITES_A_MINUTE:
        raise RoomError(
            "Too many scores in one minute.",
            where="this room",
            found=f"{n_before} in this minute",
            allowed=f"{WRITES_A_MINUTE} a minute",
            next_step="Wait a moment; what was scored before is kept.",
        )
    counted = {"minute": now // 60, "n_writes": n_before + 1}
    connection.execute(update(PARTICIPANTS).where(PARTICIPANTS.c.id == person.id).values(counted))


def _upsert(connection: Connection, table: Table, rows: list[dict[str, Any]], changing: tuple[str, ...]) -> None:
    if not rows:
        return
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    new = dialect.insert(table).values(rows)
    replaced = {name: new.excluded[name] for name in changing}
    connection.execute(new.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=replaced))
