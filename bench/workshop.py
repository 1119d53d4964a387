"""A room of a hundred phones on one server process: how long a tick takes, how soon a vote is seen by all, what memory does.

Each phone is a websocket that speaks Streamlit's protocol: it opens the page Join with a participant's link, asks for its timed
fragment every two seconds as a browser does, and taps a score now and then. Times are taken at the phone, from the request to the
end of the run, so waiting for other phones' runs is in them. Run with ``python -m bench.workshop``; ``ROOMS_URL`` names another
store than a file.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from bench.served import serve_process
from clm_core.gaps import load_catalogue
from clm_core.gaps.rooms import Board, Database, Item, OpenedRoom, join_room, open_database, open_room, open_round

TICK_LIMIT_MS = 50
VOTE_LIMIT_SECONDS = 3.0
MEMORY_LIMIT = 0.05
"""Share by which the last third of the memory's readings may lie above the middle third."""
JOINED_A_MINUTE = 50
VOTE_EVERY_SECONDS = 4.0
MEMORY_EVERY_SECONDS = 5.0
SEED = 7


@dataclass
class Phone:
    """One participant's connection, and what it has seen."""

    socket: ClientConnection
    query: str
    page: str = ""
    pulse: str = ""
    interval: float = 0.0
    scales: dict[str, str] = field(default_factory=dict)
    """The scales on the screen, and the fragment that each belongs to."""
    seen: dict[int, float] = field(default_factory=dict)
    """How many had scored → when that was first shown."""
    finished: asyncio.Event = field(default_factory=asyncio.Event)
    one_run: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def ask(self, fragment: str = "", score: tuple[str, str] | None = None, *, by_itself: bool = False) -> float:
        """Have the page or a fragment of it run, with a tap on a scale if one is given; the seconds until it has."""
        message = BackMsg()
        run = message.rerun_script
        run.query_string, run.page_script_hash, run.fragment_id = self.query, self.page, fragment
        run.is_auto_rerun = by_itself
        if not self.page:
            run.page_name = "join"
        if score is not None:
            tapped = run.widget_states.widgets.add(id=score[0])
            tapped.string_array_value.data.append(score[1])
        async with self.one_run:
            self.finished.clear()
            start = time.perf_counter()
            await self.socket.send(message.SerializeToString())
            await asyncio.wait_for(self.finished.wait(), 60)
            return time.perf_counter() - start

    async def listen(self) -> None:
        """Read what the server sends until the connection ends."""
        async for data in self.socket:
            message = ForwardMsg()
            message.ParseFromString(data)
            kind = message.WhichOneof("type")
            if kind == "new_session":
                self.page = message.new_session.page_script_hash
            elif kind == "auto_rerun":
                self.pulse, self.interval = message.auto_rerun.fragment_id, message.auto_rerun.interval
            elif kind == "script_finished":
                self.finished.set()
            elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                self._see(message)

    def _see(self, message: ForwardMsg) -> None:
        element = message.delta.new_element
        if element.WhichOneof("type") == "button_group":
            self.scales[element.button_group.id] = message.delta.fragment_id
        if element.WhichOneof("type") == "markdown" and "have scored" in (said := element.markdown.body):
            n_scored = int(said.replace("\\", "").rpartition("·")[2].split()[0])
            self.seen.setdefault(n_scored, time.perf_counter())


