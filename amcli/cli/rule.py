"""``amcli rule``."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import click

from amcli.cli.command import Command
from amcli.cli.completion import complete_rule
from amcli.cli.options import json_option
from amcli.cli.session import current
from amcli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amcli.linting.rule import Rule


@click.command(
    cls=Command,
    examples="""
amcli rule AM601
amcli rule missing-alt-text post-without-body
amcli rule
amcli rule --all --json
""",
)
@click.argument(
    "names",
    nargs=-1,
    metavar="[RULE]...",
    shell_complete=complete_rule,
    help="Rules, by id or name; without any all are listed, a line each.",
)
@click.option("--all", "every", is_flag=True, help="Explain every rule.")
@json_option
def rule(names: tuple[str, ...], every: bool, as_json: bool) -> int:
    """Explain lint rules: what they find, why it matters, and what to write instead."""
    from amcli.linting.registry import RULES, find_rule
    from amcli.linting.rule_text import rule_fields

    if names and every:
        raise UsageError("rules were named, and --all as well", hint="leave one of them out")
    chosen = tuple(map(find_rule, names)) or RULES
    if as_json:
        current().answer(ok=True, rules=[rule_fields(rule) for rule in chosen])
    elif names or every:
        click.echo("\n\n".join(map(_explained, chosen)))
    else:
        click.echo(_listed(chosen))
    return 0


def _explained(rule: Rule) -> str:
    from amcli.linting.rule_text import facts, sections

    known = "\n".join(f"  {name:<10}{text}" for name, text in facts(rule).items())
    texts = [f"{name}:\n{textwrap.indent(text, '  ')}" for name, text in sections(rule).items()]
    head = f"{click.style(f'{rule.id} {rule.slug}', bold=True)}\n{rule.summary}"
    return "\n\n".join([head, known, *texts])


def _listed(rules: Sequence[Rule]) -> str:
    longest = max(len(rule.slug) for rule in rules)
    return "\n".join(
        f"{rule.id}  {rule.slug:<{longest}}  {rule.severity.value:<7}  {rule.summary}"
        for rule in rules
    )
