"""Running a template: its variables, its environment, and the text with tokens that comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from amcli.card.plain_data import plain_data
from amcli.card.rendering.limits import MAX_OUTPUT_CHARACTERS, LimitReached
from amcli.card.rendering.marks import MarkTable
from amcli.card.rendering.sandbox import CardEnvironment
from amcli.card.rendering.trouble import told_with_place
from amcli.card.reserved import PURPOSE_TOKEN_PLACEHOLDER

if TYPE_CHECKING:
    from jinja2.environment import Template

PurposeToken = Callable[..., str]
"""Called by ``{{ purpose_token(actions=[...], subject=...) }}``; returns the token's text."""


@dataclass(frozen=True)
class CardTemplate:
    """One ``.j2`` file in its folder."""

    folder: Path
    file: str
    name: str
    """What a person calls it in messages, a path or a template's name."""
    texts: Mapping[Path, str] | None = field(default=None, compare=False)
    """Texts to read in place of files, by resolved path: a change that is not written yet."""

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


def variables_of(
    data: Mapping[str, Any],
    envelope: Envelope | None = None,
    purpose_token: PurposeToken | None = None,
) -> dict[str, Any]:
    """Return what a template sees; raises DataError for data that it cannot have."""
    reserved = (envelope or Envelope()).variables()
    return {**plain_data(data), **reserved, "purpose_token": _asked_for(purpose_token)}


def _asked_for(minted: PurposeToken | None) -> PurposeToken:
    # What a template may say is the same with and without a key, so that lint finds every mistake.
    def purpose_token(*, actions: Any, subject: Any = "") -> str:
        if isinstance(actions, str):
            raise TypeError('actions is a list: purpose_token(actions=["approve"], subject=...)')
        names, about = [str(action) for action in actions], str(subject)
        return minted(actions=names, subject=about) if minted else PURPOSE_TOKEN_PLACEHOLDER

    return purpose_token


def telling_places(
    template: CardTemplate, variables: Mapping[str, Any], main: str | None = None
) -> AbstractContextManager[None]:
    """Return the context in which trouble becomes a TemplateError with file and line."""
    folder = "" if template.folder == Path() else f"{template.folder}/"
    return told_with_place(folder, main or template.file, variables)


def environment_of(template: CardTemplate, *, marked: bool = False) -> CardEnvironment:
    """Return the environment of a template's folder; it keeps compiled templates.

    A ``marked`` one leaves marks in the text and has a table of them.
    """
    if template.texts:
        return _new_environment(template.folder, template.texts, marked=marked)
    folder = template.folder.resolve()  # a relative one means another after a chdir
    return _environment(folder, marked)


@lru_cache(maxsize=64)
def _environment(folder: Path, marked: bool) -> CardEnvironment:
    return _new_environment(folder, None, marked=marked)


def _new_environment(
    folder: Path, texts: Mapping[Path, str] | None, *, marked: bool
) -> CardEnvironment:
    return CardEnvironment(folder, texts=texts, marks=MarkTable() if marked else None)


def run(environment: CardEnvironment, file: str, variables: Mapping[str, Any]) -> str:
    """Return the text that a template file makes, with tokens for values."""
    return run_template(environment, environment.get_template(file), variables)


def run_template(
    environment: CardEnvironment, template: Template, variables: Mapping[str, Any]
) -> str:
    """Return the text that a loaded template makes."""
    context = template.new_context(dict(variables))
    chunks, characters = [], 0
    for chunk in template.root_render_func(context):
        characters += environment.length(chunk)
        if characters > MAX_OUTPUT_CHARACTERS:
            raise LimitReached("more than 16 MB of output")
        chunks.append(chunk)
    return environment.concat(chunks)
