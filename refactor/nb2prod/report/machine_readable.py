"""Reports of findings for programs: JSON, SARIF, GitHub annotations, JUnit.

Cells, lines and columns are counted from 1, columns in code points. A notebook has no line numbers
of its own: formats that have only lines of files get the line in the cell, and the message names
the cell.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

from nb2prod.finding import Finding, Fix, Severity
from nb2prod.lint.files import Checked
from nb2prod.notebook.changes import EditCell, EditFile
from nb2prod.report.findings import place
from nb2prod.rules.registry import all_rules, page
from nb2prod.rules.rule import Rule
from nb2prod.text.untrusted import clean, on_one_line

_SARIF_LEVELS: Mapping[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}
_GITHUB_LEVELS: Mapping[Severity, str] = {"error": "error", "warning": "warning", "info": "notice"}
_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def json_report(checked: Iterable[Checked]) -> Iterator[str]:
    """Yield a JSON document: a list of findings, each with its file."""
    found = [
        {
            "path": str(file.path),
            "code": f.code,
            "name": f.name,
            "severity": f.severity,
            "message": f.message,
            "cell": None if f.cell is None else f.cell + 1,
            "location": _location(f),
            "fixes": [_fix(fix) for fix in f.fixes],
        }
        for file in checked
        for f in file.findings
    ]
    yield json.dumps(found, indent=2) + "\n"


def _location(finding: Finding) -> Mapping[str, int] | None:
    if not finding.line:
        return None
    return {
        "line": finding.line,
        "column": finding.column,
        "end_line": finding.end_line,
        "end_column": finding.end_column,
    }


def _fix(fix: Fix) -> Mapping[str, Any]:
    changes: list[Mapping[str, Any]] = []
    for change in fix.changes:
        if isinstance(change, EditCell | EditFile):
            span = change.edit.span
            edit = {"start": span.start, "end": span.end, "text": change.edit.text}
            place = change.path if isinstance(change, EditFile) else change.cell + 1
            changes.append({"path" if isinstance(place, str) else "cell": place, "edit": edit})
        else:
            kind = type(change).__struct_config__.tag
            where = None if change.cell is None else change.cell + 1
            changes.append({"cell": where, "action": kind})
    return {"title": fix.title, "safety": fix.safety, "changes": changes}


def sarif_report(checked: Iterable[Checked]) -> Iterator[str]:
    """Yield a SARIF 2.1.0 log."""
    files = list(checked)
    codes = {finding.code for file in files for finding in file.findings}
    rules = [rule for rule in all_rules() if rule.code in codes]
    driver: dict[str, Any] = {
        "name": "nb2prod",
        "rules": [_sarif_rule(rule) for rule in rules],
    }
    known = {rule.code for rule in rules}
    others = {f.code: f for file in files for f in file.findings if f.code not in known}
    driver["rules"] += [{"id": code, "name": f.name} for code, f in sorted(others.items())]
    index = {rule["id"]: number for number, rule in enumerate(driver["rules"])}
    results = [_sarif_result(file, f, index[f.code]) for file in files for f in file.findings]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    log = {"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}
    yield json.dumps(log, indent=2) + "\n"


def _sarif_rule(rule: Rule) -> Mapping[str, Any]:
    text = page(rule)
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": text.partition("\n")[0]},
        "fullDescription": {"text": text.partition("\n## ")[0].strip()},
        "help": {"text": text, "markdown": text},
        "defaultConfiguration": {"level": _SARIF_LEVELS[rule.severity]},
    }


def _sarif_result(file: Checked, finding: Finding, index: int) -> Mapping[str, Any]:
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(os.fsencode(Path(file.path).as_posix()))}
        }
    }
    message = finding.message
    if finding.line:
        location["physicalLocation"]["region"] = {
            "startLine": finding.line,
            "startColumn": finding.column,
            "endLine": finding.end_line,
            "endColumn": finding.end_column,
        }
    if finding.cell is not None:
        location["logicalLocations"] = [{"name": f"cell {finding.cell + 1}", "kind": "module"}]
        message = f"cell {finding.cell + 1}: {message}"
    return {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": _SARIF_LEVELS[finding.severity],
        "message": {"text": message},
        "locations": [location],
    }


def github_report(checked: Iterable[Checked]) -> Iterator[str]:
    """Yield a workflow command for each finding; GitHub shows it at the file."""
    for file in checked:
        for f in file.findings:
            where = "" if f.cell is None else f" (cell {f.cell + 1}, line {f.line})"
            title = _property(f"{f.code} {f.name}{where}")
            path = _property(clean(Path(file.path).as_posix()))
            message = _data(f"{place(file.path, f)}: {clean(f.message)}")
            # The line in a cell is not a line of the file.
            line = f",line={f.line},col={f.column}" if f.line and f.cell is None else ""
            yield f"::{_GITHUB_LEVELS[f.severity]} file={path}{line},title={title}::{message}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def junit_report(checked: Iterable[Checked]) -> Iterator[str]:
    """Yield a JUnit XML document: a test case for each finding, and one for each clean file."""
    suites = ElementTree.Element("testsuites", name="nb2prod")
    for file in checked:
        path = on_one_line(str(file.path))
        count = str(len(file.findings))
        tests = str(len(file.findings) or 1)
        suite = ElementTree.SubElement(
            suites, "testsuite", name=path, tests=tests, failures=count, errors="0"
        )
        if not file.findings:
            ElementTree.SubElement(suite, "testcase", name="nb2prod check", classname=path)
        for f in file.findings:
            name = f"{f.code} {place(file.path, f).removeprefix(path).lstrip(':')}".rstrip()
            case = ElementTree.SubElement(suite, "testcase", name=name, classname=path)
            failure = ElementTree.SubElement(
                case, "failure", type=f.severity, message=on_one_line(f.message)
            )
            failure.text = f"{place(file.path, f)}: {on_one_line(f.message)}\n{clean(f.excerpt)}"
    ElementTree.indent(suites)
    yield '<?xml version="1.0" encoding="utf-8"?>\n'
    yield ElementTree.tostring(suites, encoding="unicode") + "\n"
