"""Dockerfiles: their instructions, with spans in the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nb2prod.repository.tree import Tree
from nb2prod.text.spans import Span

_INSTRUCTION = re.compile(r"[ \t]*(?P<name>[A-Za-z]+)[ \t]+(?P<rest>\S.*)?", re.DOTALL)
_CONTINUED = re.compile(r"\\[ \t]*$")
_HEREDOC = re.compile(r"<<-?[\"']?(\w+)[\"']?")


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction: its name in capitals, its arguments, and its span."""

    name: str
    value: str
    span: Span

    @property
    def words(self) -> list[str]:
        """The arguments, without options."""
        return [word for word in self.value.split() if not word.startswith("--")]


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """A Dockerfile; `stages` are its instructions, grouped by FROM."""

    file: str
    stages: tuple[tuple[Instruction, ...], ...]

    @property
    def named(self) -> frozenset[str]:
        """The names of the stages, in lower case."""
        froms = (stage[0].words for stage in self.stages)
        return frozenset(w[2].lower() for w in froms if len(w) == 3 and w[1].upper() == "AS")

    @property
    def last(self) -> tuple[Instruction, ...]:
        """The instructions of the final image, starting with those of the stages it builds on."""
        found: list[Instruction] = []
        stages = {w[2].lower(): s for s in self.stages if len(w := s[0].words) == 3}
        stage = self.stages[-1]
        for _ in self.stages:
            found[:0] = stage
            base = stage[0].words[0].lower() if stage[0].words else ""
            if base not in stages or stages[base] is stage:
                break
            stage = stages[base]
        return tuple(found)


def read_dockerfiles(tree: Tree) -> Iterator[Dockerfile]:
    """Yield the Dockerfiles of a repository."""
    for file in tree.matching("Dockerfile", "Dockerfile.*", "*.Dockerfile", "*.dockerfile"):
        text = tree.text(file)
        if text is None or file.endswith((".dockerignore", ".j2", ".jinja", ".tmpl")):
            continue
        stages: list[list[Instruction]] = []
        for instruction in _instructions(text):
            if instruction.name == "FROM":
                stages.append([])
            if stages:
                stages[-1].append(instruction)
        if stages:
            yield Dockerfile(file, tuple(map(tuple, stages)))


def _instructions(text: str) -> Iterator[Instruction]:
    at = 0
    lines = text.splitlines(keepends=True)
    i = 0
    while i < len(lines):
        start, first = at, i
        line = lines[i]
        at += len(line)
        i += 1
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        parts = [line]
        while i < len(lines) and (_CONTINUED.search(parts[-1]) or lines[i].lstrip()[:1] == "#"):
            if not _CONTINUED.search(parts[-1]):
                break
            at += len(lines[i])
            if lines[i].lstrip()[:1] != "#":
                parts.append(lines[i])
            elif parts:
                parts[-1] = parts[-1].rstrip("\r\n") + "\n"
            i += 1
        for name in _HEREDOC.findall("".join(parts)):
            while i < len(lines):
                at += len(lines[i])
                i += 1
                if lines[i - 1].strip() == name:
                    break
        whole = "".join(_CONTINUED.sub(" ", p.rstrip("\r\n")) for p in parts)
        if match := _INSTRUCTION.match(whole):
            indent = len(line) - len(line.lstrip())
            end = start + len(lines[first].rstrip())
            yield Instruction(
                match["name"].upper(), (match["rest"] or "").strip(), Span(start + indent, end)
            )
