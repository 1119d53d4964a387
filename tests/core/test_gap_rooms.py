"""Rooms under fire: races, kills, tampered secrets, hostile names. The clock is an argument, so nothing here waits."""

import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from clm_core.errors import InputError, RoomError
from clm_core.gaps import gaps, load_catalogue, medians, vocabulary
from clm_core.gaps.rooms import (
    Board,
    Item,
    close_round,
    delete_room,
    final_scores,
    join_room,
    list_participants,
    open_database,
    open_room,
    open_round,
    own_name,
    own_scores,
    remove_participant,
    reveal_round,
    revealed_votes,
    room_version,
    set_final,
    sweep,
    view_room,
    vote,
)
from clm_core.gaps.rooms import board as board_module

ROOT = Path(__file__).parents[2]
RETAIL = load_catalogue("retail")
NOW = 1_800_000_000
BOARD = Board(
    name="Autumn",
    catalogue="retail",
    framework="race",
    items=tuple(Item(activity=RETAIL.by_id[id_]) for id_ in ("welcome", "cart_mail", "thank_you")),
)
ALL = {"current": 1, "target": 4, "importance": 3}


@pytest.fixture(scope="module")
def db(rooms_url):
    opened = open_database(rooms_url)
    yield opened
    opened.close()


@pytest.fixture
def room(db):
    return open_room(db, BOARD, NOW)


def test_two_rounds_from_joining_to_agreed_scores(db, room):
    anna, ben = (join_room(db, room.code, name, "CRM", NOW) for name in ("Anna", "Ben"))
    assert view_room(db, room.code, NOW).state == "waiting"
    assert open_round(db, room.code, room.key, NOW, seconds=300) == 1
    vote(db, room.code, anna.token, "welcome", ALL, NOW + 1)
    vote(db, room.code, anna.token, "welcome", {"current": 2}, NOW + 2)
    vote(db, room.code, ben.token, "welcome", {"current": 4, "target": 4}, NOW + 3)
    assert own_scores(db, room.code, anna.token, NOW)[("welcome", "current")] == 2
    seen = view_room(db, room.code, NOW)
    assert (seen.state, seen.n_participants, seen.n_voted, seen.closes_at) == ("open", 2, 2, NOW + 300)
    with pytest.raises(RoomError, match="Nothing is revealed"):
        revealed_votes(db, room.code, NOW)
    assert close_round(db, room.code, room.key, 1, NOW)
    assert reveal_round(db, room.code, room.key, 1, NOW)
    first = revealed_votes(db, room.code, NOW)
    assert len(first) == 5 and set(first["role"]) == {"CRM"} and "Anna" not in first.to_csv()

    assert open_round(db, room.code, room.key, NOW) == 2
    vote(db, room.code, ben.token, "welcome", {"current": 2}, NOW)
    close_round(db, room.code, room.key, 2, NOW)
    reveal_round(db, room.code, room.key, 2, NOW)
    second = revealed_votes(db, room.code, NOW)
    assert second[second["measure"] == "current"]["value"].tolist() == [2, 2]
    assert len(second) == 5  # who says nothing more is taken at their word
    assert revealed_votes(db, room.code, NOW, 1).equals(first)
    set_final(db, room.code, room.key, "welcome", "current", 1.5, NOW)
    set_final(db, room.code, room.key, "welcome", "current", 2, NOW)
    assert final_scores(db, room.code, NOW)["value"].tolist() == [2]
    table = gaps(medians(second), BOARD.as_catalogue(), vocabulary(), "race").set_index("activity")
    assert table.loc["welcome", "gap"] == 2


def test_the_version_counts_what_changes_and_nothing_else(db, room):
    before = room_version(db, room.code, NOW)
    view_room(db, room.code, NOW)
    assert room_version(db, room.code, NOW) == before
    join_room(db, room.code, "Anna", "CRM", NOW)
    assert room_version(db, room.code, NOW) == before + 1


