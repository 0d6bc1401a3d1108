"""Finding the tokens in whatever a person captured: text, requests, HAR files, JSON, logs."""

from __future__ import annotations

import contextlib
import io
import json
import time
import tracemalloc
from pathlib import Path

import pytest

from amcli.errors import NothingFound, UnreadableInput
from amcli.verify.captured import MAX_INPUT_BYTES, find_tokens, read_input
from amcli.verify.captured_text import MAX_TOKENS

REQUEST = (
    "POST /approvals HTTP/1.1\r\nHost: api.example.com\r\n{headers}\r\n\r\n"
    '{{"note": "Authorization: Bearer x.y.z"}}'
)


def tokens(text: str) -> list[tuple[str, str]]:
    return [(f.token.reveal(), f.place) for f in find_tokens(text, "capture").tokens]


def found(text: str) -> tuple[str, str]:
    (one,) = tokens(text)
    return one


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a.b.c", "capture"),
        ("  a.b.c\n", "capture"),
        ("Bearer a.b.c", "capture"),
        ("bearer\ta.b.c\r\n", "capture"),
        ("Authorization: Bearer a.b.c", "capture, header Authorization"),
        ("authorization:bearer a.b.c", "capture, header authorization"),
        ("Action-Authorization: Bearer a.b.c", "capture, header Action-Authorization"),
        (REQUEST.format(headers="Authorization: Bearer a.b.c"), "capture, header Authorization"),
        (
            REQUEST.format(headers="Authorization: \r\nAction-Authorization: Bearer a.b.c"),
            "capture, header Action-Authorization",
        ),
        (
            REQUEST.format(
                headers="Authorization: Basic eDp5\r\nAction-Authorization: Bearer a.b.c"
            ),
            "capture, header Action-Authorization",
        ),
        (
            REQUEST.format(
                headers="Authorization: Bearer a.b.c\r\nAction-Authorization: Bearer a.b.c"
            ),
            "capture, header Authorization",
        ),
        ("Host: x\nAuthorization: Bearer a.b.c\n\n{}", "capture, header Authorization"),
        ("Host: x\rAuthorization: Bearer a.b.c\r\r{}", "capture, header Authorization"),
        ("Host: x\r\nAuthorization: Bearer\r\n a.b.c\r\n", "capture, header Authorization"),
    ],
)
def test_where_the_token_is(text: str, place: str) -> None:
    assert found(text) == ("a.b.c", place)


@pytest.mark.parametrize(
    "headers",
    [
        "Accept: */*",
        "Authorization:",
        "Authorization: Basic eDp5",
        "Authorization: Bearer",
        "Authorization: Bearer a.b.c d.e.f",
        "X-Authorization: Bearer a.b.c",
    ],
)
def test_a_request_without_a_bearer_token(headers: str) -> None:
    """The one in the body is no header, however much it looks like one."""
    with pytest.raises(NothingFound, match="capture"):
        found(REQUEST.format(headers=headers))


def test_two_different_tokens_are_both_found_and_it_is_said() -> None:
    both = "Authorization: Bearer a.b.c\r\nAction-Authorization: Bearer d.e.f"
    capture = find_tokens(REQUEST.format(headers=both), "capture")
    assert [f.place for f in capture.tokens] == [
        "capture, line 3, header Authorization",
        "capture, line 4, header Action-Authorization",
    ]
    assert "two different tokens" in capture.notes[0]


def test_the_token_is_never_in_a_repr() -> None:
    assert "a.b.c" not in repr(find_tokens("Bearer a.b.c", "capture"))


# Many in one capture

JWT = "eyJhbGciOiJSUzI1NiJ9aaaa.eyJhIjoxfQ.c2ln"
OTHER = "eyJhbGciOiJSUzI1NiJ9bbbb.eyJhIjoxfQ.c2ln"


def test_header_lines_of_several_requests() -> None:
    text = "Authorization: Bearer a.b.c\n\nauthorization: bearer d.e.f\n"
    assert tokens(text) == [
        ("a.b.c", "capture, line 1, header Authorization"),
        ("d.e.f", "capture, line 3, header authorization"),
    ]


def test_several_requests_in_one_file_and_those_without_a_token() -> None:
    one = REQUEST.format(headers="Authorization: Bearer a.b.c")
    none = REQUEST.format(headers="Accept: */*")
    two = REQUEST.format(headers="Authorization: Bearer d.e.f")
    capture = find_tokens("\r\n".join((one, none, two)), "capture")
    assert [(f.token.reveal(), f.line) for f in capture.tokens] == [("a.b.c", 3), ("d.e.f", 13)]
    assert capture.notes == ("without a bearer token: line 6",)


