"""The environment in which templates run: sandboxed, strict, inside their folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, Undefined, nodes
from jinja2.environment import TemplateModule
from jinja2.runtime import Context, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.tests import TESTS
from jinja2.utils import missing
from markupsafe import Markup

from amcli.card.keyed import given
from amcli.card.plain_data import MAX_INTEGER_BITS
from amcli.card.rendering.code import CardCodeGenerator
from amcli.card.rendering.filters import (
    DATE_ATTRIBUTES,
    LIST_METHODS,
    STRING_METHODS,
    AuthorJoiner,
    card_filters,
    card_range,
    knowing_no_inputs,
    plain_dict,
    seeing_plain_text,
)
from amcli.card.rendering.ledger import (
    CLOSE,
    OPEN,
    CapturedText,
    InputReference,
    Printed,
    PrintError,
    Trusted,
    expanded_length,
    ledger,
    plain,
    plain_itself,
    settled,
)
from amcli.card.rendering.limits import PREPARE, LimitReached
from amcli.card.rendering.loading import FolderLoader, FreshModuleTemplate
from amcli.card.rendering.marks import MARK, MarkTable
from amcli.card.rendering.syntax import NAMELESS, Rewriter

_TESTS: dict[str, Any] = dict(TESTS)  # typed too narrowly by Jinja
_ASKS_ABOUT_UNDEFINED = frozenset({"defined", "undefined", "none", "callable", "filter", "test"})


class CardEnvironment(ImmutableSandboxedEnvironment):
    """Jinja for cards. The methods without underscore are called by rewritten templates."""

    code_generator_class = CardCodeGenerator
    template_class = FreshModuleTemplate
    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})

    def __init__(
        self,
        folder: Path,
        *,
        texts: Mapping[Path, str] | None = None,
        marks: MarkTable | None = None,
    ) -> None:
        # autoescape makes macros and set blocks hand back Markup: that is how captured text,
        # which holds tokens, is told from data, which is plain.
        super().__init__(
            loader=FolderLoader(folder, texts),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            optimized=False,
        )
        self.marks = marks
        self.filters = card_filters()
        self.tests = {
            name: knowing_no_inputs(test)
            if name in _ASKS_ABOUT_UNDEFINED
            else seeing_plain_text(test, name)
            for name, test in _TESTS.items()
        }
        self.tests["sameas"] = seeing_plain_text(_is_same, "sameas")
        del self.globals["lipsum"]
        self.globals.update(
            range=card_range, dict=plain_dict, joiner=AuthorJoiner, input=_input_reference
        )

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source.removeprefix("\ufeff"), name, filename)
        if self.marks is not None:
            self.marks.read(self.lexer, tree, name or NAMELESS, source)
        return tree

    def _generate(
        self,
        source: nodes.Template,
        name: str | None,
        filename: str | None,
        defer_init: bool = False,
    ) -> str:
        marks = self.marks.of(source) if self.marks is not None else None
        rewritten = Rewriter(name or NAMELESS, marks).visit(source)
        return super()._generate(rewritten, name, filename, defer_init)

    def length(self, text: str) -> int:
        """Return how long a rendered text is, not counting marks."""
        return len(text) if self.marks is None else len(MARK.sub("", text))

    # --- called by rewritten templates

    trusted = Trusted
    plain = staticmethod(plain)
    plain_itself = staticmethod(plain_itself)

    @staticmethod
    def tick(turns: int) -> None:
        """Count loop turns, or what takes as long."""
        ledger().work(turns)

    def put(self, value: Any, file: str, line: int) -> Markup:
        """Return what a print leaves in the text: a token, or the author's own text."""
        if isinstance(value, (Markup, TemplateModule)):
            return self._captured(Markup(value))
        if isinstance(value, Trusted):
            return self.put_literal(str(value), file, line)
        if isinstance(value, CapturedText):
            return Markup(ledger().add(value, file, line))
        if isinstance(value, Undefined):
            # `{{ "," if not loop.last }}` without else is the plain, silent kind.
            return Markup(str(value))
        return Markup(ledger().add(settled(value), file, line))

    def put_literal(self, text: str, file: str, line: int) -> Markup:
        """Return the author's own text, with a token for it where it could be mistaken for one."""
        if OPEN in text or CLOSE in text:
            return Markup(ledger().add(Trusted(text), file, line))
        ledger().write(len(text))
        return Markup(text)

    def concatenate(self, parts: Iterable[Any], file: str, line: int) -> Markup:
        """Return the parts of ``~`` as captured text."""
        return Markup("").join(self.put(part, file, line) for part in parts)

    def value_of(self, variable: Any, name: str, file: str, line: int) -> Any:
        """Return ``variable.value``, or an input reference where there is no such variable."""
        if isinstance(variable, Undefined) and variable._undefined_obj is missing:  # noqa: SLF001 - no other way
            return InputReference(name)
        if not isinstance(variable, Undefined) and _allowed_attributes(variable) is not None:
            raise PrintError(
                f"{name!r} is a variable ({_kind(variable)}), so `{name}.value` is no input",
                f"for the input write `{{{{ input('{name}') }}}}`",
            )
        ledger().value_reads.append(Printed(name, file, line))
        return self.getattr(variable, "value")

    @staticmethod
    def _captured(text: Markup) -> Markup:
        length = expanded_length(text)
        ledger().write(length)
        ledger().work(length // 1000)
        return text

    # --- the sandbox

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return an attribute: of a mapping always the key, of values a few harmless methods."""
        obj = plain_itself(obj)
        if isinstance(obj, dict):
            return self._key(obj, attribute)
        allowed = _allowed_attributes(obj)
        if isinstance(obj, (str, list, tuple)):
            ledger().work(len(obj) // (100 if isinstance(obj, str) else 1))
        if allowed is None or attribute in allowed:
            return super().getattr(obj, attribute)
        raise PrintError(
            f"{_kind(obj)} has no `.{attribute}`",
            "is the data a mapping here? Of a text, filters do the rest: `| replace`, `| join`",
        )

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Return an item; keys and indexes are read as plain text."""
        obj, argument = plain_itself(obj), plain(argument)
        if isinstance(obj, dict):
            return self._key(obj, argument)
        if isinstance(argument, str):
            return self.getattr(obj, str(argument))
        return super().getitem(obj, argument)

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805, PYI063 - Jinja's own signature
        """Call: macros take captured text as it is, everything else sees plain text."""
        if not isinstance(__obj, (Macro, type)) and __obj is not _input_reference:
            args = tuple(plain(arg) for arg in args)
            kwargs = {
                name: value if name.startswith("_") else plain(value)
                for name, value in kwargs.items()
            }
        return super().call(__context, __obj, *args, **kwargs)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Compute on plain text, with bounded results."""
        left, right = plain(left), plain(right)
        if operator == "*":
            _refuse_repetition(left, right)
        if operator == "%" and isinstance(left, str):
            raise PrintError("`%` formatting", 'write `~`, or `"%.2f" | format(x)`')
        if operator == "+" and isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
            ledger().work(len(left) + len(right))
        result = super().call_binop(context, operator, left, right)
        if isinstance(result, str):
            ledger().write(len(result))
        if isinstance(result, int) and result.bit_length() > MAX_INTEGER_BITS:
            raise LimitReached("a number of more than a thousand digits", PREPARE)
        return result

    def _key(self, mapping: dict[Any, Any], key: Any) -> Any:
        try:
            return mapping[key]
        except (KeyError, TypeError):
            return self.undefined(obj=mapping, name=key)


def _is_same(value: Any, other: Any) -> bool:
    return given(value) is given(other)


def _allowed_attributes(obj: Any) -> frozenset[str] | None:
    """Return the attributes that a value shows, or None where Jinja's sandbox decides."""
    if isinstance(obj, str):
        return STRING_METHODS
    if isinstance(obj, (bool, int, float, bytes)) or obj is None:
        return frozenset()
    if isinstance(obj, (list, tuple, range)):
        return LIST_METHODS.union(getattr(obj, "_fields", ()))
    if type(obj).__module__ in {"datetime", "decimal"}:
        return DATE_ATTRIBUTES
    return None


def _kind(value: Any) -> str:
    kinds = ((str, "a text"), (bool, "true or false"), ((int, float), "a number"),
             ((list, tuple), "a list"), (type(None), "none"))  # fmt: skip
    return next((name for kind, name in kinds if isinstance(value, kind)), "a value")


def _refuse_repetition(left: Any, right: Any) -> None:
    if isinstance(left, (str, list, tuple)) or isinstance(right, (str, list, tuple)):
        raise PrintError("`*` repeats no text and no lists", "write the text out, or use a loop")
    if isinstance(left, int) and isinstance(right, int):
        bits = left.bit_length() + right.bit_length()
        if bits > MAX_INTEGER_BITS:
            raise LimitReached("a number of more than a thousand digits", PREPARE)


def _input_reference(name: str) -> InputReference:
    """``input("comment")``: the reference to an input that Outlook fills in."""
    from amcli.card.input_reference import INPUT_ID

    text = str(plain(name))
    if not INPUT_ID.fullmatch(text):
        raise PrintError(
            f"{text[:60]!r} cannot be an input's id in a reference",
            "ids that Outlook fills in have letters, digits, _, $ and @ only",
        )
    return InputReference(text)