def refused(match, call, *args):
    with pytest.raises(RoomError, match=match):
        call(*args)


def test_a_closed_round_stays_closed_and_a_timer_closes_by_itself(db, room):
    anna = join_room(db, room.code, "Anna", "CRM", NOW)
    refused("not open", vote, db, room.code, anna.token, "welcome", ALL, NOW)
    open_round(db, room.code, room.key, NOW, 60)
    refused("cannot be opened now", open_round, db, room.code, room.key, NOW)
    refused("Only a closed round", reveal_round, db, room.code, room.key, 1, NOW)
    refused("Only a closed round", reveal_round, db, room.code, room.key, 2, NOW)
    vote(db, room.code, anna.token, "welcome", ALL, NOW + 59)
    refused("not open", vote, db, room.code, anna.token, "welcome", ALL, NOW + 60)
    assert view_room(db, room.code, NOW + 60).state == "closed"
    assert close_round(db, room.code, room.key, 1, NOW + 61)
    assert not close_round(db, room.code, room.key, 1, NOW + 61)
    refused("not open", vote, db, room.code, anna.token, "welcome", ALL, NOW + 2)
    assert reveal_round(db, room.code, room.key, 1, NOW)
    assert not reveal_round(db, room.code, room.key, 1, NOW)
    assert len(revealed_votes(db, room.code, NOW)) == 3


def test_strangers_tokens_and_keys_are_refused(db, room):
    other = open_room(db, BOARD, NOW)
    anna = join_room(db, room.code, "Anna", "CRM", NOW)
    open_round(db, room.code, room.key, NOW)
    open_round(db, other.code, other.key, NOW)
    refused("not in this room", vote, db, other.code, anna.token, "welcome", ALL, NOW)
    refused("not in this room", vote, db, room.code, anna.token[:-1] + "*", "welcome", ALL, NOW)
    refused("not in this room", own_scores, db, room.code, room.key, NOW)
    for key in (other.key, anna.token, ""):
        refused("Only the facilitator", close_round, db, room.code, key, 1, NOW)
        refused("Only the facilitator", list_participants, db, room.code, key, NOW)
        refused("Only the facilitator", delete_room, db, room.code, key, NOW)
    refused("no such room", view_room, db, "AAAA-BBBB-CCCC-DDDD", NOW)
    assert view_room(db, room.code.lower().replace("-", " "), NOW).state == "open"


def test_only_hashes_of_secrets_are_stored(db, room):
    anna = join_room(db, room.code, "Anna", "CRM", NOW)
    with db.reading() as connection:
        tables = ("rooms", "participants", "rounds", "votes", "finals")
        stored = repr([tuple(row) for table in tables for row in connection.execute(text(f"select * from {table}"))])
    for secret in (room.code, room.code.replace("-", ""), room.key, anna.token):
        assert secret not in stored


def test_a_room_ends_and_takes_everything_along(db):
    room = open_room(db, BOARD, NOW, days=1)
    anna = join_room(db, room.code, "Anna", "CRM", NOW)
    open_round(db, room.code, room.key, NOW)
    vote(db, room.code, anna.token, "welcome", ALL, NOW)
    later = NOW + 86_400
    refused("no such room", vote, db, room.code, anna.token, "welcome", ALL, later)
    assert sweep(db, later) >= 1
    gone = open_room(db, BOARD, NOW)
    delete_room(db, gone.code, gone.key, NOW)
    refused("no such room", view_room, db, gone.code, NOW)
    with db.reading() as connection:
        orphans = "select count(*) from votes where round_id not in (select id from rounds)"
        assert connection.execute(text(orphans)).scalar_one() == 0
    refused("cannot last that long", open_room, db, BOARD, NOW, 91)


NASTY = ("<img src=x onerror=alert(1)>", "=HYPERLINK(1)", "Robert'); drop table votes;--", "\u202eevil\x00\nname")


