"""The private compartment of each session."""

import os
import subprocess
import sys
import threading
from types import SimpleNamespace

import numpy as np
import pandas as pd

from pages.ui.vault import IDLE_SECONDS, MOST_BYTES, MOST_OPENED, MOST_VALUES, Vault


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def test_a_value_is_made_once_for_each_session(tmp_path):
    vault, made = Vault(tmp_path), []
    for session in ("a", "a", "b"):
        vault.recall(session, "key", lambda: made.append(1) or len(made))
    assert made == [1, 1]
    assert vault.recall("a", "key", lambda: None) == 1
    assert vault.recall("b", "key", lambda: None) == 2


def test_forgetting_deletes_files_and_closes_values(tmp_path):
    vault, closed = Vault(tmp_path), []
    path = vault.keep_file("a", "orders.csv.gz", memoryview(b"secret"))
    other = vault.keep_file("b", "orders.csv", memoryview(b"theirs"))
    vault.recall("a", "engine", lambda: SimpleNamespace(close=lambda: closed.append("a")))
    vault.forget("a")
    assert not path.exists()
    assert other.read_bytes() == b"theirs"
    assert closed == ["a"]


def test_an_idle_session_is_swept_and_an_active_one_is_not(tmp_path):
    clock = Clock()
    vault = Vault(tmp_path, clock)
    idle = vault.keep_file("idle", "a.csv", memoryview(b"1"))
    clock.now = IDLE_SECONDS
    active = vault.keep_file("active", "b.csv", memoryview(b"2"))
    clock.now = IDLE_SECONDS + 1
    assert vault.sweep() == ["idle"]
    assert not idle.exists()
    assert active.exists()


def test_of_what_holds_an_engine_the_eldest_goes_first_and_is_closed(tmp_path):
    vault, closed = Vault(tmp_path), []
    for number in range(MOST_OPENED + 1):
        vault.recall("a", number, lambda number=number: SimpleNamespace(close=lambda: closed.append(number)))
        vault.recall("a", f"plain {number}", lambda number=number: number)
    assert closed == [0]
    assert vault.recall("a", "plain 0", lambda: "made anew") == 0


def test_the_results_used_longest_ago_go_first(tmp_path):
    vault = Vault(tmp_path)
    for number in range(MOST_VALUES):
        vault.recall("a", number, lambda number=number: number)
    vault.recall("a", 0, lambda: "made anew")
    vault.recall("a", "one more", lambda: "last")
    assert vault.recall("a", 0, lambda: "made anew") == 0
    assert vault.recall("a", 1, lambda: "made anew") == "made anew"


def test_heavy_results_go_before_there_are_many(tmp_path):
    vault = Vault(tmp_path)
    half = pd.DataFrame({"spend": np.zeros(MOST_BYTES // 16 + 1)})
    for key in ("first", "second"):
        vault.recall("a", key, lambda: {"table": (half,)})
    assert vault.recall("a", "second", lambda: "made anew")["table"][0] is half
    assert vault.recall("a", "first", lambda: "made anew") == "made anew"


def test_two_who_ask_at_once_wait_for_one_making_and_nobody_else_waits(tmp_path):
    vault, begun, go_on, made = Vault(tmp_path), threading.Event(), threading.Event(), []

    def slowly():
        begun.set()
        assert go_on.wait(10)
        made.append(1)
        return len(made)

    found = []
    asking = [threading.Thread(target=lambda: found.append(vault.recall("a", "slow", slowly))) for _ in range(2)]
    for thread in asking:
        thread.start()
    assert begun.wait(10)
    assert vault.recall("a", "quick", lambda: "at once") == "at once"
    go_on.set()
    for thread in asking:
        thread.join(10)
    assert found == [1, 1]


def test_a_file_name_cannot_leave_the_folder(tmp_path):
    vault = Vault(tmp_path)
    for name, kept in (
        ("../../etc/passwd", "passwd"),
        ("..", "file"),
        ("a/b\\c.csv", "b_c.csv"),
        ("my orders.csv", "my orders.csv"),
    ):
        path = vault.keep_file("a", name, memoryview(b"x"))
        assert tmp_path in path.resolve().parents
        assert path.name == kept


def test_closing_leaves_nothing_behind(tmp_path):
    vault = Vault(tmp_path)
    vault.keep_file("a", "a.csv", memoryview(b"1"))
    vault.close()
    assert list(tmp_path.iterdir()) == []


def test_folders_of_processes_that_are_gone_are_removed_at_the_start(tmp_path):
    gone = subprocess.Popen([sys.executable, "-c", "pass"])
    gone.wait()
    for owner in (gone.pid, os.getppid()):
        (tmp_path / f"lifecycle-workbench-{owner}-x").mkdir()
    Vault(tmp_path)
    left = {path.name.split("-")[2] for path in tmp_path.iterdir()}
    assert left == {str(os.getppid()), str(os.getpid())}
