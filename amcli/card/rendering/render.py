"""From a template and data to the card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from amcli.card.document import CardDocument, card_kind, inputs
from amcli.card.rendering.compose import Misprint, NotJson, composed, read_json
from amcli.card.rendering.fill import fill
from amcli.card.rendering.ledger import Ledger, Rendering
from amcli.card.rendering.run import (
    CardTemplate,
    Envelope,
    PurposeToken,
    environment_of,
    run,
    telling_places,
    variables_of,
)
from amcli.card.rendering.source_map import marked_text, not_json
from amcli.errors import TemplateError
from amcli.suggestion import did_you_mean


@dataclass(frozen=True)
class RenderedCard:
    """A card that a template made."""

    card: CardDocument

    @property
    def value(self) -> dict[str, Any]:
        """Return the card's JSON value."""
        return self.card.value

    @property
    def text(self) -> str:
        """Return the card as JSON, two spaces deep."""
        return self.card.pretty()

    def document(self) -> CardDocument:
        """Return the card as a document, which can be linted and checked."""
        return self.card


def render(
    template: CardTemplate,
    data: Mapping[str, Any],
    *,
    envelope: Envelope | None = None,
    purpose_token: PurposeToken | None = None,
) -> RenderedCard:
    """Return the card that a template makes of data.

    Data can never change the card: it is escaped for each place where it stands, and what cannot
    be escaped is refused. Raises TemplateError with file and line, DataError and CardError.
    """
    variables = variables_of(data, envelope, purpose_token)
    with telling_places(template, variables), Rendering() as ledger:
        text = composed(run(environment_of(template), template.file, variables), ledger)
        try:
            value, duplicates = read_json(text)
        except NotJson as error:
            raise _json_error(template, variables, error) from None
        if not isinstance(value, dict):
            raise TemplateError(
                "the template makes no JSON object",
                file=str(template.path),
                hint="a card begins with { and ends with }, around everything else",
            )
        filled = fill(value, ledger)
        kind = card_kind(filled, template.name)
        card = CardDocument(filled, kind, template.name, duplicates)
        _check_references(card, variables, ledger)
    return RenderedCard(card)


def _json_error(
    template: CardTemplate, variables: Mapping[str, Any], error: NotJson
) -> TemplateError:
    """Return the error with the template's line, found by rendering once more with marks."""
    with Rendering() as ledger:
        return not_json(marked_text(template, variables, ledger).source_map(), error)


def _check_references(card: CardDocument, variables: Mapping[str, Any], ledger: Ledger) -> None:
    """Refuse references to inputs that the card does not have, and names that mean two things."""
    ids = [str(node.value.get("id", "")) for node in inputs(card)]
    known = {found.lower() for found in ids}
    for printed in ledger.references:
        name = printed.value.id
        if name.lower() not in known:
            raise Misprint(
                f"{name!r} is no variable, and the card has no input with this id",
                printed,
                did_you_mean(name, [*ids, *variables]),
            )
    for read in ledger.value_reads:
        if read.value.lower() in known:
            raise Misprint(
                f"{read.value!r} is a variable and also an input of this card",
                read,
                f"for the input write `{{{{ input('{read.value}') }}}}`, or rename the variable",
            )
