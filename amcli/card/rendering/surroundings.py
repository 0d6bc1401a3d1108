"""What stands around a card in the mail and comes from its template: subject, hand-written body."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from amcli.card.rendering.compose import Misprint
from amcli.card.rendering.html_body import write_html
from amcli.card.rendering.ledger import TOKEN, InputReference, Ledger, Rendering
from amcli.card.rendering.pieces import piece_of, scalar
from amcli.card.rendering.run import (
    CardTemplate,
    Envelope,
    environment_of,
    run,
    run_template,
    telling_places,
    variables_of,
)

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def render_subject(
    source: str,
    template: CardTemplate,
    data: Mapping[str, Any],
    *,
    envelope: Envelope | None = None,
) -> str:
    """Return the subject line that ``source`` makes; white space collapses to single spaces."""
    variables = variables_of(data, envelope)
    with telling_places(template, variables, main="subject"), Rendering() as ledger:
        environment = environment_of(template)
        text = run_template(environment, environment.from_string(source), variables)
        return " ".join(_CONTROL.sub(" ", _subject(text, ledger)).split())


def render_fallback(
    template: CardTemplate, data: Mapping[str, Any], *, envelope: Envelope | None = None
) -> str:
    """Return the HTML of a hand-written body (``body.html.j2``), every value escaped.

    Raises TemplateError for values outside text and quoted attributes.
    """
    variables = variables_of(data, envelope)
    with telling_places(template, variables), Rendering() as ledger:
        return write_html(run(environment_of(template), template.file, variables), ledger)


def _subject(text: str, ledger: Ledger) -> str:
    def value(token: re.Match[str]) -> str:
        printed = ledger.at(token)
        if isinstance(printed.value, InputReference):
            raise Misprint(
                f"'{printed.value.id}' is no variable", printed, "give it with --data or --set"
            )
        piece = piece_of(printed)
        written = piece.text if piece.printed is None else scalar(piece)
        return written.encode("utf-8", "replace").decode()  # half a character has no UTF-8

    return TOKEN.sub(value, text)
