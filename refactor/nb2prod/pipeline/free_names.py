"""Names that are not taken: for stages, steps and variables."""

from __future__ import annotations

from collections.abc import Container, Iterable

from nb2prod.pipeline.english import RESERVED, snake


def unique(name: str, taken: Container[str], alternatives: Iterable[str] = ()) -> str:
    """Return the first name that is not taken; if all are, the name with a number."""
    for candidate in (name, *alternatives):
        if candidate and candidate not in taken and candidate not in RESERVED:
            return candidate
    number = 2
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"


def variable_names(
    names: Iterable[str], avoid: Container[str], kept: Container[str] = ()
) -> dict[str, str]:
    """Map each variable of the notebook to a snake_case name that no other has.

    Names in snake_case stay, as do those in `kept`; the others (`X_train`, `list`) change, and
    take none of these names.
    """
    names = sorted(names)

    def fine(name: str) -> bool:
        good = snake(name) == name and name not in RESERVED and name not in avoid
        return good or name in kept

    result = {name: name for name in names if fine(name)}
    taken = set(result)
    for name in names:
        if name in result:
            continue
        wanted = snake(name) or "value"
        if wanted[0].isdigit():
            wanted = "value_" + wanted
        options = [
            wanted,
            f"{wanted}_value",
            f"{wanted}_data",
            *(f"{wanted}_{i}" for i in range(2, 999)),
        ]
        result[name] = next(
            o for o in options if o not in taken and o not in RESERVED and o not in avoid
        )
        taken.add(result[name])
    return result
