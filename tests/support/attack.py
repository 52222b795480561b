"""An attack on a generated service, over real sockets; prints a table of counts.

    python tests/support/attack.py PROJECT [--connections 900] [--rounds 10] [--seed 0]

The service is started with short limits. Each attack says how its requests ended: answered (by the
class of the status), cut by the service without an answer, or left open for longer than the limits
allow. Meanwhile a bystander asks for `/health`. The pipeline of PROJECT was run.
"""

import argparse
import asyncio
import json
import random
import re
import socket
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from hostile_bodies import Sent, bodies
from served import Served, started

LIMITS = {"BODY_SECONDS": "2", "EXCHANGE_SECONDS": "4"}
PATIENCE = 30.0  # seconds after which a connection counts as left open
ENDS = ("2xx", "4xx", "503", "5xx", "cut", "open")
HEAD = b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
Attack = Callable[["Target"], Awaitable[Counter[str]]]


@dataclass
class Target:
    """The attacked service.

    Attributes:
        port: Its port.
        row: A record that it accepts.
        connections: The connections to open at a time.
        rounds: How often to send the hostile bodies, and mutants of them.
        seed: The seed of the mutants.
    """

    port: int
    row: dict[str, Any]
    connections: int = 300
    rounds: int = 1
    seed: int = 0

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Open a connection."""
        return await asyncio.open_connection("127.0.0.1", self.port)

    @property
    def body(self) -> bytes:
        """A body that the service accepts."""
        return json.dumps({"rows": [self.row]}).encode()


@dataclass
class Report:
    """The result of an attack: how requests ended, most memory, and the bystander's answers."""

    name: str
    ends: Counter[str]
    megabytes: int
    bystander: Counter[str] = field(default_factory=Counter[str])

    def __str__(self) -> str:
        counts = "".join(f"{self.ends[end]:>8}" for end in ENDS)
        sent = sum(self.ends.values())
        return f"{self.name:<22}{sent:>8}{counts}{self.megabytes:>8}{self.bystander['2xx']:>10}"


HEADING = f"{'attack':<22}{'sent':>8}{''.join(f'{e:>8}' for e in ENDS)}{'MB':>8}{'/health':>10}"


async def end_of(reader: asyncio.StreamReader) -> str:
    """Return how a request ended: the class of its status, "cut" or "open"."""
    try:
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
    except (asyncio.IncompleteReadError, ConnectionError):
        return "cut"
    except TimeoutError:
        return "open"
    if length := re.search(rb"(?i)content-length: (\d+)", head):
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            await reader.readexactly(int(length[1]))
    status = head[9:12].decode()
    return "503" if status == "503" else f"{status[0]}xx"


async def end_of_connection(reader: asyncio.StreamReader) -> str:
    """Return "cut" if the service closes a connection, else "open"."""
    try:
        while await asyncio.wait_for(reader.read(1 << 16), PATIENCE):
            pass
    except ConnectionError:
        return "cut"
    except TimeoutError:
        return "open"
    return "cut"


async def at_once(target: Target, one: Callable[[Target], Awaitable[str]]) -> Counter[str]:
    """Open all connections at a time, and do the same on each."""
    return Counter(await asyncio.gather(*(one(target) for _ in range(target.connections))))


async def asked(target: Target, sent: Sent) -> str:
    """Send one request; return how it ended."""
    head = "POST /predict HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in sent.headers)
    data = f"{head}Content-Length: {len(sent.body)}\r\n\r\n".encode("latin-1") + sent.body
    return await exchanged(target, data)


async def exchanged(target: Target, data: bytes) -> str:
    """Send bytes on a connection of their own; return how they were answered."""
    reader, writer = await target.open()
    try:
        with suppress(ConnectionError):  # the answer may come before the end of the body
            writer.write(data)
            await writer.drain()
        return await end_of(reader)
    finally:
        writer.close()


async def hostile_bodies(target: Target) -> Counter[str]:
    """Send hostile bodies, and mutants of a good one."""
    draw = random.Random(target.seed)
    ends: Counter[str] = Counter()
    for _ in range(target.rounds):
        for sent in bodies(target.row):
            ends[await asked(target, sent)] += 1
        for _ in range(300):
            ends[await asked(target, Sent("mutant", mutant(target.body, draw)))] += 1
    return ends


def mutant(body: bytes, draw: random.Random) -> bytes:
    """Return a body with some bytes replaced, removed or doubled."""
    for _ in range(draw.randint(1, 4)):
        at, size = draw.randrange(len(body)), draw.randint(0, 8)
        piece = draw.choice(
            [b"", draw.randbytes(size), body[at : at + size] * 2, b"\\ud800", b"9e99"]
        )
        body = body[:at] + piece + body[at + size :]
    return body


async def hostile_heads(target: Target) -> Counter[str]:
    """Send heads that are no HTTP, contradict the body, or have no end."""
    good = target.body
    chunked = HEAD + b"Transfer-Encoding: chunked\r\n"
    size = b"Content-Length: %d\r\n"
    heads = [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20,
        b"GET\r\n\r\n",
        b"GET /health HTTP/9.9\r\n\r\n",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: x\r\n" + b"a: b\r\n" * 50_000 + b"\r\n",
        b"GET /health HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 5_000_000 + b"\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
        HEAD + b"Content-Length: -1\r\n\r\n" + good,
        HEAD + b"Content-Length: " + b"9" * 30 + b"\r\n\r\n" + good,
        HEAD + size % 10_000_001 + b"\r\n" + good,
        HEAD + size % len(good) + size % (len(good) + 1) + b"\r\n" + good,
        chunked + size % len(good) + b"\r\n" + good,
        chunked + b"\r\nzz\r\n" + good,
        chunked + b"\r\nffffffffffffffffff\r\n" + good,
        chunked + b"\r\n" + b"1\r\n \r\n" * 100_000 + b"0\r\n\r\n",
        chunked + b"\r\n" + (b"f4240\r\n" + b" " * 1_000_000 + b"\r\n") * 30 + b"0\r\n\r\n",
    ]
    return Counter([await exchanged(target, head) for head in heads])


