"""A template folder: ``template.toml``, its cards, sample data and refresh cards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amcli.card.document import CardKind
from amcli.card.rendering import CardTemplate
from amcli.card.template_names import DESCRIPTION, FALLBACK_BODY, MAIN_CARD
from amcli.errors import TemplateError
from amcli.files import read_bounded, resolved
from amcli.strict_toml import NotToml, parse_toml
from amcli.suggestion import did_you_mean

__all__ = ["DESCRIPTION", "MAIN_CARD", "RefreshTemplate", "TemplateFolder", "load_template"]

_MAX_BYTES = 1024 * 1024
_NAMES = frozenset({"title", "description", "kind", "version", "subject", "samples", "refresh"})


@dataclass(frozen=True)
class RefreshTemplate:
    """A card that a web service answers a click with."""

    name: str
    card: str
    """The file in the template's folder."""
    samples: tuple[Path, ...]


@dataclass(frozen=True)
class TemplateFolder:
    """A template as its folder describes it."""

    name: str
    path: Path
    title: str
    description: str
    kind: CardKind
    version: str | None
    subject: str | None
    """Jinja, for the mail's subject."""
    samples: tuple[Path, ...]
    refresh: Mapping[str, RefreshTemplate]

    def card(self) -> CardTemplate:
        """Return the card that is sent."""
        return CardTemplate(self.path, MAIN_CARD, self.name)

    def refresh_card(self, name: str) -> CardTemplate:
        """Return a refresh card by its name; raises KeyError."""
        return CardTemplate(self.path, self.refresh[name].card, f"{self.name}/{name}")

    def fallback_body(self) -> CardTemplate | None:
        """Return the hand-written HTML body, where the folder has one."""
        if not (self.path / FALLBACK_BODY).is_file():
            return None
        return CardTemplate(self.path, FALLBACK_BODY, f"{self.name}/{FALLBACK_BODY}")


def load_template(folder: Path) -> TemplateFolder:
    """Return what a folder's ``template.toml`` says.

    Raises TemplateError, naming the file, for anything missing, misspelt or of the wrong type.
    """
    file = folder / DESCRIPTION
    described = _Described(str(file), _read(file))
    described.refuse_unknown(_NAMES)
    if not (folder / MAIN_CARD).is_file():
        raise TemplateError(
            f"there is no {MAIN_CARD} beside it", file=str(file), hint="put the card into that file"
        )
    return TemplateFolder(
        name=folder.resolve().name,
        path=folder,
        title=described.text("title"),
        description=described.text("description", ""),
        kind=described.kind(),
        version=described.text("version", None),
        subject=described.text("subject", None),
        samples=described.files("samples", folder),
        refresh={
            name: _refresh(str(file), name, value, folder)
            for name, value in described.table("refresh").items()
        },
    )


def _refresh(file: str, name: str, value: Any, folder: Path) -> RefreshTemplate:
    if not isinstance(value, dict):
        raise TemplateError(f"[refresh.{name}] must be a table", file=file)
    described = _Described(file, value, f"refresh.{name}.")
    described.refuse_unknown(frozenset({"card", "samples"}))
    card = described.text("card")
    if not (folder / card).is_file() or Path(card).name != card:
        raise TemplateError(
            f"refresh.{name}.card: there is no file {card!r}",
            file=file,
            hint="name a file in the same folder",
        )
    return RefreshTemplate(name, card, described.files("samples", folder))


def _read(file: Path) -> dict[str, Any]:
    def unreadable(message: str) -> TemplateError:
        return TemplateError(message.removeprefix(f"{file}: "), file=str(file))

    content = read_bounded(file, _MAX_BYTES, what="template's description", error=unreadable)
    try:
        return parse_toml(content)
    except NotToml as error:
        raise TemplateError(str(error), file=str(file), line=error.line, hint=error.hint) from None


@dataclass(frozen=True)
class _Described:
    """A table of template.toml, read one name at a time."""

    file: str
    values: Mapping[str, Any]
    prefix: str = ""

    def refuse_unknown(self, known: frozenset[str]) -> None:
        for name in self.values:
            if name not in known:
                hint = did_you_mean(name, known) or f"known: {', '.join(sorted(known))}"
                raise self._error(name, "is not known here", hint)

    def text(self, name: str, default: Any = ...) -> Any:
        value = self.values.get(name, default)
        if value is ...:
            raise self._error(name, "is missing", f'add a line: {name} = "..."')
        if value is not default and not isinstance(value, str):
            raise self._error(name, "must be a string", 'a text stands in "quotes"')
        return value

    def kind(self) -> CardKind:
        value = self.text("kind")
        kinds = {kind.value: kind for kind in CardKind}
        if value not in kinds:
            raise self._error("kind", f"must be one of {', '.join(kinds)}, not {value!r}")
        return kinds[value]

    def files(self, name: str, folder: Path) -> tuple[Path, ...]:
        value = self.values.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._error(name, "must be a list of file names", 'write ["sample.json"]')
        root = folder.resolve()
        for item in value:
            path = resolved(folder / item)
            if not path.is_file() or not path.is_relative_to(root):
                raise self._error(
                    name, f"there is no file {item!r} in this folder", "check its name"
                )
        return tuple(folder / item for item in value)

    def table(self, name: str) -> Mapping[str, Any]:
        value = self.values.get(name, {})
        if not isinstance(value, dict):
            raise self._error(name, "must be a table")
        return value

    def _error(self, name: str, message: str, hint: str | None = None) -> TemplateError:
        return TemplateError(f"{self.prefix}{name} {message}", file=self.file, hint=hint)
