"""Traits of library calls: the tables `[traits]`, `[actions]` and `[charts]` of the library files.

Leakage analysis, serving and the rules often know a call only by the last part of its name, as in
`frame.dropna()`. So the tables of all libraries are needed at once, and `nb2prod check` must not
wait for them: `tomllib` takes about 70 ms to parse all files, half the time of a check. The tables
hold nothing but lists of names in double quotes, which a regular expression reads in 2 ms.

The vocabulary is described at the top of `catalog.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from nb2prod.knowledge.library_files import file_of, libraries, text

TRAITS = frozenset(
    """across across_groups across_time aggregates applies array_models axis_titles builds
    cell_indexers column_facts composites copies counts cross_validates cumulative cuts
    displayed displays draws_again draws_no_data drops_rows encodes fits fits_and_applies
    forecasts formula_models gathers held_models indexers inplace inspects keeps_columns
    lists_folder loads loads_nothing maps masks merges no_model null_masks only_computes
    only_once oversamplers picks predicts random remembered resamples returns_model row_counts
    same_measure same_rows scores scores_columns scores_model scores_plot searches
    selects_columns series shuffles splits splitters stacks stateful stateless takes_records
    titles trains types_in unsupervised walks_folders wraps""".split()  # noqa: SIM905
)
CONVENTIONS = "common"  # the file of the methods that are known by their name alone
_LIST = re.compile(r'^"?([\w.]+)"? = \[([^\]]*)\]$', re.MULTILINE)
_NAME = re.compile(r'"([^"]+)"')
_NONE = frozenset[str]()


@cache
def lists(library: str, table: str) -> Mapping[str, tuple[str, ...]]:
    """Return a table of lists of names from a library's file; empty if the file has none."""
    return read_lists(text(library), table)


def read_lists(content: str, table: str) -> Mapping[str, tuple[str, ...]]:
    """Read a table of lists of names from the text of a file; empty if the text has none.

    Raises:
        ValueError: `[traits]` has a key outside the vocabulary.
    """
    _, header, rest = content.partition(f"\n[{table}]\n")
    body = rest.partition("\n[")[0] if header else ""
    found = {key: tuple(_NAME.findall(names)) for key, names in _LIST.findall(body)}
    if table == "traits" and (unknown := found.keys() - TRAITS):
        raise ValueError(f"not in the vocabulary: {', '.join(sorted(unknown))}")
    return found


@cache
def by_last_name(table: str) -> Mapping[str, frozenset[str]]:
    """Return the last part of a function's or class's name -> the keys that list it anywhere."""
    found: dict[str, set[str]] = {}
    for library in libraries():
        for key, names in lists(library, table).items() if library != CONVENTIONS else ():
            for name in names:
                found.setdefault(name.rpartition(".")[2], set()).add(key)
    return {name: frozenset(keys) for name, keys in found.items()}


def of_functions(name: str) -> frozenset[str]:
    """Return the traits of all functions and classes whose names end with this part."""
    return by_last_name("traits").get(name, _NONE)


@cache
def of(name: str) -> frozenset[str]:
    """Return the traits of all functions, classes and methods whose names end with this part."""
    return of_method(name) | of_functions(name)


@cache
def _by_name(library: str) -> Mapping[str, frozenset[str]]:
    """Return name -> its traits, for the names in a library's file."""
    found: dict[str, set[str]] = {}
    for trait, names in lists(library, "traits").items():
        for name in names:
            found.setdefault(name, set()).add(trait)
    return {name: frozenset(traits) for name, traits in found.items()}


def of_method(name: str) -> frozenset[str]:
    """Return the traits of a method or an attribute by convention, whatever its receiver."""
    return _by_name(CONVENTIONS).get(name, _NONE)


@cache
def of_function(name: str) -> frozenset[str]:
    """Return the traits of the function or class of a dotted name, and of its packages."""
    package, _, rest = name.partition(".")
    known = _by_name(file_of(package))
    found = known.get(name, _NONE)
    while rest and known:
        found |= known.get(f"{package}.*", _NONE)
        part, _, rest = rest.partition(".")
        package = f"{package}.{part}"
    return found


@cache
def methods(trait: str) -> frozenset[str]:
    """Return the methods and attributes that have a trait by convention."""
    return frozenset(lists(CONVENTIONS, "traits").get(trait, ()))


@cache
def functions(trait: str) -> frozenset[str]:
    """Return the dotted names of the functions and classes with a trait."""
    files = (library for library in libraries() if library != CONVENTIONS)
    return frozenset(name for file in files for name in lists(file, "traits").get(trait, ()))


@cache
def named(trait: str) -> frozenset[str]:
    """Return the last parts of all names with a trait."""
    return methods(trait) | {name.rpartition(".")[2] for name in functions(trait)}


def target_arguments(name: str) -> tuple[str, ...] | None:
    """Return the arguments that describe the target, of a class that holds features and target.

    None for any other class.
    """
    return lists(file_of(name.partition(".")[0]), "target_arguments").get(name)


def word_for(name: str, table: str) -> str:
    """Return the word of `[actions]` or `[charts]` for a call, by the last part of its name."""
    short = name.rpartition(".")[2]
    conventions = lists(CONVENTIONS, table)
    found = next((word for word, names in conventions.items() if short in names), "")
    return found or next(iter(by_last_name(table).get(short, ())), "")
