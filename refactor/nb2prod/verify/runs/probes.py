"""Probes: carry nb2prod's scripts to the user's Python."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

# The name of the package there: nothing of the user's may be hidden by it.
PACKAGE = "nb2prod_probes"
_SCRIPT = """\
if __name__ == "__main__":
    from {package}.{name} import main

    main()
"""


def write_probes(folder: Path) -> None:
    """Write the probes into a folder, as a package that imports nothing of nb2prod."""
    package = folder / PACKAGE
    package.mkdir()
    for source in files("nb2prod.verify.probes").iterdir():
        if source.name.endswith(".py"):
            (package / source.name).write_text(source.read_text("utf-8"), "utf-8")


def probe_script(folder: Path, name: str) -> Path:
    """Write the probes into a folder, and return a script that runs the one of this name."""
    write_probes(folder)
    script = folder / "probe.py"
    script.write_text(_SCRIPT.format(package=PACKAGE, name=name), "utf-8")
    return script


def kernel_probe(folder: Path, config: object) -> str:
    """Write the probes into a folder, and return code for a kernel that installs one there.

    The code leaves no name in the notebook's namespace, and `sys.path` as it was.
    """
    write_probes(folder)
    return (
        "import sys\n"
        f"sys.path.insert(0, {str(folder)!r})\n"
        f"from {PACKAGE}.kernel import install\n"
        "sys.path.pop(0)\n"
        f"install({config!r}, get_ipython())\n"
        "del install, sys"
    )