def test_what_curl_prints() -> None:
    printed = (
        "*   Trying 127.0.0.1:8000...\n> POST /approvals HTTP/1.1\r\n> Host: a.example\r\n"
        "> Authorization: Bearer a.b.c\r\n> \r\n} [20 bytes data]\n< HTTP/1.1 200 OK\n"
    )
    assert found(printed) == ("a.b.c", "capture, header Authorization")


def test_the_mark_of_curl_counts_only_where_a_line_begins() -> None:
    assert tokens(f"{JWT}> Authorization\n") == [(JWT, "capture")]


def test_a_log_of_text() -> None:
    log = (
        "2026-10-01 09:30:00 INFO missing bearer token\n"
        f"2026-10-01 09:30:01 INFO headers={{'Authorization': 'Bearer {JWT}', 'X': '{OTHER}'}}\n"
        f'2026-10-01 09:30:02 INFO token="{OTHER}", from 127.0.0.1\n'
    )
    assert tokens(log) == [(JWT, "capture, line 2"), (OTHER, "capture, line 3")]


def test_lines_that_only_look_like_headers_are_a_log_too() -> None:
    assert tokens(f"INFO: begun\nDEBUG: got {JWT}\n") == [(JWT, "capture, line 2")]


def test_a_token_on_each_line_and_empty_lines_before() -> None:
    assert tokens(f"\n\n{JWT}\nBearer d.e.f\n") == [
        (JWT, "capture, line 3"),
        ("d.e.f", "capture, line 4"),
    ]


def har(*headers: list[dict[str, str]]) -> str:
    entries = [
        {
            "request": {"method": "POST", "url": "https://a.example/x?code=secret", "headers": h},
            "response": {"headers": [{"name": "Authorization", "value": "Bearer r.r.r"}]},
        }
        for h in headers
    ]
    return json.dumps({"log": {"version": "1.2", "entries": entries}}, indent=1)


def test_a_har_file() -> None:
    token = {"name": "authorization", "value": "Bearer a.b.c"}
    capture = find_tokens(har([], [{"name": "Host", "value": "a"}, token]), "web.har")
    (only,) = capture.tokens
    assert only.place == "web.har, entry 2 (POST https://a.example/x), header authorization"
    assert (only.entry, only.line) == (2, None)
    assert capture.notes == ("without a bearer token: entry 1 (POST https://a.example/x)",)


def test_a_har_file_without_credentials() -> None:
    with pytest.raises(NothingFound, match="its 2 requests") as caught:
        find_tokens(har([], []), "web.har")
    assert "sensitive data" in (caught.value.hint or "")


@pytest.mark.parametrize(
    "rubbish",
    [
        {"log": {"entries": []}},
        {"log": {"entries": [1, None, {"request": 2}, {"request": {"headers": {"a": 1}}}]}},
        {"log": {"entries": [{"request": {"headers": [1, {"name": 2}, {"value": None}]}}]}},
        {"log": {"entries": [{"request": {"url": 7, "method": ["x"]}}]}},
        {"log": []},
        {},
        [],
        [None, 1.5, True, ""],
    ],
)
def test_json_without_a_token(rubbish: object) -> None:
    with pytest.raises(NothingFound):
        find_tokens(json.dumps(rubbish), "capture")


@pytest.mark.parametrize(
    ("record", "pointer"),
    [
        ({"request": {"headers": {"Authorization": "Bearer a.b.c"}}},
         "/request/headers/Authorization"),
        ({"headers": {"action-authorization": ["Bearer a.b.c"]}},
         "/headers/action-authorization/0"),
        ({"headers": [{"name": "Authorization", "value": "Bearer a.b.c"}]}, "/headers/0/value"),
        ({"environ": {"HTTP_AUTHORIZATION": "Bearer a.b.c"}}, "/environ/HTTP_AUTHORIZATION"),
        ({"a/b": {"~": {"authorization": "bearer a.b.c"}}}, "/a~1b/~0/authorization"),
    ],
)  # fmt: skip
def test_where_json_logs_have_it(record: object, pointer: str) -> None:
    line = json.dumps(record)
    assert tokens(line) == [("a.b.c", f"capture, {pointer}")]
    assert tokens(f"[{line}]") == [("a.b.c", f"capture, entry 1, {pointer}")]
    log = f'{{"message": "begun"}}\n{line}\nrubbish {{\n{{"cut": "of'
    assert tokens(log) == [("a.b.c", f"capture, line 2, {pointer}")]


def test_a_token_in_the_text_of_a_json_log() -> None:
    inner = json.dumps({"headers": {"authorization": f"Bearer {JWT}"}})
    assert tokens(json.dumps({"log": inner})) == [(JWT, "capture, /log")]
    assert tokens(json.dumps({"message": f"refused {JWT}"})) == [(JWT, "capture, /message")]


