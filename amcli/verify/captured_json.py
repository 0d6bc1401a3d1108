"""Captures that are JSON: HAR files, logs with an object on each line, and any other JSON.

HAR is the format in which proxies and browsers save what they saw (HTTP Archive 1.2). Of it only
the headers of requests count. In other JSON a token is known by the name it stands under, by the
word Bearer before it, or by its looks.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from amcli.strict_json import NotStrictJson, parse_json
from amcli.verify.captured_place import (
    Found,
    Place,
    each_once,
    may_have_token,
    tokens_in_running_text,
)
from amcli.verify.captured_text import Read, read_line, read_text
from amcli.verify.request import TOKEN_HEADERS, bearer_token, bearer_tokens

_NO_CREDENTIALS = (
    "many programs leave credentials out of a HAR file: export it again with sensitive data"
)
_MAX_REQUEST = 100
_MAX_NAME = 80
_QUERY = re.compile(r"[?#].*", re.DOTALL)

_Path = tuple["_Path", str] | None  # from the inside out, as pointers are written for few of them


def read_json(text: str) -> Read:
    """Return the tokens in a text that begins like JSON."""
    try:
        value = _parsed(text)
    except NotStrictJson:
        return _read_lines(text)
    entries = _har_entries(value)
    return _read_har(entries) if entries is not None else _read_any(value)


def _parsed(text: str) -> Any:
    # Whoever wrote the log may have named a header twice, or cut a character in two.
    return parse_json(text, pairs=_both, half_characters=True)


def _both(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object in which a name that stands several times has all its values, as a list."""
    value = dict(pairs)
    if len(value) == len(pairs):
        return value
    every: dict[str, list[Any]] = {}
    for name, each in pairs:
        every.setdefault(name, []).append(each)
    return {name: found if len(found) > 1 else found[0] for name, found in every.items()}


def _read_lines(text: str) -> Read:
    """Read a log: an object on each line, and what is none as text."""
    if "\n" not in text:
        return read_text(text)
    read = Read(missing=f"no bearer token on its {text.count(chr(10)) + 1} lines")
    for number, line in enumerate(io.StringIO(text, newline="\n"), start=1):
        if not may_have_token(line):
            continue
        try:
            value = _parsed(line) if line.lstrip()[:1] in {"{", "["} else None
        except NotStrictJson:
            value = None
        read.add(read_line(number, line) if value is None else _record(value, line=number))
    return read


def _read_any(value: Any) -> Read:
    read = Read(missing="no bearer token in this JSON")
    if isinstance(value, list):
        for number, member in enumerate(value, start=1):
            read.add(_record(member, entry=number))
    else:
        read.add(_record(value))
    return read


def _har_entries(value: Any) -> list[Any] | None:
    log = value.get("log") if isinstance(value, dict) else None
    entries = log.get("entries") if isinstance(log, dict) else None
    return entries if isinstance(entries, list) else None


def _read_har(entries: list[Any]) -> Read:
    read = Read(
        missing=f"no bearer token in the headers of its {len(entries)} requests",
        hint=_NO_CREDENTIALS,
    )
    for number, entry in enumerate(entries, start=1):
        request = entry.get("request") if isinstance(entry, dict) else None
        if not isinstance(request, dict):
            continue
        about = _request_words(request)
        found = [
            Found(token, Place(entry=number, request=about, header=name))
            for name, token in bearer_tokens(_har_headers(request))
        ]
        read.add_request(f"entry {number}{f' ({about})' if about else ''}", found)
    return read


def _har_headers(request: dict[str, Any]) -> list[tuple[str, str]]:
    members = request.get("headers")
    pairs = [
        (member.get("name"), member.get("value"))
        for member in (members if isinstance(members, list) else [])
        if isinstance(member, dict)
    ]
    return [(n, v) for n, v in pairs if isinstance(n, str) and isinstance(v, str)]


def _request_words(request: dict[str, Any]) -> str:
    """Return method and address, without the query, in which there may be secrets."""
    address = _QUERY.sub("", str(request.get("url", "")))
    return f"{request.get('method', '')} {address}".strip()[:_MAX_REQUEST]


def _record(value: Any, *, line: int | None = None, entry: int | None = None) -> list[Found]:
    """Return the tokens of one record; those that only look like one count where no other does."""
    sure: list[Found] = []
    likely: list[Found] = []
    for path, name, text in _texts(value):
        by_name = bearer_token(text) if _is_token_header(name) else None
        tokens = [by_name] if by_name else tokens_in_running_text(text)
        if tokens:
            place = Place(line=line, entry=entry, pointer=_pointer(path))
            found = [Found(token, place) for token in tokens]
            (sure if "bearer" in text.lower() else likely).extend(found)
    return each_once(sure or likely)


def _is_token_header(name: str) -> bool:
    """Return whether a name is that of a header, also as CGI writes it: HTTP_AUTHORIZATION."""
    if len(name) > _MAX_NAME:
        return False
    return name.lower().replace("_", "-").removeprefix("http-") in TOKEN_HEADERS


def _texts(value: Any) -> Iterator[tuple[_Path, str, str]]:
    """Yield path, nearest name and text of every string in a value, in their order."""
    waiting: list[tuple[_Path, str, Any]] = [(None, "", value)]
    while waiting:
        path, name, each = waiting.pop()
        if isinstance(each, str):
            yield path, name, each
        elif isinstance(each, list):
            waiting.extend(reversed([((path, str(at)), name, one) for at, one in enumerate(each)]))
        elif isinstance(each, dict):
            called = each.get("name") if isinstance(each.get("value"), str) else None
            own = called if isinstance(called, str) else ""
            waiting.extend(
                ((path, key), own if own and key == "value" else key, one)
                for key, one in reversed(each.items())
            )


def _pointer(path: _Path) -> str:
    """Return the JSON Pointer, with names cut that no person gave."""
    parts = []
    while path is not None:
        path, name = path
        cut = name if len(name) <= _MAX_NAME else f"{name[:_MAX_NAME]}…"
        parts.append("/" + cut.replace("~", "~0").replace("/", "~1"))
    return "".join(reversed(parts))
