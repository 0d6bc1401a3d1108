"""From a template and data to the card's text; also the subject line and a hand-written body."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from amcli.card.document import CardDocument, card_kind
from amcli.card.rendering.compose import (
    Misprint,
    NotJson,
    composed,
    has_token,
    read_json,
)
from amcli.card.rendering.fill import fill
from amcli.card.rendering.ledger import TOKEN, InputReference, Ledger, Rendering, plain
from amcli.card.rendering.limits import LimitReached
from amcli.card.rendering.pieces import piece_of, scalar, take_apart
from amcli.card.rendering.sandbox import CardEnvironment
from amcli.card.rendering.syntax import MarkTable
from amcli.card.rendering.trouble import did_you_mean, told_with_place
from amcli.card.rendering.urls import write_url
from amcli.card.reserved import PURPOSE_TOKEN_PLACEHOLDER
from amcli.errors import TemplateError

if TYPE_CHECKING:
    from jinja2.environment import Template

PurposeToken = Callable[..., str]
"""Called by ``{{ purpose_token(actions=[...]) }}``; returns the token's text."""


@dataclass(frozen=True)
class CardTemplate:
    """One ``.j2`` file in its folder."""

    folder: Path
    file: str
    name: str
    """What a person calls it in messages, a path or a template's name."""

    @property
    def path(self) -> Path:
        """Return the file's path."""
        return self.folder / self.file


@dataclass(frozen=True)
class Envelope:
    """The reserved variables ``originator``, ``sender`` and ``recipients``."""

    originator: str | None = None
    sender: str | None = None
    recipients: tuple[str, ...] = ()

    def variables(self) -> dict[str, Any]:
        """Return them as template variables."""
        return {
            "originator": self.originator,
            "sender": self.sender,
            "recipients": list(self.recipients),
        }


