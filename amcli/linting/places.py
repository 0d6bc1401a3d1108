"""Where a person wrote what a finding is about: a pointer becomes file, line and column."""

from __future__ import annotations

from amcli.card.source_map import DataKey, SourceMap, Span
from amcli.linting.finding import Finding, Place

_DUPLICATE = "duplicate-property"


def place_of(finding: Finding, source: SourceMap) -> Place:
    """Return where the text of the card has what a finding is about.

    It is the property's name where that is at fault, of a duplicate the second one, else the
    value, with where that came from. A pointer to something that is missing leads to what lacks it.
    """
    twice = finding.slug == _DUPLICATE
    origin = (source.duplicate if twice else source.origin)(finding.pointer)
    if origin.name is not None and (twice or finding.on_name):
        return _at(origin.name)
    return _at(origin.value, origin.data, origin.expression)


def _at(span: Span, data: DataKey | None = None, expression: str | None = None) -> Place:
    return Place(
        file=span.file,
        line=span.line,
        column=span.column,
        end_line=span.end_line,
        end_column=span.end_column,
        data_file=data.file if data else None,
        data_key=data.key if data else None,
        expression=expression,
    )


def whole_file(finding: Finding, file: str) -> Finding:
    """Return the finding at the first character of a file, where nothing better is known."""
    return finding._replace(place=Place(file, 1, 1, 1, 1))
