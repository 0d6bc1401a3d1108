"""Which cards a path holds: a finished card, one in a mail, or what a template makes of samples."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import BinaryIO

from amcli.card.document import CARD_TYPES, MAX_CARD_BYTES, PairReader, parse_card
from amcli.card.source_map import SourceMap, json_source_map
from amcli.card.template_names import DESCRIPTION
from amcli.errors import CardError, UnreadableInput
from amcli.files import read_bounded, read_stream, resolved
from amcli.linting.sources.search import STDIN, FoundPath, is_template
from amcli.linting.sources.source import CardSource, Source
from amcli.strict_json import NotStrictJson, parse_json
from amcli.suggestion import closest

_SHORTEST_MISSPELT = 9
MAILS = frozenset({".eml", ".html", ".htm"})


def sources(
    found: FoundPath,
    project_templates: Path | None = None,
    stdin: BinaryIO | None = None,
    texts: Mapping[Path, str] | None = None,
) -> list[Source]:
    """Return the files with cards that a file, a template folder, a name or ``-`` stands for.

    A template folder stands for its card and its refresh cards, each with each of its samples; a
    card without samples is rendered without data. A part or a sample of a template stands for the
    cards that use it. What was only met and is no card stands for nothing. ``texts`` are read in
    place of files, by resolved path. Raises what ``open_target`` raises.
    """
    path = Path(found.path)
    if found.trouble:
        raise UnreadableInput(
            f"{path}: this folder cannot be read: {found.trouble}",
            hint="check that you may read it",
        )
    if found.leads_out:
        raise UnreadableInput(
            f"{path}: this link leads out of the folder {found.root}",
            hint="name the file itself, if it shall be linted",
        )
    if found.path == STDIN and stdin is not None:
        content = read_stream(stdin, MAX_CARD_BYTES, "<stdin>", what="card")
        return [finished_card(content, "<stdin>")]
    if path.suffix.lower() in MAILS and path.is_file():
        from amcli.linting.sources.mails import mail_sources

        return mail_sources(found)
    if _is_finished(found, path):
        return _of_json(found, path, texts or {})
    if found.is_named or path.suffix == ".j2" or path.is_dir():
        from amcli.linting.sources.templates import template_sources

        return template_sources(found, project_templates, texts)
    return []


def finished_card(content: bytes, file: str) -> Source:
    """Return a finished card as the one of its file; raises CardError."""
    document = parse_card(content, file)
    card = CardSource(None, lambda: document, partial(_written, content, file))
    return Source(file, (card,))


def _is_finished(found: FoundPath, path: Path) -> bool:
    if path.suffix == ".json" and (not found.is_named or path.is_file()):
        return True
    # Also a pipe or a device: `<(amcli render ...)`.
    is_other = path.suffix != ".j2" and path.name != DESCRIPTION
    return found.is_named and is_other and path.exists() and not path.is_dir()


def _of_json(found: FoundPath, path: Path, texts: Mapping[Path, str]) -> list[Source]:
    if found.is_named and is_template(str(path.parent)):
        from amcli.linting.sources.templates import users_of_sample

        if users := users_of_sample(path, texts):
            return users
    changed = texts.get(resolved(found.path)) if texts else None
    content = (
        read_bounded(path, MAX_CARD_BYTES, what="card") if changed is None else changed.encode()
    )
    try:
        return [finished_card(content, found.path)]
    except CardError:
        if not found.is_named and _is_of_others(content):
            return []
        raise


def _written(content: bytes, file: str) -> SourceMap:
    return json_source_map(content.decode(), file)


def _is_of_others(content: bytes) -> bool:
    """Return whether this is sound JSON of some other program, and no card with a misspelt type."""
    try:
        value = parse_json(content, byte_order_mark=True, pairs=PairReader(), half_characters=True)
    except NotStrictJson:
        return False
    found = value.get("type", value.get("@type")) if isinstance(value, dict) else None
    is_short = isinstance(found, str) and len(found) < _SHORTEST_MISSPELT  # "message" is of Teams
    return is_short or closest(found, CARD_TYPES) is None
