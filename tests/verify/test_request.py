"""Finding the one token in whatever a person captured."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from amcli.errors import NothingFound, UnreadableInput
from amcli.verify.request import MAX_INPUT_BYTES, find_token, read_input

REQUEST = (
    "POST /approvals HTTP/1.1\r\nHost: api.example.com\r\n{headers}\r\n\r\n"
    '{{"note": "Authorization: Bearer x.y.z"}}'
)


def found(text: str) -> tuple[str, str]:
    result = find_token(text, "capture")
    return result.token.reveal(), result.place


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


def test_two_different_tokens_are_not_chosen_from() -> None:
    both = "Authorization: Bearer a.b.c\r\nAction-Authorization: Bearer d.e.f"
    with pytest.raises(UnreadableInput, match="two different tokens"):
        found(REQUEST.format(headers=both))
    with pytest.raises(UnreadableInput, match="two different tokens"):
        found("Authorization: Bearer a.b.c\nAuthorization: Bearer d.e.f")


def test_the_token_is_never_in_a_message() -> None:
    with pytest.raises(UnreadableInput) as caught:
        found("Authorization: Bearer a.b.c\nAuthorization: Bearer d.e.f")
    assert "a.b.c" not in caught.value.message
    assert "a.b.c" not in repr(find_token("Bearer a.b.c", "capture"))


def test_input_from_argument_stdin_and_file(tmp_path: Path) -> None:
    file = tmp_path / "token.txt"
    file.write_bytes(b"\xef\xbb\xbfa.b.c\n")
    nothing = io.BytesIO()
    assert read_input("a.b.c", nothing) == ("a.b.c", "the argument")
    assert read_input("-", io.BytesIO(b"a.b.c")) == ("a.b.c", "stdin")
    assert read_input(f"@{file}", nothing) == ("a.b.c\n", str(file))


@pytest.mark.parametrize("content", [b"\xff\xfea\x00", b"\xe4", b"x" * (MAX_INPUT_BYTES + 1)])
def test_input_that_cannot_be_read(content: bytes) -> None:
    with pytest.raises(UnreadableInput, match="stdin"):
        read_input("-", io.BytesIO(content))


@pytest.mark.parametrize("argument", ["@", "@/nowhere/at/all", "@\0", "@."])
def test_files_that_cannot_be_read(argument: str) -> None:
    with pytest.raises(UnreadableInput):
        read_input(argument, io.BytesIO())


@pytest.mark.parametrize("text", ["", " \r\n\t"])
def test_nothing_at_all(text: str) -> None:
    with pytest.raises(UnreadableInput, match="empty"):
        found(text)
