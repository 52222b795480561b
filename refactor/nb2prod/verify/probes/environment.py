"""Print a description of this Python's environment, as JSON; for any Python from 3.6 on."""

import importlib.util
import json
import os
import platform
import re
import sys


def main():
    """Print the description."""
    found = {
        "python": platform.python_version(),
        "markers": {
            "implementation_name": sys.implementation.name,
            "implementation_version": platform.python_version(),
            "os_name": os.name,
            "platform_machine": platform.machine(),
            "platform_python_implementation": platform.python_implementation(),
            "platform_release": platform.release(),
            "platform_system": platform.system(),
            "platform_version": platform.version(),
            "python_full_version": platform.python_version(),
            "python_version": "%d.%d" % sys.version_info[:2],
            "sys_platform": sys.platform,
        },
        "modules": [m for m in ("ipykernel", "yaml") if importlib.util.find_spec(m)],
        "distributions": {},
        "owners": {},
    }
    if sys.version_info >= (3, 8):
        _distributions(found)
    sys.stdout.write(json.dumps(found) + "\n")


def _distributions(found):
    from importlib.metadata import distributions

    folders = {}
    for distribution in distributions():
        name = distribution.metadata["Name"]
        key = re.sub(r"[-_.]+", "-", name or "").lower()
        if not key or key in found["distributions"]:  # the first one on the path counts
            continue
        found["distributions"][key] = {
            "name": name,
            "version": distribution.version,
            "requires": list(distribution.requires or ()),
            "url": _url(distribution),
        }
        folders[key] = _modules(distribution)
    owners = {}
    for key, modules in folders.items():
        for module in modules:
            owners.setdefault(module, []).append(key)
    shared = {m for m, keys in owners.items() if "." not in m and len(keys) > 1}
    found["owners"] = {
        m: sorted(keys)
        for m, keys in owners.items()
        if "." not in m or (m.partition(".")[0] in shared and len(keys) == 1)
    }


def _modules(distribution):
    """Return the modules and packages of a distribution, down to three levels."""
    modules = set((distribution.read_text("top_level.txt") or "").split())
    # Not `distribution.files`: it makes an object of each of some ten thousand lines.
    for line in (distribution.read_text("RECORD") or "").splitlines():
        path, dot, ending = line.partition(",")[0].partition(".")
        if not dot or not ending.endswith(("py", "so", "pyd")):
            continue
        parts = path.split("/")
        parts = parts[:-1] if parts[-1] == "__init__" else parts
        if all(part.isidentifier() for part in parts):
            modules.update(".".join(parts[:n]) for n in range(1, min(3, len(parts)) + 1))
    return modules


def _url(distribution):
    """Return the address from which a distribution was installed; empty for a package index."""
    try:
        origin = json.loads(distribution.read_text("direct_url.json") or "{}")
    except ValueError:
        return ""
    url = origin.get("url", "")
    if "vcs_info" in origin:
        info = origin["vcs_info"]
        return "%s+%s@%s" % (info.get("vcs"), url, info.get("commit_id", "HEAD"))
    return url
