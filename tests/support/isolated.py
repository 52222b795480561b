"""A command of nb2prod in a process that is forked from this one: watched, limited and timed.

The process starts with all modules imported, so it is a tenth of the price of a new one.
"""

import faulthandler
import importlib
import os
import pkgutil
import resource
import signal
import sys
import tempfile
import traceback
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

CPU_LIMIT = 20  # seconds
_PATIENCE = 300  # seconds, after which a process that waits for ever is killed
_UNCAUGHT = 70  # exit status
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


class Ended(NamedTuple):
    """The end of a command.

    Attributes:
        status: its exit status, below 0 the number of the signal that ended it.
        output: its standard output.
        errors: its standard error.
        seconds: the CPU seconds that it took.
        outside: the changes that it tried to make outside of the folders where it may.
    """

    status: int
    output: bytes
    errors: str
    seconds: float
    outside: list[str]


def run_isolated(arguments: Sequence[str], folder: Path, writable: Sequence[Path]) -> Ended:
    """Run nb2prod with arguments in a folder, and report changes elsewhere.

    Args:
        arguments: those of the command line.
        folder: where it runs; its temporary files go to the folder `temporary` in it.
        writable: beginnings of the paths that it may change besides.
    """
    _import_all()
    file = tempfile.TemporaryFile
    with file() as out, file() as err, file() as watch:
        child = os.fork()
        if child == 0:
            _prepare(folder, [out.fileno(), err.fileno()])
            _report_changes(watch.fileno(), [folder / "temporary", *writable])
            _main(arguments)
        _, status, used = os.wait4(child, 0)
        return Ended(
            os.waitstatus_to_exitcode(status),
            _content(out.fileno()),
            _content(err.fileno()).decode("utf-8", "replace"),
            used.ru_utime + used.ru_stime,
            _content(watch.fileno()).decode("utf-8", "replace").splitlines(),
        )


@cache
def _import_all() -> None:
    import nb2prod

    for module in pkgutil.walk_packages(nb2prod.__path__, "nb2prod."):
        if ".probes." not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)


def _content(handle: int) -> bytes:
    return os.pread(handle, os.fstat(handle).st_size, 0)


def _prepare(folder: Path, outputs: Sequence[int]) -> None:
    """Make this process look like a new one."""
    faulthandler.disable()
    for number, handle in enumerate([os.open(os.devnull, os.O_RDONLY), *outputs]):
        os.dup2(handle, number)
    sys.stdin, sys.stdout, sys.stderr = (
        open(number, mode, encoding="utf-8", errors="surrogateescape", closefd=False)  # noqa: SIM115
        for number, mode in enumerate("rww")
    )
    sys.stderr.reconfigure(errors="backslashreplace", line_buffering=True)
    os.chdir(folder)
    temporary = folder / "temporary"
    temporary.mkdir(exist_ok=True)
    tempfile.tempdir = str(temporary)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_LIMIT, CPU_LIMIT + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for number in (signal.SIGALRM, signal.SIGINT, signal.SIGXCPU):
        signal.signal(number, signal.SIG_DFL)
    signal.alarm(_PATIENCE)


def _report_changes(handle: int, writable: Sequence[Path]) -> None:
    """Write down each change of the file system that this process makes elsewhere."""

    allowed = (os.devnull, *map(str, writable))

    def hook(event: str, values: tuple[Any, ...]) -> None:
        for path in _changed(event, values):
            # The folder is resolved, not the path: a link can be replaced.
            named = Path(os.fsdecode(path)).absolute()
            place = str(named.parent.resolve() / named.name)
            if not place.startswith(allowed):
                os.write(handle, f"{event} {place}\n".encode("utf-8", "replace"))

    sys.addaudithook(hook)


def _changed(event: str, values: tuple[Any, ...]) -> Sequence[Any]:
    """Return the paths that an audited event is about to change.

    https://docs.python.org/3/library/audit_events.html
    """
    match event, values:
        case "open", (str() | bytes() as path, _, int() as flags) if flags & _WRITING:
            return [path]
        case "os.mkdir", (path, _, -1):
            return [] if Path(os.fsdecode(path)).is_dir() else [path]
        case "os.rename" | "os.link", (source, target, -1, -1):
            return [source, target]
        case "os.symlink", (_, path, -1):  # where it leads does not matter
            return [path]
        # Those with a folder's handle are the steps of shutil.rmtree.
        case "os.remove" | "os.rmdir", (path, -1):
            return [path]
        case "os.truncate" | "os.chmod" | "shutil.rmtree", (str() as path, *_):
            return [path]
        case _:
            return []


def _main(arguments: Sequence[str]) -> None:
    """Run the command line, and end this process."""
    from nb2prod.cli.main import main

    status = _UNCAUGHT
    try:
        status = main(arguments)
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else 1
    except BaseException:  # noqa: BLE001  it is reported as a failure
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
