"""What stands around a card in the mail and comes from its template: subject, hand-written body."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from amcli.card.rendering.compose import has_token
from amcli.card.rendering.ledger import TOKEN, Ledger, Rendering, plain
from amcli.card.rendering.pieces import piece_of, scalar, take_apart
from amcli.card.rendering.run import (
    CardTemplate,
    Envelope,
    environment_of,
    run,
    run_template,
    telling_places,
    variables_of,
)
from amcli.card.rendering.urls import write_url

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LINK = re.compile(r"""((?:href|src)\s*=\s*)(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)


def render_subject(
    source: str,
    template: CardTemplate,
    data: Mapping[str, Any],
    *,
    envelope: Envelope | None = None,
) -> str:
    """Return the subject line that ``source`` makes; white space collapses to single spaces."""
    variables = variables_of(data, envelope)
    with telling_places(template, variables, main="subject"), Rendering():
        environment = environment_of(template.folder)
        text = run_template(environment, environment.from_string(source), variables)
        # Markup marks captured text, here the whole line; no HTML is made of it.
        return " ".join(_CONTROL.sub(" ", plain(Markup(text))).split())  # noqa: S704


def render_fallback(
    template: CardTemplate, data: Mapping[str, Any], *, envelope: Envelope | None = None
) -> str:
    """Return the HTML of a hand-written body (``body.html.j2``), every value escaped.

    In ``href`` and ``src`` values are encoded as in the URLs of a card; raises TemplateError.
    """
    variables = variables_of(data, envelope)
    with telling_places(template, variables), Rendering() as ledger:
        return _html(run(environment_of(template.folder), template.file, variables), ledger)


def _html(text: str, ledger: Ledger) -> str:
    def link(found: re.Match[str]) -> str:
        address = found[2] if found[2] is not None else found[3]
        if not has_token(address):
            return found[0]
        return f'{found[1]}"{html.escape(write_url(take_apart(address, ledger)))}"'

    def value(token: re.Match[str]) -> str:
        return html.escape(scalar(piece_of(ledger.at(token))))

    return TOKEN.sub(value, _LINK.sub(link, text))
