"""Names from English text: identifiers, and the verbs that begin them."""

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
# Noun at the end of a heading, such as `evaluation` -> its verb.
_NOUNS: dict[str, str] = _WORDS["nouns"]
_PHRASES: dict[str, str] = _WORDS["phrases"]
_LIGHT: frozenset[str] = frozenset(_WORDS["light"].split())
_COUNTED: frozenset[str] = frozenset(_WORDS["counted"].split())
_ONE_WORD = re.compile("|".join(_WORDS["one_word"].split()))
# Names of variables that say nothing about their content.
VAGUE: frozenset[str] = frozenset(_WORDS["vague"].split())
# Name of a program -> the verb for what it does.
PROGRAMS: dict[str, str] = {
    name: act for act, names in _WORDS["programs"].items() for name in names
}
MODULES: frozenset[str] = frozenset(_WORDS["modules"].split())


# The beginning of a question, before its subject.
_ASKING = re.compile(
    r"^\W*(?:(?:what|which|how|why|who|when|where|if|is|are|was|were|does|do|did|can|much|many)\b\s*)+"
    r"(?=.*\?\W*$)",
    re.IGNORECASE,
)


def snake(text: str) -> str:
    """Return text as a snake_case identifier; empty if no character of it can be used."""
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    text = _ONE_WORD.sub(lambda found: found[0].capitalize(), text)
    text = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", text)
    text = re.sub(r"([A-Z]{2,})([A-Z][a-z])", r"\1_\2", text)  # but `KNeighbors` is one word
    return re.sub(r"_+", "_", re.sub(r"\W+", "_", text)).strip("_").lower()


def words(text: str, limit: int = 4) -> str:
    """Return the first significant words of a heading as an identifier."""
    text = re.sub(r"https?://\S+|\([^)]*\)|['\u2019]s\b", " ", text)
    text = re.sub(r"(?i)\bpre[- ](?=process)", "pre", text)
    text = re.sub(r"(?i)\bk[- ](?=means\b|fold\b)", "K", text)
    text = re.split(r"[:?!.;]\s|\s[-\u2013\u2014]+\s", re.sub(r"^[\W\d.]+", "", text))[0]
    every = [w for w in snake(text).split("_") if w and not w.isdigit()]
    parts = [w for i, w in enumerate(every) if w not in _STOP or _joins_verbs(every, i)]
    while parts and (not parts[0][0].isalpha() or len(parts[0]) == 1):
        parts.pop(0)
    return "_".join(_whole(parts[: limit + ("and" in parts)]))


def asked(heading: str) -> str:
    """Return the subject of a question; any other heading unchanged."""
    return _ASKING.sub("", heading)


def _joins_verbs(parts: list[str], i: int) -> bool:
    """Return whether a word is an "and" between verbs, as in "build and fit the model"."""
    around = parts[i - 1 : i] + parts[i + 1 : i + 2]
    return parts[i] == "and" and len(around) == 2 and all(map(is_verb, around))


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
# In "univariate analysis" or "principal component analysis" the first words are not an object.
_ADJECTIVE = re.compile(r"(?:ate|al|ory|ory_data|ic|ive|component|components|discriminant)$")


def imperative(name: str) -> str:
    """Return a name that begins with a verb; empty if a name has none.

    `training_models` becomes `train_models`, and `model_evaluation` becomes `evaluate_model`.
    """
    if name in _PHRASES:
        return _PHRASES[name]
    light, _, rest = name.partition("_")
    if light in _LIGHT and "_" in rest and imperative(rest):
        return imperative(rest)
    what, _, last = name.rpartition("_")
    done = _NOUNS.get(last) or _GERUNDS.get(last, "")
    parts = name.split("_")
    noun = done and what and light not in _LIGHT and parts[0] not in _GERUNDS
    if noun and not _ADJECTIVE.search(what):
        return f"{done}_{what}{'s' * (parts[-2] in _COUNTED)}"
    if not _verb(parts[0]):
        return ""
    ends = [0, 2] if parts[1:2] == ["and"] else [0]  # "loading and cleaning data"
    plain = [_verb(word) if i in ends else word for i, word in enumerate(parts)]
    return "_".join(plain) if len(plain) > ends[-1] + 1 else ""


def _verb(word: str) -> str:
    return word if word in _KNOWN_VERBS else _GERUNDS.get(word, "")


def noun_of(verb: str, name: str) -> bool:
    """Return whether a name is just the noun of a verb, as `prediction` is of `predict`."""
    return _NOUNS.get(name, _GERUNDS.get(name)) == verb


def is_verb(name: str) -> bool:
    """Return whether a name is just a verb, such as `clean` or `cleaning`."""
    return name in _KNOWN_VERBS or name in _GERUNDS
