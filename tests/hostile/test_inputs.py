"""Pipes, devices, broken settings and faults of nb2prod stop no other file from being checked."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from building import notebook

from nb2prod.cli.main import main
from nb2prod.config import Config, ConfigError, read_config
from nb2prod.lint.cache import Cache
from nb2prod.lint.files import FileChecker

unix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes in folders")
GUARD = 100  # seconds, after which a command that waits for ever fails its test


def nb2prod(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "nb2prod", *arguments]
    run = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=GUARD, check=False
    )
    assert "Traceback" not in run.stderr
    return run


@unix
def test_pipes_and_devices_are_not_read(tmp_path):
    notebook(tmp_path, "import os", name="good.ipynb")
    for name in ("pipe.ipynb", "pipe.py", "pyproject.toml", "requirements.txt"):
        os.mkfifo(tmp_path / name)
    (tmp_path / "endless.ipynb").symlink_to("/dev/zero")
    (tmp_path / "dangling.ipynb").symlink_to("nowhere")
    run = nb2prod(tmp_path, "check", ".", "--select", "NBV006", "--no-cache")
    assert run.stdout == (
        "dangling.ipynb: NBV006 no such file [unreadable-notebook]\n"
        "endless.ipynb: NBV006 not a regular file [unreadable-notebook]\n"
        "pipe.ipynb: NBV006 not a regular file [unreadable-notebook]\n"
        "3 findings in 4 notebooks.\n"
    )
    assert nb2prod(tmp_path, "doctor", ".").returncode == 1
    made = nb2prod(tmp_path, "refactor", "good.ipynb", "--output", "o", "--no-verify")
    assert made.returncode == 0


@unix
@pytest.mark.parametrize("command", ["check", "doctor"])
def test_settings_do_not_extend_to_a_device(tmp_path, command):
    (tmp_path / "pyproject.toml").write_text('[tool.nb2prod]\nextend = "/dev/zero"\n')
    run = nb2prod(tmp_path, command, ".")
    assert (run.returncode, run.stderr) == (2, "nb2prod: /dev/zero: not a regular file\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = " + "[" * 5000, "nested too deeply"),
        ("x = " + "{a=" * 5000, "nested too deeply"),
        ("x = " + "9" * 5000, "not TOML"),
        ('[tool.nb2prod]\nextend = "a\\u0000b"', "zero byte"),
        ("[tool.nb2prod.limits]\nopening-cells = 0.1", "it has to be a whole number >= 0"),
        ("[tool.nb2prod.limits]\nmin-markdown-ratio = nan", "it has to be a number >= 0"),
    ],
    ids=["lists", "tables", "digits", "zero byte", "part of a cell", "nan"],
)
def test_invalid_settings_are_one_message(tmp_path, text, message):
    file = tmp_path / "pyproject.toml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=message):
        read_config(file)


def test_a_folder_with_invalid_settings_does_not_stop_the_others(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    notebook(tmp_path, "x = 1", name="good.ipynb")
    (tmp_path / "theirs").mkdir()
    notebook(tmp_path / "theirs", "x = 1", name="bad.ipynb")
    (tmp_path / "theirs" / "pyproject.toml").write_text("[tool.nb2prod]\nselect = 1")
    for more in ([], ["--fix"], ["--diff"]):
        status = main(["check", ".", "--select", "NBV006", "--no-cache", *more])
        found = capsys.readouterr().out
        assert status == (0 if more == ["--diff"] else 1)
        assert more == ["--diff"] or "bad.ipynb: NBV006 its settings are invalid: " in found


def test_settings_of_a_generated_project_are_no_mistake(tmp_path):
    file = tmp_path / "pyproject.toml"
    file.write_text('[tool.nb2prod]\ncapabilities = ["api"]\n[tool.nb2prod.api]\nport = 1\n')
    assert read_config(file) == Config(tmp_path)


def test_half_a_surrogate_pair_is_one_finding(tmp_path, capsys):
    path = notebook(tmp_path, "x = 1", "y = HERE", name="half.ipynb")
    path.write_text(path.read_text().replace("HERE", "'\\ud800'"))
    notebook(tmp_path, "## Title", name="good.ipynb")
    assert main(["check", str(tmp_path), "--select", "NBV", "--no-cache"]) == 1
    text = capsys.readouterr().out
    assert "half.ipynb: NBV006 cell 2, line 1 holds half of a surrogate pair, \\ud800" in text
    assert "in 2 notebooks" in text


def test_half_a_surrogate_pair_in_an_output_is_no_fault(tmp_path):
    path = notebook(tmp_path, "print(1)", name="half.ipynb")
    content = json.loads(path.read_text())
    output = {"output_type": "stream", "name": "stdout", "text": ["\ud800"]}
    content["cells"][0]["outputs"] = [output]
    path.write_text(json.dumps(content))
    assert main(["check", str(path), "--select", "NBV006", "--no-cache"]) == 0
    assert main(["plan", str(path)]) == 0


def test_a_fault_of_nb2prod_names_the_file_and_the_others_are_checked(tmp_path):
    first, second = (notebook(tmp_path, "x = 1", name=n) for n in ("a.ipynb", "b.ipynb"))

    def settings(folder: Path) -> Config:
        if not files.failed:
            raise ZeroDivisionError("a fault")
        return Config(folder)

    files = FileChecker(settings, Cache(None))
    broken, checked = files.check([first, second])
    assert broken.skipped == "internal error, please report it: ZeroDivisionError: a fault"
    assert files.failed == [first]
    assert (checked.path, checked.skipped) == (second, "")


def test_pylint_does_not_run_code_of_the_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    notebook(tmp_path, "x = 1")
    hook = "open('RAN', 'w').close()"
    (tmp_path / ".pylintrc").write_text(f"[MASTER]\ninit-hook={hook}\n")
    notebook(tmp_path, "y = 1", name=f"--init-hook={hook};.ipynb")
    main(["check", ".", "--pylint", "--no-cache"])
    assert not (tmp_path / "RAN").exists()
    main(["check", "case.ipynb", "--pylint", "--pylint-config", ".pylintrc", "--no-cache"])
    assert (tmp_path / "RAN").exists()


def test_a_damaged_cache_is_not_believed(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NB2PROD_CACHE_DIR", str(tmp_path / "cache"))
    notebook(tmp_path, "import os", "x = 1")
    main(["check", "case.ipynb", "--select", "ALL"])
    expected = capsys.readouterr().out
    (cache,) = (tmp_path / "cache").rglob("*.check")
    whole = cache.read_bytes()
    for place in range(0, len(whole), len(whole) // 20):
        cache.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        main(["check", "case.ipynb", "--select", "ALL"])
        assert capsys.readouterr().out == expected
