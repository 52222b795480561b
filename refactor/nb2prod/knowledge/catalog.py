"""Effects of library calls: the files and values that they read, write, return and draw.

Each library has a TOML file in `libraries/`; using it imports nothing of the library. To teach
nb2prod a call, add it to that file. The vocabulary:

`[functions]` maps a dotted name (a trailing `.*` stands for all functions that are not listed) to
an effect.
`[classes.NAME]` describes the instances of a class: `bases`, the effects of its `methods` (the
name `*` stands for all methods that neither it nor its bases list), `attributes` (name -> type of
the value, which shares memory with the instance), `draws` (the random state that calls draw from
which change the instance, unless it was made with a seed), `immutable`, `unstorable`, `clones`
(its arguments stay unchanged: it fits clones of the estimators, or only reads the data).
`[modules.NAME]` describes functions by the shorthands below, which then are about the first
argument instead of the instance.
`[families]` maps a package prefix to the class whose description stands for any class of that
package that is not listed. `[aliases]` maps a package prefix to the one used here.
`[traits]` maps a trait to the names that have it: dotted names of functions and classes, where a
trailing `.*` stands for all of a package; in `common.toml` names of methods and attributes.
`[actions]` and `[charts]` map a word to such names: the verb for what the call does, the chart that
it draws; the names of steps are made of them. `[target_arguments]` maps a class that holds features
and target to its arguments that describe the target.
`common.toml` is written like one class: it describes methods by their name alone, for receivers
of unknown type. `stdlib.toml` holds all of the standard library but `builtins`.

The shorthands for long lists of names, in classes, modules and `common.toml`:

    pure          return a new value, change nothing
    chains        the same, and the result has the type of the instance
    inplace       like `chains`, but change the instance when called with `inplace=True`
    views         the result has the type of the instance and shares memory with it
    mutating      change the instance
    figures       draw on the current figure
    metrics       return a number that measures the quality of a model
    gives         type of the result -> names, else like `pure`
    roles         role -> names described by the other keys

The keys of an effect, all optional:

    returns       dotted type of the result; "self": the receiver itself; "same": a new value of
                  the receiver's (or first argument's) type
    shares        the objects that the result shares memory with: "self", "0" (position), "name"
                  (keyword)
    holds         the objects that the result keeps references to, like a container
    mutates       the objects that the call may change
    draws         the random state it draws from: "numpy", "python", "torch", "tensorflow";
                  "nothing" for a method that changes its object without a draw
    unless        a keyword which, when given and not None, makes it draw from no global state
    seeds         the random states it sets
    reads, writes the argument that is a path: "0", or "0:name" where it can also be a keyword;
                  "self": the path whose method it is. A call that writes and has no `returns`
                  returns None
    evaluates     the argument with a text that refers to variables of the caller: "0:formula" where
                  any name in it may be one, "@0:expr" where only names after an @ are
    options       the process-wide options it changes: "pandas", "matplotlib", "warnings", …
    figure        it draws on the current figure
    prints        it writes on stdout
    unstorable    the result can't be written to a file (a generator, a handle, a connection)
    role          the purpose of a statement with this call; see `ROLES`
    metric        the result is a number that measures the quality of a model

The traits. What a call does to the rows of its data:

    loads           read a table from a file; `loads_nothing`: give no data of its own
    types_in        make a table of literals; `draws_no_data`: of `numpy.random`, give no table
    aggregates      make one value of many rows; so do `counts`, which leak nothing, `gathers`, for
                    functions, and `picks`, which keeps the largest or smallest rows
    across          keep the rows, each of which then depends on others; so do `across_time`, on
                    the rows before, and `across_groups`, on the rows of its group
    drops_rows      drop or move rows; `shuffles`: move rows; `draws_again`: draw some rows twice
    copies          return the same rows as a copy; so do `wraps`, as another type, `encodes`, with
                    categories as numbers, and `keeps_columns`, with the same columns
    maps            apply a function to the rows
    merges          put the rows of tables side by side; `stacks`: below each other
    inspects        show what is no leak; `column_facts`, `row_counts`: of columns, of rows
    null_masks      give a mask of the missing values; `masks`: any mask
    same_rows       an attribute with the same rows; `indexers`: with those that an index selects;
                    `cell_indexers`: with one cell
    selects_columns choose columns, and compute nothing
    splits          split the rows of each argument in two; `cuts`: cut the first one into parts
    remembered      learn from the data what a service must remember

What a class learns when it is fitted:

    stateful        a transformer: statistics of rows; `stateless`: at most which values there are
    scores_columns  a function, which ranks columns by the target
    unsupervised    a model without a target; `no_model`: it trains nothing that predicts
    composites      made of other estimators; `searches`: of one, whose parameters it chooses
    oversamplers    draws rows again, or makes up new ones; `splitters`: gives folds
    formula_models  a model of a formula and a table; `array_models`: of arrays
    forecasts       a model of a series; `series`: a package of such models

What a method or function does with a model:

    fits, trains    train it; `fits_and_applies`: and return what becomes of the arguments
    applies         transform; `predicts`: predict; `takes_records`: so that it can be served
    scores          compute a score of predictions; `scores_model`, `scores_plot`: of a model
    cross_validates train and score it on folds; `resamples`: draw rows again, or drop some
    builds          change it, as is its purpose; `returns_model`: return it
    held_models     an attribute with the estimator that another one holds

What rules and names ask for:

    inplace         takes `inplace=True`; `only_once`, `cumulative`: a second call changes more
    random          gives other results on every run, unless given a `random_state`
    only_computes   has no other effect; `same_measure`: a metric stays one
    displays        a method that shows data; `displayed`: an attribute that does
    lists_folder    list files in any order; `walks_folders`: and those of the folders below
    titles          set the title of a figure; `axis_titles`: of an axis
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from nb2prod.knowledge import entries
from nb2prod.knowledge.entries import PURE, ROLES, Effect, LibraryClass, effect, listed
from nb2prod.knowledge.library_files import table

__all__ = ["PURE", "ROLES", "Effect", "LibraryClass", "effect"]


def canonical(name: str) -> str:
    """Return the name under which a thing is described (`tensorflow.keras` → `keras`)."""
    for prefix, target in table(name.partition(".")[0]).get("aliases", {}).items():
        if name == prefix or name.startswith(prefix + "."):
            return canonical(target + name[len(prefix) :])
    return name


@cache
def _module(name: str) -> Mapping[str, Effect]:
    """Return the functions that the table of a module lists."""
    return listed(table(name.partition(".")[0]).get("modules", {}).get(name, {}), "0")


@cache
def function(name: str) -> Effect | None:
    """Return the effect of calling the function or class of a dotted name; None if unknown."""
    name = canonical(name)
    known: Mapping[str, Any] = table(name.partition(".")[0]).get("functions", {})
    if name in known:
        return effect(known[name])
    module, _, short = name.rpartition(".")
    if short in (listed := _module(module)):
        return listed[short]
    parts = name.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        entry = known.get(".".join(parts[:cut]) + ".*")
        # To make an instance does nothing; a star speaks of functions, unless it says otherwise.
        if entry is not None and ("returns" in entry or library_class(name) is None):
            return effect(entry)
    return _class_method(module, short)


def _class_method(class_name: str, name: str) -> Effect | None:
    """Return the effect of a method that is called on its class: `OLS.from_formula(...)`."""
    known = method(class_name, name) if library_class(class_name) else None
    return (
        None if known is None or "self" in (*known.shares, *known.holds, *known.mutates) else known
    )


@cache
def library_class(name: str) -> LibraryClass | None:
    """Return the class of a dotted name, by its own entry or its family's; None if unknown."""
    name = canonical(name)
    described = table(name.partition(".")[0])
    entry: Mapping[str, Any] | None = described.get("classes", {}).get(name)
    if entry is not None:
        return entries.library_class(name, entry)
    if name.rpartition(".")[2][:1].isupper():
        families: Mapping[str, str] = described.get("families", {})
        for prefix in sorted(families, key=len, reverse=True):
            if name.startswith(prefix + "."):
                known = library_class(families[prefix])
                return replace(known, name=name, bases=(families[prefix],)) if known else None
    return None


