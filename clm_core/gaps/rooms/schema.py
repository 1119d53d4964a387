"""The tables of workshop rooms. No customer is in them, and of every code, key and token only a hash."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

METADATA = MetaData()
HASH = 64
"""Letters of a SHA-256 in hexadecimal."""


def _in_room() -> Column[int]:
    return Column("room_id", Integer, ForeignKey("rooms.id", ondelete="CASCADE"), nullable=False, index=True)


SCHEMA_VERSION = Table("schema_version", METADATA, Column("version", Integer, primary_key=True))
ROOMS = Table(
    "rooms",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("code_hash", String(HASH), nullable=False, unique=True),
    Column("key_hash", String(HASH), nullable=False),
    Column("board", Text, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("minute", BigInteger, nullable=False),
    Column("n_joins", Integer, nullable=False),
)
PARTICIPANTS = Table(
    "participants",
    METADATA,
    Column("id", Integer, primary_key=True),
    _in_room(),
    Column("token_hash", String(HASH), nullable=False, unique=True),
    Column("name", String(80), nullable=False),
    Column("folded_name", String(160), nullable=False),
    Column("role", String(40), nullable=False),
    Column("joined_at", BigInteger, nullable=False),
    Column("minute", BigInteger, nullable=False),
    Column("n_writes", Integer, nullable=False),
    UniqueConstraint("room_id", "folded_name", name="one_name_a_room"),
)
ROUNDS = Table(
    "rounds",
    METADATA,
    Column("id", Integer, primary_key=True),
    _in_room(),
    Column("number", Integer, nullable=False),
    Column("state", String(10), nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("closes_at", BigInteger),
    UniqueConstraint("room_id", "number", name="one_number_a_room"),
    CheckConstraint("state in ('open', 'closed', 'revealed')", name="known_state"),
)
VOTES = Table(
    "votes",
    METADATA,
    Column("round_id", Integer, ForeignKey("rounds.id", ondelete="CASCADE"), primary_key=True),
    Column("participant_id", Integer, ForeignKey("participants.id", ondelete="CASCADE"), primary_key=True),
    Column("activity", String(60), primary_key=True),
    Column("measure", String(20), primary_key=True),
    Column("value", Integer, nullable=False),
    Column("voted_at", BigInteger, nullable=False),
)
FINALS = Table(
    "finals",
    METADATA,
    Column("room_id", Integer, ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True),
    Column("activity", String(60), primary_key=True),
    Column("measure", String(20), primary_key=True),
    Column("value", Float, nullable=False),
)
