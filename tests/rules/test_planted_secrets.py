"""Secrets planted at every place of a notebook are found, and nothing in what only looks random."""

import base64
import json
import random
import re
import zlib
from pathlib import Path
from uuid import UUID

import pytest
from planted_secrets import KINDS, PLACES, Planted, cell, planted

from nb2prod.config import Config
from nb2prod.finding import Finding
from nb2prod.lint.check import RuleSet
from nb2prod.lint.files import check_file
from nb2prod.lint.fix import fixed

RULES = RuleSet.of(Config(select=("NBP001", "NBP002", "NBP003", "NBP006")))
PATH = Path("planted.ipynb")
ALL = list(planted(seed=17))


def findings(*cells: dict[str, object]) -> tuple[Finding, ...]:
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    return check_file(PATH, RULES, None, json.dumps(notebook).encode())[0].findings


def test_enough_is_planted():
    assert len(KINDS) >= 30
    assert len(PLACES) == 10
    assert len(ALL) == len(KINDS) * len(PLACES)


@pytest.mark.parametrize("place", PLACES)
def test_every_kind_is_found_in_its_cell_and_nothing_elsewhere(place: str):
    for case in ALL:
        if case.place == place:
            found = check_file(PATH, RULES, None, case.content)[0].findings
            assert {f.cell for f in found} == {1}, case.kind


@pytest.mark.parametrize("case", [c for c in ALL if c.place in {"stream", "HTML"}],
                         ids=lambda c: f"{c.kind}-{c.place}")  # fmt: skip
def test_a_redacted_output_shows_no_secret(case: Planted):
    done = fixed(PATH, case.content, RULES, {"unsafe"})
    assert done.findings == ()
    assert b"[redacted]" in done.content
    longest = max(re.findall(r"[\w+/-]+", case.key.text), key=len)
    assert longest.encode() not in done.content


def output(**data: str) -> dict[str, object]:
    mime = {name.replace("_", "/"): text for name, text in data.items()}
    shown = {"output_type": "display_data", "data": mime, "metadata": {}}
    return cell("code", "show()", outputs=[shown])


def random_image(rng: random.Random) -> str:
    """Return the base64 of bytes that look like a compressed image."""
    return base64.b64encode(zlib.compress(rng.randbytes(rng.randint(500, 6000)))).decode()


def test_images_do_not_alarm():
    rng = random.Random(1)
    for _ in range(1000):
        image = random_image(rng)
        inline = f'<img src="data:image/png;base64,{image}">'
        assert findings(output(image_png=image, text_html=inline, image_svg_xml=inline)) == ()


def test_keys_that_occur_in_an_image_are_not_searched():
    key = next(c.key.text for c in ALL if c.kind == "AWS access key id")
    assert findings(output(image_png=key)) == ()
    assert [f.code for f in findings(output(text_html=key))] == ["NBP002"]


def test_hashes_and_names_of_models_do_not_alarm():
    rng = random.Random(2)
    for _ in range(300):
        uuid = UUID(bytes=rng.randbytes(16), version=4)
        sha = rng.randbytes(20).hex()
        lines = f"run {uuid}\ncommit {sha}\nmd5: {rng.randbytes(16).hex()}\nkey: {sha}\n"
        lines += "token: distilbert-base-uncased-finetuned-sst-2-english\nbos_token='<s>'\n"
        lines += f"next_token_id: {rng.randint(0, 50_000)}\nsecret: hidden\n"
        code = f'model = load("bert-base-cased", revision="{sha}", key="{sha}")\nrun_id = "{uuid}"'
        stream = {"output_type": "stream", "name": "stdout", "text": lines}
        assert findings(cell("code", code, outputs=[stream]), cell("markdown", lines)) == ()


def test_secrets_in_json_and_in_the_metadata_of_an_output_are_found():
    key = next(c.key.text for c in ALL if c.kind == "npm")
    shown = {"output_type": "display_data", "data": {"application/json": {"a": [{"b": key}]}},
             "metadata": {}}  # fmt: skip
    noted = {"output_type": "display_data", "data": {}, "metadata": {"by": key}}
    for one in (shown, noted):
        content = {"cells": [cell("code", "show()", outputs=[one])], "metadata": {}}
        raw = json.dumps({**content, "nbformat": 4, "nbformat_minor": 4}).encode()
        assert [f.code for f in check_file(PATH, RULES, None, raw)[0].findings] == ["NBP002"]
        done = fixed(PATH, raw, RULES, {"unsafe"})
        assert done.findings == ()
        assert "[redacted]" in done.content.decode()
        json.loads(done.content)


def test_a_coloured_secret_can_only_be_cleared():
    key = next(c.key.text for c in ALL if c.kind == "npm")
    text = f"\x1b[31m{key[:9]}\x1b[0m{key[9:]}"
    stream = {"output_type": "stream", "name": "stdout", "text": text}
    (found,) = findings(cell("code", "show()", outputs=[stream]))
    assert [fix.title for fix in found.fixes] == ["Clear the outputs"]