def method(class_name: str, name: str) -> Effect | None:
    """Return the effect of a method of a class or its bases; None if unknown."""
    return _method(class_name, name) or _method(class_name, "*")


@cache
def _method(class_name: str, name: str) -> Effect | None:
    known = library_class(class_name)
    if known is None:
        return None
    if name in known.methods:
        return known.methods[name]
    return next((e for b in known.bases if (e := _method(b, name)) is not None), None)


@cache
def draws(class_name: str) -> str | None:
    """Return the random state from which calls draw that change an instance of the class."""
    known = library_class(class_name)
    if known is None:
        return None
    return known.draws or next((d for b in known.bases if (d := draws(b)) is not None), None)


def clones(class_name: str | None) -> bool:
    """Return whether instances of a class leave their arguments unchanged; see `clones` above."""
    known = library_class(class_name) if class_name else None
    return known is not None and known.clones


@cache
def attribute(class_name: str, name: str) -> str | None:
    """Return the dotted type of an attribute of an instance, its bases' included."""
    known = library_class(class_name)
    if known is None:
        return None
    if name in known.attributes:
        return known.attributes[name]
    return next((t for b in known.bases if (t := attribute(b, name)) is not None), None)


@cache
def _conventions() -> Mapping[str, Effect]:
    return listed(table("common"), "self")


def conventional(name: str) -> Effect | None:
    """Return the effect that methods of a name have by convention, whatever the receiver."""
    return _conventions().get(name)