def test_hostile_names_are_kept_as_text_and_invisible_signs_are_dropped(db, room):
    joined = [join_room(db, room.code, name, "Other", NOW) for name in NASTY]
    names = [person.name for person in list_participants(db, room.code, room.key, NOW)]
    assert names == [*NASTY[:3], "evil name"]
    assert own_name(db, room.code, joined[3].token, NOW) == ("evil name", "Other")


def test_names_are_given_once_and_roles_come_from_the_list(db, room):
    join_room(db, room.code, "Anna", "CRM", NOW)
    refused("has this name", join_room, db, room.code, " anna ", "CRM", NOW)
    refused("does not fit", join_room, db, room.code, "\u200b ", "CRM", NOW)
    refused("does not fit", join_room, db, room.code, "x" * 41, "CRM", NOW)
    refused("no such role", join_room, db, room.code, "Ben", "Wizard", NOW)


def test_a_lost_phone_is_removed_with_its_scores(db, room):
    anna = join_room(db, room.code, "Anna", "CRM", NOW)
    open_round(db, room.code, room.key, NOW)
    vote(db, room.code, anna.token, "welcome", ALL, NOW)
    (person,) = list_participants(db, room.code, room.key, NOW)
    assert person.n_scores == 3
    assert remove_participant(db, room.code, room.key, person.id, NOW)
    assert not remove_participant(db, room.code, room.key, person.id, NOW)
    refused("not in this room", own_scores, db, room.code, anna.token, NOW)
    join_room(db, room.code, "Anna", "CRM", NOW)
    assert view_room(db, room.code, NOW).n_voted == 0


@pytest.mark.parametrize(
    ("activity", "scores"),
    [("nothing", ALL), ("welcome", {"current": 6}), ("welcome", {"importance": 0}), ("welcome", {"effort": 1})],
)
def test_scores_that_do_not_fit_are_refused_whole(db, room, activity, scores):
    anna = join_room(db, room.code, "Anna", "CRM", NOW)
    open_round(db, room.code, room.key, NOW)
    refused("does not fit", vote, db, room.code, anna.token, activity, {"target": 5, **scores}, NOW)
    assert own_scores(db, room.code, anna.token, NOW) == {}
    refused("does not fit", set_final, db, room.code, room.key, "welcome", "current", 5.5, NOW)


def test_a_room_has_limits(db, room, monkeypatch):
    monkeypatch.setattr("clm_core.gaps.rooms.opening.MOST_PARTICIPANTS", 2)
    monkeypatch.setattr("clm_core.gaps.rooms.voting.WRITES_A_MINUTE", 2)
    anna = join_room(db, room.code, "Anna", "CRM", NOW)
    join_room(db, room.code, "Ben", "CRM", NOW)
    refused("is full", join_room, db, room.code, "Cy", "CRM", NOW)
    open_round(db, room.code, room.key, NOW)
    for _ in range(2):
        vote(db, room.code, anna.token, "welcome", ALL, NOW)
    refused("Too many scores", vote, db, room.code, anna.token, "welcome", ALL, NOW)
    vote(db, room.code, anna.token, "welcome", ALL, NOW + 60)