def furnish(db: Database, n_people: int) -> tuple[OpenedRoom, list[str]]:
    """A room of all retail activities with an open round; the queries of its participants' links."""
    now, retail = int(time.time()), load_catalogue("retail")
    items = tuple(Item(activity=activity) for activity in retail.activities)
    room = open_room(db, Board(name="Load", catalogue="retail", framework="race", items=items), now)
    tokens = [
        join_room(db, room.code, f"P{number}", "Other", now - 60 * (number // JOINED_A_MINUTE)).token
        for number in range(n_people)
    ]
    open_round(db, room.code, room.key, now)
    return room, [f"room={room.code}&me={token}" for token in tokens]


async def tick(phone: Phone, until: float, taken: list[float]) -> None:
    """Ask for the timed fragment as often as a browser would."""
    await asyncio.sleep(random.random() * phone.interval)
    while (start := time.perf_counter()) < until:
        taken.append(await phone.ask(phone.pulse, by_itself=True))
        await asyncio.sleep(max(phone.interval - (time.perf_counter() - start), 0))


async def tap(phones: list[Phone], until: float, waited: list[float]) -> None:
    """One phone after the other scores for the first time; how long until the last screen has counted it."""
    for n_scored, phone in enumerate(phones, 1):
        await asyncio.sleep(VOTE_EVERY_SECONDS)
        if time.perf_counter() > until - 2 * VOTE_LIMIT_SECONDS:
            return
        start = time.perf_counter()
        scale, fragment = next(iter(phone.scales.items()))
        await phone.ask(fragment, (scale, "3"))
        while not all(n_scored in one.seen for one in phones):
            if time.perf_counter() - start > 30:
                raise TimeoutError(f"vote {n_scored} was not seen by all within 30 s")
            await asyncio.sleep(0.02)
        waited.append(max(one.seen[n_scored] for one in phones) - start)


async def watch_memory(process: int, until: float, readings: list[float]) -> None:
    """The server's memory in MB, every few seconds."""
    while time.perf_counter() < until:
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
        readings.append(int(status.partition("VmRSS:")[2].split()[0]) / 1024)
        await asyncio.sleep(MEMORY_EVERY_SECONDS)


def cpu_seconds(process: int) -> float:
    """What a process has used of the processors so far."""
    spent = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[11:13]
    return sum(map(int, spent)) / os.sysconf("SC_CLK_TCK")


async def hold(address: str, process: int, queries: list[str], minutes: float) -> bool:
    """Keep the room busy for so long, and print what was measured; whether it is within what is allowed."""
    phones = []
    for query in queries:
        socket = await connect(
            f"{address.replace('http', 'ws')}/_stcore/stream", subprotocols=["streamlit"], max_size=None
        )  # type: ignore[list-item]
        phone = Phone(socket, query)
        phones.append(phone)
        phone.listening = asyncio.create_task(phone.listen())  # type: ignore[attr-defined]
        await phone.ask()
    start, spent = time.perf_counter(), cpu_seconds(process)
    until = start + minutes * 60
    taken: list[float] = []
    waited: list[float] = []
    memory: list[float] = []
    await asyncio.gather(
        *(tick(phone, until, taken) for phone in phones),
        tap(phones, until, waited),
        watch_memory(process, until, memory),
    )
    seconds, cpu = time.perf_counter() - start, cpu_seconds(process) - spent
    for phone in phones:
        await phone.socket.close()
    return report(taken, waited, memory, seconds, cpu)


def report(taken: list[float], waited: list[float], memory: list[float], seconds: float, cpu: float) -> bool:
    """Print the figures; whether all are within what is allowed."""
    p95 = statistics.quantiles(taken, n=20)[-1] * 1000
    third = len(memory) // 3
    middle, last = statistics.mean(memory[third : 2 * third]), statistics.mean(memory[-third:])
    print(f"{len(taken):,} ticks in {seconds:,.0f} s, {len(waited)} votes")
    print(f"tick, median      {statistics.median(taken) * 1000:8.1f} ms")
    print(f"tick, p95         {p95:8.1f} ms   allowed {TICK_LIMIT_MS}")
    print(
        f"server CPU        {cpu / seconds:8.1%}      of one core; {cpu / len(taken) * 1000:.1f} ms a tick, votes included"
    )
    print(
        f"vote seen by all  {max(waited):8.2f} s    at worst, median {statistics.median(waited):.2f}; allowed {VOTE_LIMIT_SECONDS}"
    )
    print(
        f"memory            {middle:8.1f} MB   in the middle third, {last:.1f} in the last ({last / middle - 1:+.1%})"
    )
    return p95 <= TICK_LIMIT_MS and max(waited) <= VOTE_LIMIT_SECONDS and last <= middle * (1 + MEMORY_LIMIT)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--minutes", type=float, default=10)
    asked = parser.parse_args()
    random.seed(SEED)
    with tempfile.TemporaryDirectory() as folder:
        url = os.environ.setdefault("ROOMS_URL", f"sqlite:///{folder}/rooms.db")
        db = open_database(url)
        _, queries = furnish(db, asked.people)
        with serve_process() as (address, process):
            is_held = asyncio.run(hold(address, process, queries, asked.minutes))
        db.close()
    sys.exit(not is_held)


if __name__ == "__main__":
    main()
