"""Whatever goes wrong while a template runs becomes a TemplateError with file and line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType

from jinja2 import TemplateNotFound, TemplateSyntaxError, UndefinedError
from jinja2.environment import Template
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS
from jinja2.tests import TESTS

from amcli.card.rendering.compose import Misprint
from amcli.card.rendering.syntax import NAMELESS
from amcli.errors import AmcliError, TemplateError
from amcli.suggestion import did_you_mean

_UNDEFINED = re.compile(r"^'(?P<name>[^']+)' is undefined$")
_NO_KEY = re.compile(r"^'[\w.]*[dD]ict object' has no attribute (?P<name>.+)$")
_NO_FILTER = re.compile(r"^No (?P<kind>filter|test) named '(?P<name>[^']+)'")
_CHECK_NAME = "check the name; includes and imports are found inside the template's folder"
_CHECK_SYNTAX = "check the braces and the block's end on this line; see docs/templates.md"
_METHODS_OF_MAPPINGS = frozenset({"items", "keys", "values", "get"})


@contextmanager
def told_with_place(folder: str, main: str, names: Iterable[str]) -> Iterator[None]:
    """Run a rendering; raise what goes wrong as TemplateError.

    ``folder`` is put in front of template names, ``main`` is the template that was asked for,
    ``names`` are the variables, for a did-you-mean.
    """

    def at(name: str | None) -> str:
        return f"{folder}{main if name in {None, NAMELESS} else name}"

    try:
        yield
    except Misprint as error:
        printed = error.printed
        raise TemplateError(
            str(error), file=at(printed.file), line=printed.line, hint=error.hint
        ) from None
    except TemplateNotFound as error:
        name, line = _place(error.__traceback__)
        reason = f"there is no template {str(error.name)!r}"
        raise TemplateError(reason, file=at(name), line=line, hint=_CHECK_NAME) from None
    except TemplateSyntaxError as error:
        reason = error.message or "syntax error"
        hint = getattr(error, "hint", None) or _near_filter(reason) or _CHECK_SYNTAX
        raise TemplateError(reason, file=at(error.name), line=error.lineno, hint=hint) from None
    except (AmcliError, NameError, AssertionError):
        raise  # an error of our own, or a mistake of our own
    except Exception as error:  # noqa: BLE001 - there is nothing a template cannot make happen
        name, line = _place(error.__traceback__)
        reason, hint = _explained(error, names)
        raise TemplateError(reason, file=at(name), line=line, hint=hint) from None


def _place(traceback: TracebackType | None) -> tuple[str | None, int | None]:
    """Return the innermost template and its line in a traceback."""
    place: tuple[str | None, int | None] = (None, None)
    while traceback is not None:
        template = traceback.tb_frame.f_globals.get("__jinja_template__")
        if isinstance(template, Template):
            place = template.name, template.get_corresponding_lineno(traceback.tb_lineno)
        traceback = traceback.tb_next
    return place


def _explained(error: Exception, names: Iterable[str]) -> tuple[str, str | None]:
    reason, hint = str(error) or type(error).__name__, getattr(error, "hint", None)
    if isinstance(error, UndefinedError):
        return _undefined(reason, names)
    if isinstance(error, RecursionError):
        reason = "templates, macros or data nested without end"
        hint = "look for an include or a macro that comes back to itself"
    elif isinstance(error, MemoryError):
        reason = "the template needs more memory than there is"
        hint = "give the template less to work on"
    elif isinstance(error, SyntaxError):
        reason = f"the template cannot be compiled: {error.msg}"
        hint = "nest fewer blocks: move some to a file of their own, with `{% include %}`"
    elif isinstance(error, SecurityError):
        hint = "use a filter: `| replace`, `| join`, `| format`, `| items`"
    elif "is not callable" in reason:
        hint = "a name behind a dot is always a key; for a method write a filter"
    return reason, hint or "test the value first, or prepare it before it reaches the template"


def _near_filter(message: str) -> str | None:
    found = _NO_FILTER.match(message)
    if found is None:
        return None
    near = did_you_mean(found["name"], {**FILTERS, **TESTS, "url": None, "markdown": None})
    return near or "docs/templates.md has the language"


def _undefined(message: str, names: Iterable[str]) -> tuple[str, str | None]:
    if (found := _UNDEFINED.match(message)) is not None:
        near = did_you_mean(found["name"], names)
        return message, near or "give it with --data or --set, or test for it with `is defined`"
    if (found := _NO_KEY.match(message)) is not None:
        name = found["name"].strip("'\"")
        if name in _METHODS_OF_MAPPINGS:
            return (
                f"there is no key {name!r}",
                f"`.{name}` is always the key; for the method write `| items`, or `m[k]`",
            )
        return f"there is no key {name!r}", "test for it with `is defined`, or use `| default`"
    return message, "test for it with `is defined`, or use `| default`"