def at_once(calls):
    """Run calls in threads that start together; what each returned or raised."""
    start, found = threading.Barrier(len(calls)), [None] * len(calls)

    def run(number, call):
        start.wait()
        try:
            found[number] = call()
        except RoomError as fault:
            found[number] = fault

    threads = [threading.Thread(target=run, args=item) for item in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_twenty_writers_at_once_lose_nothing_and_double_nothing(db, room):
    people = [join_room(db, room.code, f"P{i}", "CRM", NOW) for i in range(20)]
    open_round(db, room.code, room.key, NOW)

    def score(token):
        for item in BOARD.items:
            vote(db, room.code, token, item.activity.id, ALL, NOW)
            vote(db, room.code, token, item.activity.id, {"current": 3}, NOW)
        return True

    before = room_version(db, room.code, NOW)
    assert at_once([lambda token=person.token: score(token) for person in people]) == [True] * 20
    assert room_version(db, room.code, NOW) == before + 20 * 3 * 2
    close_round(db, room.code, room.key, 1, NOW)
    reveal_round(db, room.code, room.key, 1, NOW)
    votes = revealed_votes(db, room.code, NOW)
    assert len(votes) == 20 * 3 * 3
    assert not votes.duplicated(["activity", "participant", "measure"]).any()
    assert set(votes[votes["measure"] == "current"]["value"]) == {3}


def test_of_two_who_close_one_wins_and_no_vote_comes_in_after(db, room):
    anna = join_room(db, room.code, "Anna", "CRM", NOW)
    open_round(db, room.code, room.key, NOW)
    close = [lambda: close_round(db, room.code, room.key, 1, NOW)] * 4
    voting = [
        lambda n=n: vote(db, room.code, anna.token, BOARD.items[n].activity.id, {"current": 1}, NOW) for n in range(3)
    ]
    found = at_once([*close, *voting])
    assert sorted(found[:4]) == [False, False, False, True]
    n_taken = sum(not isinstance(one, RoomError) for one in found[4:])
    assert len(own_scores(db, room.code, anna.token, NOW)) == n_taken


def test_two_who_join_or_open_at_once_do_it_once(db, room):
    joined = at_once([lambda: join_room(db, room.code, "Anna", "CRM", NOW)] * 3)
    assert sum(not isinstance(one, RoomError) for one in joined) == 1
    opened = at_once([lambda: open_round(db, room.code, room.key, NOW)] * 3)
    assert sum(one == 1 for one in opened) == 1


WRITER = """
import sys
from clm_core.gaps.rooms import open_database, vote
db = open_database(sys.argv[1])
number = 0
while True:
    for activity in ("welcome", "cart_mail", "thank_you"):
        for value in range(6):
            number += 1
            vote(db, sys.argv[2], sys.argv[3], activity, {"current": value}, 1_800_000_000 + number)
            print(activity, value, flush=True)
"""


def test_every_acknowledged_vote_survives_a_kill(rooms_url):
    db = open_database(rooms_url)
    room = open_room(db, BOARD, NOW)
    anna = join_room(db, room.code, "Anna", "CRM", NOW)
    open_round(db, room.code, room.key, NOW)
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, rooms_url, room.code, anna.token], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    told = [writer.stdout.readline().split() for _ in range(25)]
    writer.send_signal(signal.SIGKILL)
    told += [line.split() for line in writer.stdout.read().splitlines() if len(line.split()) == 2]
    writer.wait()
    writer.stdout.close()
    db.close()
    again = open_database(rooms_url)
    kept = own_scores(again, room.code, anna.token, NOW)
    *_, (activity, value) = told
    # the last one told is there; or the one after it, written and not told any more
    assert kept[(activity, "current")] in (int(value), int(value) + 1)
    assert {activity for activity, _ in told} <= {activity for activity, _ in kept}
    again.close()


def test_an_older_store_is_brought_up_to_date_once_and_a_newer_one_is_refused(tmp_path):
    url = f"sqlite:///{tmp_path / 'old.db'}"
    open_database(url).close()

    def add_column(connection):
        connection.execute(text("alter table rooms add column motto varchar"))

    for _ in range(2):
        open_database(url, (add_column,)).close()
    with sqlite3.connect(tmp_path / "old.db") as file:
        assert "motto" in [row[1] for row in file.execute("pragma table_info(rooms)")]
        assert file.execute("pragma journal_mode").fetchone() == ("wal",)
    file.close()
    with pytest.raises(InputError, match="written by a newer version"):
        open_database(url)


def test_an_address_that_is_none_is_told():
    with pytest.raises(InputError, match="cannot be opened"):
        open_database("nonsense")


def test_codes_are_long_and_typed_with_ease():
    codes = {board_module.new_code() for _ in range(50)}
    assert len(codes) == 50
    assert all(len(code) == 19 and not set(code) & set("0O1IL") for code in codes)
    assert BOARD.measures == tuple(ALL)
