"""Captures that are text: HTTP requests, header lines, logs, one token on each line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from amcli.verify.captured_place import Found, Place, each_once, tokens_in_running_text
from amcli.verify.request import TOKEN_HEADERS, bearer_token

_REQUEST_LINE = re.compile(r"[A-Z]+ \S+ HTTP/\d(\.\d)?")
_HEADER_LINE = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+:.*")
_TOKEN_HEADER = re.compile(rf"({'|'.join(TOKEN_HEADERS)}):(.*)", re.IGNORECASE)
_LINE_END = re.compile(r"\r\n?|\n")
_SENT_BY_CURL = re.compile(r"\A> ?(?=[A-Za-z]|$)")  # `curl -v` marks what it sends

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

    def add_request(self, name: str, found: list[Found]) -> None:
        """Take up the tokens of one request."""
        tokens = each_once(found)
        self.found += tokens
        if not tokens:
            self.empty_requests.append(name)
        if len(tokens) > 1:
            self.double_requests.append(name)


@dataclass
class _Block:
    """The header lines of one request, or lines of a log: then it has no head."""

    head: str | None
    """The first line, where it is a request line or a header."""
    lines: list[NumberedLine] = field(default_factory=list)

    @property
    def is_request(self) -> bool:
        """Return whether it begins with a request line."""
        return self.head is not None and _REQUEST_LINE.fullmatch(self.head.strip()) is not None

    def token_headers(self) -> Iterator[tuple[int, str, str]]:
        """Yield line, name and value; a line that begins with white space goes on (RFC 9112)."""
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
    lines = list(enumerate(_LINE_END.split(text.strip("\r\n")), start=_first_line(text)))
    blocks = list(_blocks(lines))
    read = Read(is_one_line=len(lines) == 1 and all(block.head is None for block in blocks))
    for block in blocks:
        _read_block(block, read)
    if not read.found:
        read.missing = _what_is_missing(blocks, len(lines))
    return read


def read_line(number: int | None, line: str) -> list[Found]:
    """Return the tokens on one line of a log, or in one text of a JSON document."""
    token = bearer_token(line)
    tokens = [token] if token and "." in token else tokens_in_running_text(line)
    return each_once([Found(token, Place(line=number)) for token in tokens])


def _first_line(text: str) -> int:
    before = text[: len(text) - len(text.lstrip("\r\n"))]
    return len(_LINE_END.findall(before)) + 1


def _blocks(lines: list[NumberedLine]) -> Iterator[_Block]:
    """Yield requests, header lines that stand together, and runs of other lines.

    A request's body lasts until the next request begins: a token in it is no header.
    """
    block, in_body = _Block(None), False
    for number, marked in lines:
        line = _SENT_BY_CURL.sub("", marked, count=1)
        if _REQUEST_LINE.fullmatch(line.strip()):
            if block.lines:
                yield block
            block, in_body = _Block(line, [(number, line)]), False
        elif in_body:
            continue
        elif not line.strip():
            in_body = block.is_request
            if block.lines:
                yield block
            block = _Block(None)
        else:
            if not block.lines and _HEADER_LINE.fullmatch(line):
                block.head = line
            block.lines.append((number, line))
    if block.lines:
        yield block


def _read_block(block: _Block, read: Read) -> None:
    found = [
        Found(token, Place(line=number, header=name))
        for number, name, value in block.token_headers()
        if (token := bearer_token(value))
    ]
    if block.is_request:
        read.add_request(f"line {block.lines[0][0]}", found)
    elif found and block.head is not None:
        read.found += each_once(found)
    else:
        for number, line in block.lines:
            read.found += read_line(number, line)


def _what_is_missing(blocks: list[_Block], lines: int) -> str:
    if all(block.head is None for block in blocks):
        return f"no bearer token on its {lines} lines"
    names = [name for block in blocks for _, name, _ in block.token_headers()]
    present = dict.fromkeys(names)
    what = f"{' and '.join(present)} without a bearer token" if present else "no Authorization"
    return f"{what} among the headers"
