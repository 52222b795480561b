"""The command `rule`."""

from __future__ import annotations

import argparse
import sys

from nb2prod.cli.messages import say


def add_arguments(rule: argparse.ArgumentParser) -> None:
    """Add the arguments of `rule`."""
    rule.add_argument("--index", action="store_true", help="print a Markdown page of all rules")
    rule.add_argument(
        "code", nargs="?", metavar="CODE", help="the code or the name of a rule (default: list all)"
    )
    rule.add_argument(
        "--new",
        nargs=2,
        metavar=("CODE", "NAME"),
        help="write the file of a new rule, for example M008 silent-merge",
    )
    rule.set_defaults(run=run_rule)


def run_rule(options: argparse.Namespace) -> int:
    """Show a rule's page, or the list of all rules."""
    from nb2prod.rules.registry import all_rules, find_rule, page

    if options.new:
        return _new(*options.new)
    if options.index:
        from nb2prod.rules.pages.index import index

        print(index(), end="")
        return 0
    if options.code is None:
        for rule in all_rules():
            print(f"{rule.code}  {rule.name}{'' if rule.default else '  (opt-in)'}")
        return 0
    rule = find_rule(options.code)
    if rule is None:
        print(
            f"nb2prod: {options.code!r} is not a rule; nb2prod rule lists all rules",
            file=sys.stderr,
        )
        return 2
    print(f"{rule.code} {rule.name} ({rule.severity}{'' if rule.default else ', opt-in'})\n")
    print(page(rule))
    return 0


def _new(code: str, name: str) -> int:
    """Write the file of a new rule, and say how to go on."""
    from nb2prod.rules.pages.new_rule import new_rule

    try:
        path, text = new_rule(code, name)
        path.write_text(text, "utf-8")
    except (ValueError, OSError) as error:
        say(f"{error}")
        return 2
    print(path)
    print(
        "Fill in the page and the check. This tests them, and adds the rule to the lists of rules:"
    )
    print(f"    python tests/run.py rule {path.stem[:6].upper()}")
    return 0
