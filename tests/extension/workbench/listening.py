"""A Python that writes down what an editor and the language server say to each other.

    python listening.py NAME FOLDER -m nb2prod server

NAME is what it is started as, and says that it is. Each server's talk is one file in FOLDER, a
message a line, with who has said it: all that the editor says, and what the server asks it.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO


def main() -> None:
    """Run Python; listen if it serves."""
    name, folder, *arguments = sys.argv[1:]
    if arguments[0] == "-c":  # what Python it is: not the one behind it
        sys.executable = name
        exec(arguments[1], {"__name__": "__main__"})
        return
    command = [sys.executable, *arguments]
    if arguments[-1] != "server":
        os.execv(sys.executable, command)
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert server.stdin
    assert server.stdout
    file = Path(folder, f"{os.getpid()}.jsonl")
    lock = threading.Lock()

    def note(who: str, content: dict[str, Any]) -> None:
        line = json.dumps({"from": who, **content}, ensure_ascii=False)
        with lock, file.open("a", encoding="utf-8") as told:
            print(line, file=told)

    def answers(source: BinaryIO) -> None:
        for head, body in messages(source):
            content = json.loads(body)
            if "method" in content and "id" in content:
                note("server", {"id": content["id"], "method": content["method"]})
            sys.stdout.buffer.write(head + body)
            sys.stdout.buffer.flush()

    threading.Thread(target=answers, args=[server.stdout], daemon=True).start()
    for head, body in messages(sys.stdin.buffer):
        note("editor", json.loads(body))
        server.stdin.write(head + body)
        server.stdin.flush()
    server.stdin.close()
    sys.exit(server.wait())


def messages(source: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Yield head and body of the messages of a stream."""
    while True:
        head, length = b"", 0
        while (line := source.readline()).strip():
            head += line
            if line.lower().startswith(b"content-length"):
                length = int(line.split(b":")[1])
        if not length:
            return
        yield head + line, source.read(length)


if __name__ == "__main__":
    main()
