"""``--untrusted``: the same rendering in a child process, with limits on time and memory.

The limits inside a rendering bound what a template can reasonably be made to do; this bounds
what an unreasonable one can do to the machine.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from amcli.card.document import CardDocument, CardKind
from amcli.card.rendering import CardTemplate, Envelope
from amcli.card.target import CardTarget, DataSource, MadeCard, Target, TemplateTarget, make_card
from amcli.card.template import DESCRIPTION, load_template
from amcli.errors import (
    AmcliError,
    CardError,
    DataError,
    TemplateError,
    UnreadableInput,
    UsageError,
)

TIME_LIMIT_SECONDS = 10
MEMORY_LIMIT_BYTES = 1024 * 1024 * 1024
_PACKAGE_PARENT = Path(__file__).resolve().parents[2]
_ERRORS: dict[str, type[AmcliError]] = {
    kind.__name__: kind for kind in (CardError, DataError, UsageError)
}
_PROGRAM = (
    "import sys; sys.path.insert(0, sys.argv[1]); from amcli.card.untrusted import serve; serve()"
)


def make_card_in_child(
    target: Target, source: DataSource, envelope: Envelope, seconds: int = TIME_LIMIT_SECONDS
) -> MadeCard:
    """Return what ``make_card`` returns, made by a child process.

    Raises what ``make_card`` raises, and TemplateError when the child met a limit.
    """
    if isinstance(target, CardTarget):
        return make_card(target, source, envelope=envelope)
    order = json.dumps(_order(target, source, envelope))
    command = [sys.executable, "-I", "-c", _PROGRAM, str(_PACKAGE_PARENT)]
    try:
        answer = subprocess.run(  # noqa: S603 - our own interpreter and our own text
            command, input=order.encode(), capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        raise _limit(target, f"took longer than {seconds} seconds") from None
    if answer.returncode != 0:
        raise _limit(target, "met the limit on time or memory")
    return _made(json.loads(answer.stdout), target)


def serve() -> None:
    """Read an order from stdin, answer on stdout; the child's whole life."""
    _limit_this_process()
    order = json.loads(sys.stdin.buffer.read())
    try:
        answer = _answer(order)
    except TemplateError as error:
        place = {"file": error.file, "line": error.line}
        answer = {"template_error": {"message": error.reason, "hint": error.hint, **place}}
    except AmcliError as error:
        kind = type(error).__name__
        answer = {"error": {"kind": kind, "message": error.message, "hint": error.hint}}
    sys.stdout.write(json.dumps(answer))


def _order(target: TemplateTarget, source: DataSource, envelope: Envelope) -> dict[str, Any]:
    return {
        "template": [str(target.template.folder), target.template.file, target.template.name],
        "samples": [str(path) for path in target.samples],
        "files": [str(path) for path in source.files],
        "sets": list(source.sets),
        "envelope": [envelope.originator, envelope.sender, list(envelope.recipients)],
    }


def _answer(order: dict[str, Any]) -> dict[str, Any]:
    folder, file, name = order["template"]
    path = Path(folder)
    originator, sender, recipients = order["envelope"]
    described = load_template(path) if (path / DESCRIPTION).is_file() else None
    target = TemplateTarget(
        CardTemplate(path, file, name), tuple(map(Path, order["samples"])), described
    )
    source = DataSource(tuple(map(Path, order["files"])), tuple(order["sets"]))
    made = make_card(target, source, envelope=Envelope(originator, sender, tuple(recipients)))
    return {
        "value": made.document.value,
        "kind": made.document.kind.value,
        "duplicates": made.document.duplicates,
        "subject": made.subject,
        "fallback_html": made.fallback_html,
        "sample": str(made.sample) if made.sample else None,
    }


def _made(answer: dict[str, Any], target: TemplateTarget) -> MadeCard:
    if (place := answer.get("template_error")) is not None:
        raise TemplateError(
            place["message"], file=place["file"], line=place["line"], hint=place["hint"]
        )
    if (error := answer.get("error")) is not None:
        raise _ERRORS.get(error["kind"], UnreadableInput)(error["message"], hint=error["hint"])
    document = CardDocument(
        answer["value"],
        CardKind(answer["kind"]),
        target.template.name,
        tuple(answer["duplicates"]),
    )
    sample = Path(answer["sample"]) if answer["sample"] else None
    around = answer["subject"], answer["fallback_html"]
    return MadeCard(document, *around, sample, from_template=True)


def _limit(target: TemplateTarget, what: str) -> TemplateError:
    return TemplateError(f"rendering {what}", file=str(target.template.path))


def _limit_this_process() -> None:
    try:
        import resource
    except ImportError:  # Windows has the time limit of the parent only
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT_BYTES, MEMORY_LIMIT_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (TIME_LIMIT_SECONDS, TIME_LIMIT_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
