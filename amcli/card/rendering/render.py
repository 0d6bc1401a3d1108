"""From a template and data to the card."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from amcli.card.document import CardDocument, card_kind
from amcli.card.rendering.compose import Misprint, NotJson, composed, read_json
from amcli.card.rendering.fill import fill
from amcli.card.rendering.ledger import InputReference, Ledger, Rendering
from amcli.card.rendering.run import (
    CardTemplate,
    Envelope,
    PurposeToken,
    environment_of,
    run,
    telling_places,
    variables_of,
)
from amcli.card.rendering.sandbox import CardEnvironment
from amcli.card.rendering.syntax import MarkTable
from amcli.errors import TemplateError
from amcli.suggestion import did_you_mean


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
    be escaped is refused. Raises TemplateError with file and line, and DataError.
    """
    variables = variables_of(data, envelope, purpose_token)
    with telling_places(template, variables), Rendering() as ledger:
        text, _ = composed(run(environment_of(template.folder), template.file, variables), ledger)
        try:
            value, duplicates = read_json(text)
        except NotJson as error:
            raise _json_error(template, variables, error) from None
        if not isinstance(value, dict):
            raise TemplateError("the template makes no JSON object", file=str(template.path))
        filled = fill(value, ledger)
        _check_references(filled, ledger)
    return RenderedCard(filled, template.name, duplicates)


def _json_error(
    template: CardTemplate, variables: Mapping[str, Any], error: NotJson
) -> TemplateError:
    """Return the error with the template line, found by rendering once more with line marks."""
    marks = MarkTable()
    with Rendering() as ledger:
        text = run(CardEnvironment(template.folder, marks=marks), template.file, variables)
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
