"""Which files of a folder are cards, and which are parts of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from amcli.card.template_names import DESCRIPTION
from amcli.errors import TemplateError

if TYPE_CHECKING:
    from amcli.card.template import TemplateFolder

_CARD = ".json.j2"
_MAX_PART_BYTES = 4 * 1024 * 1024


def is_part(path: Path) -> bool:
    """Return whether a ``.j2`` file is no card itself: its folder, or its name, says so.

    Raises TemplateError for a folder whose description cannot be read.
    """
    if path.name.startswith("_"):
        return True
    if not (path.parent / DESCRIPTION).is_file():
        return False
    return path.name not in _card_files(_described(path.parent))


def cards_of(folder: Path) -> list[Path]:
    """Return the cards of a folder, a template's or one with templates that stand alone."""
    if (folder / DESCRIPTION).is_file():
        try:
            return [folder / name for name in sorted(_card_files(_described(folder)))]
        except TemplateError:  # somebody has just written to it
            return []
    return sorted(p for p in folder.glob(f"*{_CARD}") if not p.name.startswith("_"))


def parts_of(folder: Path) -> list[Path]:
    """Return the parts of a folder; those in folders below it too, where it is a template's."""
    cards = set(cards_of(folder))
    if (folder / DESCRIPTION).is_file():
        return sorted(path for path in folder.rglob("*.j2") if path not in cards)
    return sorted(folder.glob("_*.j2"))


def template_text(path: Path) -> str:
    """Return the text of a template's file, ``""`` where there is none that could be used."""
    try:
        content = path.read_bytes() if path.stat().st_size <= _MAX_PART_BYTES else b""
        return content.decode()
    except (OSError, ValueError):
        return ""


def _described(folder: Path) -> TemplateFolder:
    from amcli.card.template import load_template  # which loads Jinja

    return load_template(folder)


def _card_files(folder: TemplateFolder) -> set[str]:
    return {folder.card().file, *(refresh.card for refresh in folder.refresh.values())}


def mentioning(folder: Path, part: str) -> list[str]:
    """Return the templates of a folder that name a part, or a part that names it."""
    texts = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.glob("*.j2"))
        if path.is_file() and path.stat().st_size <= _MAX_PART_BYTES
    }
    known, news = {part}, [part]
    while news:
        quoted = [f"{quote}{news[-1]}{quote}".encode() for quote in "\"'"]
        news.pop()
        more = [n for n, t in texts.items() if n not in known and any(q in t for q in quoted)]
        known.update(more)
        news.extend(more)
    return [name for name in texts if name in known and name != part]
