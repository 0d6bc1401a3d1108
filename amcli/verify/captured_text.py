"""Captures that are text: HTTP requests, header lines, logs, one token on each line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from amcli.errors import UnreadableInput
from amcli.verify.captured_place import (
    Found,
    Place,
    each_once,
    may_have_token,
    tokens_in_running_text,
)
from amcli.verify.request import TOKEN_HEADERS, bearer_token

_REQUEST_LINE = re.compile(r"[A-Z]+ \S+ HTTP/\d(\.\d)?")
_HEADER_LINE = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+:.*")
_TOKEN_HEADER = re.compile(rf"({'|'.join(TOKEN_HEADERS)}):(.*)", re.IGNORECASE)
_LINE_END = re.compile(r"\r\n?|\n")
_SENT_BY_CURL = re.compile(r"\A> ?(?=[A-Za-z]|$)")  # `curl -v` marks what it sends

MAX_TOKENS = 100_000
"""In 32 MB there are 25,000 tokens of Microsoft's."""
_MAX_BLOCK = 10_000  # header lines that may have a token: no request has as many

NumberedLine = tuple[int, str]


@dataclass
class Read:
    """What a capture has in it."""

    found: list[Found] = field(default_factory=list)
    empty_requests: list[str] = field(default_factory=list)
    """Requests without a bearer token: ``line 12``, ``entry 3 (POST https://...)``."""
    double_requests: list[str] = field(default_factory=list)
    """Requests with two different ones."""
    missing: str = "no bearer token in it"
    """What to say where nothing was found."""
    hint: str | None = None
    is_one_line: bool = False
    """Whether it is a single line and no header, so that all of it is meant as a token."""

    def add(self, found: list[Found]) -> None:
        """Take up tokens; raises UnreadableInput where they are too many."""
        self.found += found
        if len(self.found) > MAX_TOKENS:
            raise UnreadableInput(
                f"the capture has more than {MAX_TOKENS:,} tokens", hint="give it in parts"
            )

    def add_request(self, name: str, found: list[Found]) -> None:
        """Take up the tokens of one request."""
        tokens = each_once(found)
        self.add(tokens)
        if not tokens:
            self.empty_requests.append(name)
        if len(tokens) > 1:
            self.double_requests.append(name)


@dataclass
class _Block:
    """The header lines of one request, or a line of a log: then it has no head."""

    begins: int = 0
    """Its first line's number; 0 before there is one."""
    head: str | None = None
    """The first line, where it is a request line or a header."""
    lines: list[NumberedLine] = field(default_factory=list)
    """Those that may have a token, and what goes on from such a line."""

    def take(self, number: int, line: str) -> None:
        """Take up the next line."""
        if not self.begins:
            self.begins = number
            self.head = line if _HEADER_LINE.fullmatch(line) else None
        goes_on = line[:1] in {" ", "\t"} and self.lines and self.lines[-1][0] == number - 1
        if goes_on or may_have_token(line):
            self.lines.append((number, line))

    @property
    def is_request(self) -> bool:
        """Return whether it begins with a request line."""
        return self.head is not None and _REQUEST_LINE.fullmatch(self.head.strip()) is not None

    def token_headers(self) -> Iterator[tuple[int, str, str]]:
        """Yield line, name and value; a line that begins with white space goes on (RFC 9112)."""
        if self.head is None:
            return
        unfolded: list[tuple[int, list[str]]] = []
        for number, line in self.lines:
            if line[:1] in {" ", "\t"} and unfolded:
                unfolded[-1][1].append(line.strip())
            else:
                unfolded.append((number, [line]))
        for number, pieces in unfolded:
            if match := _TOKEN_HEADER.fullmatch(" ".join(pieces)):
                yield number, match[1], match[2]


def read_text(text: str) -> Read:
    """Return the tokens in requests, in header lines and on the lines of a log."""
    read, heads, names = Read(), 0, dict[str, None]()
    for block in _blocks(_lines(text)):
        _read_block(block, read)
        heads += block.head is not None
        if not read.found:
            names |= dict.fromkeys(name for _, name, _ in block.token_headers())
    lines = _count_line_ends(text.strip("\r\n")) + 1
    read.is_one_line = lines == 1 and not heads
    read.missing = _what_is_missing(names, among_headers=heads > 0, lines=lines)
    return read


def read_line(number: int | None, line: str) -> list[Found]:
    """Return the tokens on one line of a log, or in one text of a JSON document."""
    token = bearer_token(line)
    tokens = [token] if token and "." in token else tokens_in_running_text(line)
    return [Found(token, Place(line=number)) for token in dict.fromkeys(tokens)]


def _lines(text: str) -> Iterator[NumberedLine]:
    """Yield number and text of every line, from the first one that is not empty."""
    rest = text.lstrip("\r\n")
    number = _count_line_ends(text[: len(text) - len(rest)]) + 1
    begins = 0
    for end in _LINE_END.finditer(rest):
        yield number, rest[begins : end.start()]
        number, begins = number + 1, end.end()
    yield number, rest[begins:]


def _count_line_ends(text: str) -> int:
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def _blocks(lines: Iterator[NumberedLine]) -> Iterator[_Block]:
    """Yield requests, header lines that stand together, and other lines one by one.

    A request's body lasts until the next request begins: a token in it is no header.
    """
    block, in_body = _Block(), False
    for number, marked in lines:
        line = _SENT_BY_CURL.sub("", marked, count=1) if marked[:1] == ">" else marked
        if " HTTP/" in line and _REQUEST_LINE.fullmatch(line.strip()):
            if block.begins:
                yield block
            block, in_body = _Block(number, line), False
        elif in_body:
            continue
        elif not line.strip():
            in_body = block.is_request
            if block.begins:
                yield block
            block = _Block()
        else:
            block.take(number, line)
            if (block.lines and block.head is None) or len(block.lines) > _MAX_BLOCK:
                yield block
                block = _Block(number, block.head)
    if block.begins:
        yield block


def _read_block(block: _Block, read: Read) -> None:
    found = [
        Found(token, Place(line=number, header=name))
        for number, name, value in block.token_headers()
        if (token := bearer_token(value))
    ]
    if block.is_request:
        read.add_request(f"line {block.begins}", found)
    elif found:
        read.add(each_once(found))
    else:
        for number, line in block.lines:
            read.add(read_line(number, line))


def _what_is_missing(names: Iterable[str], *, among_headers: bool, lines: int) -> str:
    if not among_headers:
        return f"no bearer token on its {lines} lines"
    what = " and ".join(names)
    return f"{f'{what} without a bearer token' if what else 'no Authorization'} among the headers"
