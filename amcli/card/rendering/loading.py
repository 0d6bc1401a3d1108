"""Templates come from one folder, and each rendering imports them anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import BaseLoader, TemplateNotFound
from jinja2.environment import Template, TemplateModule
from jinja2.loaders import split_template_path

from amcli.card.rendering.ledger import PrintError
from amcli.card.rendering.limits import LimitReached
from amcli.files import resolved

if TYPE_CHECKING:
    from jinja2.runtime import Context

MAX_TEMPLATE_BYTES = 4 * 1024 * 1024


class FolderLoader(BaseLoader):
    """Loads templates of one folder, and nothing that a link or ``..`` points to outside.

    ``texts`` are read in place of files, by resolved path.
    """

    def __init__(self, folder: Path, texts: Mapping[Path, str] | None = None) -> None:
        self._root = folder.resolve()
        self._texts = texts or {}

    def get_source(self, environment: Any, template: str) -> tuple[str, str, Callable[[], bool]]:
        """Return the source as it is, line breaks and byte order mark included.

        Raises PrintError for a file outside the folder, LimitReached for one that is too large.
        """
        path = resolved(self._root / template)
        if not path.is_relative_to(self._root):
            raise PrintError(
                f"{template!r} is outside the template's folder",
                "includes and imports stay inside the folder; copy the file into it",
            )
        split_template_path(template)  # refuses `..`, inside the folder too
        if path in self._texts:
            return self._texts[path], str(path), lambda: True
        before = _stamp(path)
        return _text(path, template), str(path), lambda: _stamp(path) == before


def _content(path: Path) -> bytes | None:
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return file.read(MAX_TEMPLATE_BYTES + 1)


def _text(path: Path, template: str) -> str:
    try:
        content = _content(path)
    except OSError as error:
        raise PrintError(
            f"{template!r} cannot be read: {error.strerror}", "check that you may read it"
        ) from None
    if content is None:
        raise TemplateNotFound(template)
    if len(content) > MAX_TEMPLATE_BYTES:
        raise LimitReached(
            f"{template!r} is larger than {MAX_TEMPLATE_BYTES // 1024**2} MB",
            "split it with `{% include %}`, or move what is in it to the data",
        )
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise PrintError(f"{template!r} is not UTF-8 text", "save it as UTF-8") from None


def _stamp(path: Path) -> tuple[int, int] | None:
    # Jinja compares the time alone, which misses two saves within one tick of the clock.
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


class FreshModuleTemplate(Template):
    """A template whose module is made anew for each import.

    Jinja keeps the module of an import; its captured texts hold tokens of one rendering's ledger
    and must not be met in the next.
    """

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        keys = ctx.globals_keys - self.globals.keys() if ctx is not None else frozenset()
        return self.make_module({key: ctx.parent[key] for key in keys} if ctx else None)
