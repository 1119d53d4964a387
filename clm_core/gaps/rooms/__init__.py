"""Workshop rooms: what several people share from their own screens, kept in a database that outlives the process.

A facilitator opens a room and holds its key; participants join by its code and hold a token each. Every moment is an argument.
"""

from clm_core.gaps.rooms.board import ROLES, Board, Item
from clm_core.gaps.rooms.database import Database, open_database
from clm_core.gaps.rooms.opening import (
    Joined,
    OpenedRoom,
    delete_room,
    join_room,
    open_room,
    remove_participant,
    sweep,
)
from clm_core.gaps.rooms.reading import (
    Person,
    RoomView,
    final_scores,
    list_participants,
    own_name,
    own_scores,
    revealed_votes,
    room_version,
    view_room,
)
from clm_core.gaps.rooms.rounds import close_round, open_round, reveal_round
from clm_core.gaps.rooms.voting import set_final, vote

__all__ = [
    "ROLES",
    "Board",
    "Database",
    "Item",
    "Joined",
    "OpenedRoom",
    "Person",
    "RoomView",
    "close_round",
    "delete_room",
    "final_scores",
    "join_room",
    "list_participants",
    "open_database",
    "open_room",
    "open_round",
    "own_name",
    "own_scores",
    "remove_participant",
    "reveal_round",
    "revealed_votes",
    "room_version",
    "set_final",
    "sweep",
    "view_room",
    "vote",
]
