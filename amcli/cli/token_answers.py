"""How a command answers about one captured token or many: for people, as JSON, as JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import click

from amcli.cli.checks_text import Line, plain, print_lines
from amcli.cli.session import current
from amcli.errors import AmcliError, worst
from amcli.printable import JSON_FORMAT_VERSION, printable_line
from amcli.verify.captured import FoundToken


class Answer(Protocol):
    """What is to be said about one token."""

    @property
    def exit_code(self) -> int:
        """Return the exit code if it were the only one."""

    def fields(self) -> dict[str, Any]:
        """Return its fields in JSON."""

    def page(self) -> list[Line]:
        """Return all that is to be said, for a token by itself."""

    def entry(self) -> list[Line]:
        """Return what is to be said where it is one of many."""


class Undecided:
    """A token of many about which nothing can be said; for a single one the error itself ends."""

    def __init__(self, found: FoundToken, error: AmcliError, word: str) -> None:
        self._found = found
        self._error = error
        self._word = word
        self.exit_code = error.exit_code

    def fields(self) -> dict[str, Any]:
        """Return the error and the place."""
        error = {"message": self._error.message, "hint": self._error.hint}
        return {**place_fields(self._found), "error": error, "exit_code": self.exit_code}

    def page(self) -> list[Line]:
        """Return the same as for one of many."""
        return self.entry()

    def entry(self) -> list[Line]:
        """Return the place, the error and what to do about it."""
        lines = [head(self._word, "yellow", self._found, self._error.message)]
        return [*lines, *([plain(f"      hint: {self._error.hint}")] if self._error.hint else [])]


def place_fields(found: FoundToken) -> dict[str, Any]:
    """Return where the token stood; ``line`` and ``entry`` count from 1, null where none is."""
    return {"source": found.place, "line": found.line, "entry": found.entry}


def head(word: str, style: str, found: FoundToken, about: str) -> Line:
    """Return the first line about one of many: a word, the place, and what it is."""
    return ((word, style), (f"  {printable_line(f'{found.place}: {about}')}", ""))


def give(
    answers: Iterable[Answer], *, as_json: bool, as_jsonl: bool, above: Sequence[Line] = ()
) -> int | None:
    """Print the answers and return the exit code; ``above`` stands before many."""
    if as_jsonl:
        codes = [_print_json_line(answer) for answer in answers]
        return worst(codes) or None
    known = list(answers)
    code = current().reached = worst(answer.exit_code for answer in known)
    if as_json:
        _answer_json(known, ok=not code)
    elif len(known) == 1:
        print_lines(known[0].page())
    else:
        print_lines([*above, *(line for a in known for line in a.entry()), *_summary(known)])
    return code or None


def _print_json_line(answer: Answer) -> int:
    head_fields = {
        "amcli": JSON_FORMAT_VERSION,
        "command": current().command,
        "ok": not answer.exit_code,
    }
    # A refused token is refused also where `| head -1` has seen enough.
    current().reached = worst((current().reached, answer.exit_code))
    click.echo(json.dumps({**head_fields, **answer.fields()}))
    return answer.exit_code


def _answer_json(answers: list[Answer], *, ok: bool) -> None:
    if len(answers) == 1:
        current().answer(ok=ok, **answers[0].fields())
    else:
        tokens = [{"ok": not answer.exit_code, **answer.fields()} for answer in answers]
        current().answer(ok=ok, tokens=tokens)


def _summary(answers: list[Answer]) -> list[Line]:
    words = [line[0][0] for answer in answers for line in answer.entry()[:1]]
    counts = [f"{words.count(word)} {word}" for word in dict.fromkeys(words)]
    return [plain(), plain(f"{len(answers)} tokens: {', '.join(counts)}", "bold")]
