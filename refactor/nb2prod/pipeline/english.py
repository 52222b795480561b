"""Words for names: identifiers from text, verbs that begin them."""

from __future__ import annotations

import keyword
import re
import tomllib
import unicodedata
from builtins import __dict__ as _builtins
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

RESERVED = frozenset(_builtins) | frozenset(keyword.kwlist) | frozenset(keyword.softkwlist)

_WORDS: Mapping[str, Any] = tomllib.loads(
    files("nb2prod.pipeline").joinpath("words.toml").read_text("utf-8")
)
_VERBS: list[str] = _WORDS["verbs"].split()
_STOP: frozenset[str] = frozenset(_WORDS["stop"].split())
# Names of variables that say nothing about their content.
VAGUE: frozenset[str] = frozenset(_WORDS["vague"].split())
# What a call of that short name is for, and what a program of that name does.
ACTIONS: dict[str, str] = {name: act for act, names in _WORDS["actions"].items() for name in names}
PROGRAMS: dict[str, str] = {
    name: act for act, names in _WORDS["programs"].items() for name in names
}


def snake(text: str) -> str:
    """Return text as a snake_case identifier; empty when nothing of it can stand in one."""
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    text = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", text)
    text = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", text)
    return re.sub(r"_+", "_", re.sub(r"\W+", "_", text)).strip("_").lower()


def words(text: str, limit: int = 4) -> str:
    """Return the first telling words of a heading as an identifier."""
    text = re.sub(r"https?://\S+|\([^)]*\)|['\u2019]s\b", " ", text)
    text = re.split(r"[:?!.;]\s|\s[-\u2013\u2014]+\s", re.sub(r"^[\W\d.]+", "", text))[0]
    parts = [w for w in snake(text).split("_") if w and w not in _STOP and not w.isdigit()]
    while parts and (not parts[0][0].isalpha() or len(parts[0]) == 1):
        parts.pop(0)
    return "_".join(_whole(parts[:limit]))


def _whole(parts: list[str], most: int = 34) -> list[str]:
    """Drop words from the end until the name is short enough."""
    while len(parts) > 1 and len("_".join(parts)) > most:
        parts = parts[:-1]
    return parts if len("".join(parts)) <= most else []


def _gerund(verb: str) -> str:
    if re.search(r"[^aeiou]e$", verb):
        return verb[:-1] + "ing"
    if re.fullmatch(r"(?:plot|split|drop|get|fit|set|run|sum|scan|cut)", verb):
        return verb + verb[-1] + "ing"
    return verb + "ing"


_GERUNDS = {_gerund(v): v for v in _VERBS} | {"modelling": "model", "labelling": "label"}
_KNOWN_VERBS = frozenset(_VERBS)


def imperative(name: str) -> str:
    """Return a name that begins with a verb, `training_models` as `train_models`, else nothing."""
    first, _, rest = name.partition("_")
    verb = first if first in _KNOWN_VERBS else _GERUNDS.get(first, "")
    return f"{verb}_{rest}" if verb and rest else ""


def is_verb(name: str) -> bool:
    """Say whether a name is a verb and nothing else, `clean` or `cleaning`."""
    return name in _KNOWN_VERBS or name in _GERUNDS