@dataclass(frozen=True)
class RenderedCard:
    """A rendered card: its JSON value, and what to call it."""

    value: dict[str, Any]
    source: str
    duplicates: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Return the card as JSON, two spaces deep."""
        return self.document().pretty()

    def document(self) -> CardDocument:
        """Return the card as a document; raises CardError when it is neither format."""
        kind = card_kind(self.value, self.source)
        return CardDocument(self.value, kind, self.source, self.duplicates)


def render(
    template: CardTemplate,
    data: Mapping[str, Any],
    *,
    envelope: Envelope | None = None,
    purpose_token: PurposeToken | None = None,
) -> RenderedCard:
    """Return the card that a template makes of data.

    Data can never change the card: it is escaped for each place where it stands, and what cannot
    be escaped is refused. Raises TemplateError with file and line.
    """
    variables = _variables(data, envelope, purpose_token)
    with _telling_places(template, variables), Rendering() as ledger:
        text = _run(_environment(template.folder), template.file, variables)
        composed_text, _ = composed(text, ledger)
        try:
            value, duplicates = read_json(composed_text)
        except NotJson as error:
            raise _json_error(template, variables, error) from None
        if not isinstance(value, dict):
            raise TemplateError("the template makes no JSON object", file=str(template.path))
        filled = fill(value, ledger)
        _check_references(filled, ledger)
    return RenderedCard(filled, template.name, duplicates)


def render_subject(
    source: str,
    template: CardTemplate,
    data: Mapping[str, Any],
    *,
    envelope: Envelope | None = None,
) -> str:
    """Return the subject line that ``source`` makes; white space collapses to single spaces."""
    variables = _variables(data, envelope, None)
    with _telling_places(template, variables, main="subject"), Rendering():
        environment = _environment(template.folder)
        text = _written(environment, environment.from_string(source), variables)
        return " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", plain_text(text)).split())


def render_fallback(
    template: CardTemplate, data: Mapping[str, Any], *, envelope: Envelope | None = None
) -> str:
    """Return the HTML of a hand-written body (``body.html.j2``), every value escaped.

    In ``href`` and ``src`` values are encoded as in the URLs of a card; raises TemplateError.
    """
    variables = _variables(data, envelope, None)
    with _telling_places(template, variables), Rendering() as ledger:
        return _html(_run(_environment(template.folder), template.file, variables), ledger)


def plain_text(text: str) -> str:
    """Return rendered text with the values themselves for the tokens."""
    from markupsafe import Markup

    return str(plain(Markup(text)))  # noqa: S704 - a marker for captured text, not HTML


@lru_cache(maxsize=64)
def _environment(folder: Path) -> CardEnvironment:
    return CardEnvironment(folder)


def _variables(
    data: Mapping[str, Any], envelope: Envelope | None, purpose_token: PurposeToken | None
) -> dict[str, Any]:
    def placeholder(**_claims: Any) -> str:
        return PURPOSE_TOKEN_PLACEHOLDER

    reserved = (envelope or Envelope()).variables()
    return {**data, **reserved, "purpose_token": purpose_token or placeholder}


def _telling_places(template: CardTemplate, variables: Mapping[str, Any], main: str = "") -> Any:
    folder = str(template.folder)
    prefix = "" if folder == "." else f"{folder}/"
    return told_with_place(prefix, main or template.file, variables)


def _run(environment: CardEnvironment, file: str, variables: Mapping[str, Any]) -> str:
    return _written(environment, environment.get_template(file), variables)


def _written(environment: CardEnvironment, template: Template, variables: Mapping[str, Any]) -> str:
    context = template.new_context(dict(variables))
    chunks, characters = [], 0
    for chunk in template.root_render_func(context):
        characters += len(chunk)
        if characters > 2 * 16 * 1024 * 1024:
            raise LimitReached("more than 16 MB of output")
        chunks.append(chunk)
    return environment.concat(chunks)


def _json_error(
    template: CardTemplate, variables: Mapping[str, Any], error: NotJson
) -> TemplateError:
    """Return the error with the template line, found by rendering once more with line marks."""
    marks = MarkTable()
    with Rendering() as ledger:
        text = _run(CardEnvironment(template.folder, marks=marks), template.file, variables)
        _, positions = composed(text, ledger)
    before = [number for position, number in positions if position <= error.position]
    file, line = marks[before[-1]] if before else (template.file, 1)
    return TemplateError(
        f"what the template makes is not JSON: {error}",
        file=str(template.folder / file),
        line=line,
        hint="look at the commas, quotes and brackets at this line and just before it",
    )


def _check_references(card: dict[str, Any], ledger: Ledger) -> None:
    """Refuse references to inputs that the card does not have, and names that mean two things."""
    inputs = {found.lower(): found for found in _input_ids(card)}
    for printed in ledger.printed:
        if isinstance(printed.value, InputReference) and printed.value.id.lower() not in inputs:
            name = printed.value.id
            raise Misprint(
                f"{name!r} is no variable, and the card has no input with this id",
                printed,
                did_you_mean(name, inputs.values()),
            )
    for read in ledger.value_reads:
        if read.value.lower() in inputs:
            raise Misprint(
                f"{read.value!r} is a variable and also an input of this card",
                read,
                f"for the input write `{{{{ input('{read.value}') }}}}`, or rename the variable",
            )


def _input_ids(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        kind = value.get("type", value.get("@type"))
        if str(kind).startswith("Input.") or kind in _MESSAGE_CARD_INPUTS:
            yield str(value.get("id", ""))
        for child in value.values():
            yield from _input_ids(child)
    elif isinstance(value, list):
        for child in value:
            yield from _input_ids(child)


_MESSAGE_CARD_INPUTS = frozenset({"TextInput", "DateInput", "MultichoiceInput"})
_LINK = re.compile(r"""((?:href|src)\s*=\s*)(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)


def _html(text: str, ledger: Ledger) -> str:
    def link(found: re.Match[str]) -> str:
        address = found[2] if found[2] is not None else found[3]
        if not has_token(address):
            return found[0]
        return f'{found[1]}"{html.escape(write_url(take_apart(address, ledger)))}"'

    def value(token: re.Match[str]) -> str:
        return html.escape(scalar(piece_of(ledger.at(token))))

    return TOKEN.sub(value, _LINK.sub(link, text))
