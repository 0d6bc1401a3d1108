"""A project to start from: a template, settings with comments, and a check in CI."""

from __future__ import annotations

import json
import keyword
import re
from pathlib import Path, PurePosixPath

from amcli._version import __version__
from amcli.card.document import CardDocument, CardKind, inputs
from amcli.card.input_reference import NAMED_REFERENCE
from amcli.card.reserved import RESERVED_VARIABLES
from amcli.card.template import DESCRIPTION, MAIN_CARD
from amcli.files import NewFile
from amcli.resources import resource_folder

STARTER_TEMPLATE = "expense-approval"
COPY_NAME = f"my-{STARTER_TEMPLATE}"
"""Another name than the original's, so that commands never have to say which one they took."""

_STARTER = Path(__file__).resolve().parent / "starter"
_PLACES = {
    "amcli.toml": "amcli.toml",
    "gitignore": ".gitignore",
    "lint-cards.yml": ".github/workflows/lint-cards.yml",
    "README.md": "README.md",
}

# Jinja reads these; everything else in a card's text it leaves alone. A whole {{id.value}} comes
# first, since it may stay: it is Outlook's own way to name an input.
_DELIMITER = re.compile(NAMED_REFERENCE.pattern + r"|\{\{|\{%|\{#")
# Names that mean something else in a template.
_TAKEN = RESERVED_VARIABLES | {
    "true", "false", "none", "loop", "self", "range", "dict", "namespace", "cycler", "joiner",
    "caller", "varargs", "kwargs",
}  # fmt: skip


def starter_project() -> list[NewFile]:
    """Return the files of a project around a copy of a built-in template."""
    origin = resource_folder("templates") / STARTER_TEMPLATE
    files = [
        NewFile(f"templates/{COPY_NAME}/{path.relative_to(origin).as_posix()}", path.read_bytes())
        for path in sorted(origin.rglob("*"))
        if path.is_file()
    ]
    return [*_frame(COPY_NAME), *files]


def project_from_card(document: CardDocument) -> list[NewFile]:
    """Return the files of a project around a template made from a finished card.

    Rendered with its sample, the template gives the same card again. The template is named after
    the card's source.
    """
    name = template_name(document.source)
    files = {
        DESCRIPTION: _description(document, name),
        MAIN_CARD: template_text(document) + "\n",
        "sample.json": "{}\n",
    }
    folder = PurePosixPath("templates", name)
    return [*_frame(name), *(NewFile(str(folder / n), t.encode()) for n, t in files.items())]


def template_name(source: str) -> str:
    """Return a template's name for a card's path: lower case, digits and hyphens."""
    stem = Path(source).name.removesuffix(".json")
    return re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-")[:60].strip("-") or "card"


def template_text(document: CardDocument) -> str:
    """Return a Jinja template that renders to this card.

    Text that Jinja would take for its own is wrapped in ``raw``; a reference to one of the
    card's own inputs stays as it stands.
    """
    ids = {node.value.get("id") for node in inputs(document)}

    def protected(found: re.Match[str]) -> str:
        name = found[1]
        if name in ids and name not in _TAKEN and not keyword.iskeyword(name):
            return found[0]
        return f"{{% raw %}}{found[0]}{{% endraw %}}"

    return _DELIMITER.sub(protected, document.pretty())


def _description(document: CardDocument, name: str) -> str:
    title = name.replace("-", " ").capitalize()
    fields = {"title": title, "description": "Made from a finished card.",
              "kind": document.kind.value}  # fmt: skip
    if document.kind is CardKind.ADAPTIVE and document.version is not None:
        fields["version"] = document.version
    fields["subject"] = title
    # A JSON string is a TOML string too, except for DEL, which no title or version has.
    lines = [f"{key} = {json.dumps(value)}" for key, value in fields.items()]
    return "\n".join([*lines, 'samples = ["sample.json"]', ""])


def _frame(template: str) -> list[NewFile]:
    return [NewFile(place, _starter_text(name, template)) for name, place in _PLACES.items()]


def _starter_text(name: str, template: str) -> bytes:
    text = (_STARTER / name).read_text("utf-8")
    return text.replace("TEMPLATE", template).replace("VERSION", __version__).encode()
