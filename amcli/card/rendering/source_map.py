"""Where each part of a rendered card was written, found by rendering once more with marks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amcli.card.json_spans import json_spans
from amcli.card.keyed import keyed
from amcli.card.rendering.assembled import AssembledText, assemble
from amcli.card.rendering.compose import NotJson, read_json
from amcli.card.rendering.ledger import Ledger, Rendering
from amcli.card.rendering.marks import without_marks
from amcli.card.rendering.run import (
    CardTemplate,
    Envelope,
    PurposeToken,
    environment_of,
    run,
    telling_places,
    variables_of,
)
from amcli.card.source_map import SourceMap
from amcli.errors import TemplateError


def template_source_map(
    template: CardTemplate,
    data: Mapping[str, Any],
    *,
    envelope: Envelope | None = None,
    purpose_token: PurposeToken | None = None,
    data_file: str | None = None,
) -> SourceMap:
    """Return where each part of the card that ``render`` makes was written.

    Files are told as ``template.folder`` and the template's name in it; ``data_file`` is what a
    person calls the data. Raises what ``render`` raises for a template that makes no JSON.
    """
    variables = variables_of(data, envelope, purpose_token)
    variables |= keyed({name: variables[name] for name in map(str, data)})
    with telling_places(template, variables), Rendering() as ledger:
        assembled = marked_text(template, variables, ledger)
        try:
            read_json(assembled.text)
        except NotJson as error:
            raise not_json(assembled.source_map(), error) from None
    return assembled.source_map(json_spans(assembled.text), data_file)


def not_json(written: SourceMap, error: NotJson) -> TemplateError:
    """Return the error with the place in the template."""
    place = written.place(error.position)
    return TemplateError(
        f"what the template makes is not JSON: {error}",
        file=place.file,
        line=place.line,
        hint="look at the commas, quotes and brackets at this line and just before it",
    )


def marked_text(
    template: CardTemplate, variables: Mapping[str, Any], ledger: Ledger
) -> AssembledText:
    """Return the JSON text that a template makes, with the places of its parts."""
    environment = environment_of(template, marked=True)
    marked = without_marks(run(environment, template.file, variables))
    marks = environment.marks
    assert marks is not None  # noqa: S101 - a marked environment was asked for
    return assemble(marked, marks, template.folder, template.file, ledger)