async def slow_head(target: Target) -> str:
    """Send a part of a head, then a header each second."""
    return await dripped(target, b"GET /health HTTP/1.1\r\nHost: x\r\n", b"A: b\r\n")


async def half_sent_body(target: Target) -> str:
    """Send a part of a body, and no more."""
    return await exchanged(target, HEAD + b"Content-Length: 1000\r\n\r\n" + target.body[:9])


async def slow_body(target: Target) -> str:
    """Send a body in chunks of one byte, one each second."""
    return await dripped(target, HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n")


async def refused_body(target: Target) -> str:
    """Send a part of a body to a path that takes none; the answer does not end the connection."""
    head = HEAD.replace(b"/predict", b"/nothing") + b"Content-Length: 100000\r\n\r\n"
    return await dripped(target, head, b"x")


async def silent(target: Target) -> str:
    """Send nothing at all."""
    return await dripped(target, b"", b"")


async def dripped(target: Target, data: bytes, drop: bytes) -> str:
    """Send bytes, then some more from time to time; return how the connection ended."""
    reader, writer = await target.open()
    writer.write(data)
    ended = asyncio.ensure_future(end_of_connection(reader))
    while not ended.done():
        if not writer.is_closing():
            writer.write(drop)
        await asyncio.wait([ended], timeout=0.5)
    writer.close()
    return await ended


async def slow_reader(target: Target) -> str:
    """Ask for much, and read nothing; the end shows when something is written."""
    own = socket.socket()
    own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # the system's buffers are soon full
    own.setblocking(False)
    await asyncio.get_running_loop().sock_connect(own, ("127.0.0.1", target.port))
    _, writer = await asyncio.open_connection(sock=own)
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    writer.write(b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 2_000)
    until = asyncio.get_running_loop().time() + PATIENCE
    while not writer.is_closing() and asyncio.get_running_loop().time() < until:
        await asyncio.sleep(0.5)
        writer.write(b"GET")
    found = "cut" if writer.is_closing() else "open"
    writer.transport.abort()
    return found


async def hang_up(target: Target) -> str:
    """Send a part of a body, and hang up."""
    _, writer = await target.open()
    writer.write(HEAD + b"Content-Length: 1000\r\n\r\n" + target.body[:9])
    await writer.drain()
    writer.transport.abort()
    return "cut"


async def pipelined(target: Target) -> Counter[str]:
    """Send many requests at once on one connection, good ones and bad ones."""
    good = HEAD + b"Content-Length: %d\r\n\r\n" % len(target.body) + target.body
    bad = HEAD + b"Content-Length: 3\r\n\r\n{{{"
    reader, writer = await target.open()
    writer.write((good + bad) * target.connections)
    ends = Counter([await end_of(reader) for _ in range(2 * target.connections)])
    writer.close()
    return ends


ATTACKS: dict[str, Attack] = {
    "hostile bodies": hostile_bodies,
    "hostile heads": hostile_heads,
    "pipelining": pipelined,
    **{
        one.__name__.replace("_", " "): lambda target, one=one: at_once(target, one)
        for one in (slow_head, half_sent_body, slow_body, refused_body, silent, hang_up)
    },
    "slow readers": lambda target: at_once(replace(target, connections=8), slow_reader),
}


async def attacked(target: Target, service: Served, name: str) -> Report:
    """Do one attack, while a bystander asks whether the service lives."""
    report = Report(name, Counter(), 0)
    attack = asyncio.ensure_future(ATTACKS[name](target))
    while not attack.done():
        ask = b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        report.bystander[await exchanged(target, ask)] += 1
        report.megabytes = max(report.megabytes, service.memory // 1_000_000)
        await asyncio.wait([attack], timeout=0.2)
    report.ends = await attack
    return report


def example_of(project: Path) -> dict[str, Any]:
    """Return a record that the service of a project accepts."""
    card = json.loads((project / "models/service/card.json").read_text("utf-8"))
    return card["examples"][0]["row"]


def main() -> int:
    """Attack a service with everything; return 1 if it answered 5xx, or left a connection open."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("project", type=Path)
    parser.add_argument("--connections", type=int, default=900)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=ATTACKS, action="append", help="an attack")
    given = parser.parse_args()
    row = example_of(given.project)
    print(HEADING)
    bad = 0
    with started(given.project, **LIMITS) as service:
        target = Target(service.port, row, given.connections, given.rounds, given.seed)
        for name in given.only or ATTACKS:
            report = asyncio.run(attacked(target, service, name))
            print(report, flush=True)
            bad += report.ends["5xx"] + report.ends["open"]
    log = service.whole_log()
    tracebacks = log.count("Traceback")
    print(f"{tracebacks} tracebacks in {len(log.splitlines())} lines of log")
    return int(bool(bad or tracebacks))


if __name__ == "__main__":
    sys.exit(main())
