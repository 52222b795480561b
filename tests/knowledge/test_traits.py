"""The tables of traits, and how calls are looked up in them."""

from __future__ import annotations

import pytest

from nb2prod.knowledge import library_files, traits

LISTS = ("traits", "actions", "charts", "target_arguments")


@pytest.mark.parametrize("library", library_files.libraries())
def test_the_lists_of_a_file_are_those_that_toml_says(library: str) -> None:
    content = library_files.table(library)
    for table in LISTS:
        listed = {key: tuple(names) for key, names in content.get(table, {}).items()}
        assert traits.lists(library, table) == listed


@pytest.mark.parametrize("library", library_files.libraries())
def test_a_file_lists_names_of_its_library_once(library: str) -> None:
    for table in LISTS:
        for names in traits.lists(library, table).values():
            assert len(names) == len(set(names))
            if table == "target_arguments":
                continue
            packages = {library_files.file_of(name.partition(".")[0]) for name in names}
            assert library == "common" or packages <= {library}


@pytest.mark.parametrize("table", ["actions", "charts"])
def test_a_call_has_one_word(table: str) -> None:
    words = traits.by_last_name(table)
    conventions = {name for names in traits.lists("common", table).values() for name in names}
    for name in words.keys() | conventions:
        assert words.get(name, frozenset()) <= {traits.word_for(name, table)}


def test_a_trait_outside_the_vocabulary_is_refused() -> None:
    with pytest.raises(ValueError, match="flies"):
        traits.read_lists('\n[traits]\nflies = ["birds.Sparrow"]\n', "traits")


def test_a_function_has_the_traits_of_its_packages() -> None:
    assert "loads_nothing" in traits.of_function("numpy.linalg.norm")
    assert "loads_nothing" not in traits.of_function("pandas.read_csv")
    assert "loads" in traits.of_function("pandas.read_csv")


def test_a_name_has_the_traits_of_all_that_end_with_it() -> None:
    assert "stateful" in traits.of("StandardScaler")
    assert {"fits", "builds"} <= traits.of("fit")
    assert "across" in traits.of_functions("zscore")
    assert "across" not in traits.of_functions("rank")