def test_what_only_looks_like_a_token_counts_where_no_other_does() -> None:
    record = {"cookie": OTHER, "multi": [f"Bearer {JWT}"], "single": f"Bearer {JWT}"}
    assert tokens(json.dumps(record)) == [(JWT, "capture, /multi/0")]


def test_a_header_that_a_log_has_twice_is_found_twice() -> None:
    twice = '{"Authorization": "Bearer a.b.c", "Authorization": "Bearer d.e.f"}'
    assert [token for token, _ in tokens(twice)] == ["a.b.c", "d.e.f"]


def test_input_from_argument_stdin_and_file(tmp_path: Path) -> None:
    file = tmp_path / "token.txt"
    file.write_bytes(b"\xef\xbb\xbfa.b.c\n")
    nothing = io.BytesIO()
    assert read_input("a.b.c", nothing) == ("a.b.c", "the argument")
    assert read_input("-", io.BytesIO(b"a.b.c")) == ("a.b.c", "stdin")
    assert read_input(f"@{file}", nothing) == ("a.b.c\n", str(file))


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        (b"\xff\xfea\x00", "utf8"),
        ("a.b.c".encode("utf-16-be"), "utf8"),
        (b"x" * (MAX_INPUT_BYTES + 1), "grep -i bearer"),
    ],
)
def test_input_that_cannot_be_read(content: bytes, hint: str) -> None:
    with pytest.raises(UnreadableInput, match="stdin") as caught:
        read_input("-", io.BytesIO(content))
    assert hint in str(caught.value.hint)


def test_a_foreign_byte_that_somebody_wrote_into_a_log_hides_no_token() -> None:
    log = f"GET /\xff\nAuthorization: Bearer {JWT}\nBearer {JWT[:30]}\xe4{JWT[30:]}\n"
    text, _ = read_input("-", io.BytesIO(log.encode("latin-1")))
    assert [token for token, _ in tokens(text)][:1] == [JWT]
    assert "\xff" not in text


@pytest.mark.parametrize("argument", ["@", "@/nowhere/at/all", "@\0", "@."])
def test_files_that_cannot_be_read(argument: str) -> None:
    with pytest.raises(UnreadableInput):
        read_input(argument, io.BytesIO())


@pytest.mark.parametrize("text", ["", " \r\n\t"])
def test_nothing_at_all(text: str) -> None:
    with pytest.raises(UnreadableInput, match="empty"):
        found(text)


# Hostile captures


@pytest.mark.parametrize(
    "capture",
    [
        "a:b\n" * 50_000,
        "a: b\n" + " c\n" * 60_000,
        "POST / HTTP/1.1\n\n" * 12_000,
        "bearer " * 30_000,
        f"bearer{' ' * 200_000}x",
        "eyJ" * 70_000,
        f"eyJ{'a' * 20}{'.' * 200_000}",
        '{"a":1}\n' * 25_000,
        '{"a":' * 40_000,
        "[" * 200_000,
        "{" + ",".join(f'"k{number}":1' for number in range(20_000)) + ',"k1":2}',
        f'{{"{"k" * 100_000}":[{",".join(["7", chr(34) * 2] * 20_000)}]}}',
        f'{{"{"k" * 100_000}":[{",".join([f"{chr(34)}Bearer {JWT}{chr(34)}"] * 2_000)}]}}',
    ],
    ids=lambda capture: capture[:12].encode("unicode_escape").decode(),
)
def test_no_capture_takes_longer_than_its_size_explains(capture: str) -> None:
    began = time.process_time()
    with contextlib.suppress(NothingFound):
        find_tokens(capture, "capture")
    assert time.process_time() - began < 2


@pytest.mark.parametrize("line", ["a\n", "a:b\n", "{}\n", "bearer a\n", "a: b\n c\n"])
def test_no_capture_takes_much_more_memory_than_it_has(line: str) -> None:
    capture = line * 20_000
    tracemalloc.start()
    try:
        with contextlib.suppress(NothingFound):
            find_tokens(capture, "capture")
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 500_000


@pytest.mark.parametrize(
    "capture",
    [f"Bearer {JWT[:20]}.{{}}.x\n", '{{"authorization": "Bearer {}.b.c"}}\n'],
    ids=["text", "JSON"],
)
def test_more_tokens_than_anybody_captures_are_refused(capture: str) -> None:
    many = "".join(capture.format(number) for number in range(MAX_TOKENS + 1))
    with pytest.raises(UnreadableInput, match="100,000 tokens"):
        find_tokens(many, "capture")
