"""Reading is bounded and never hangs; writing is whole or not at all, and never over a file."""

from __future__ import annotations

import io
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from amcli import files
from amcli.errors import DataError, KeyMaterialError, OutputError, UnreadableInput, WouldOverwrite
from amcli.files import (
    is_stream,
    read_bounded,
    read_stream,
    replace_file,
    write_new,
    write_stream,
)
from amcli.secrets import read_secret
from amcli.service.purpose_keys import load_purpose_keys

posix_only = pytest.mark.skipif(os.name != "posix", reason="modes, links and pipes of Unix")


def content_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# Reading


def test_a_file_of_the_limit_is_read_and_a_longer_one_is_not_cut(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 1024)
    assert read_bounded(path, 1024, what="note") == b"x" * 1024

    path.write_bytes(b"x" * 1025)
    with pytest.raises(UnreadableInput, match="file: larger than 1 KB, no note is"):
        read_bounded(path, 1024, what="note")
    with pytest.raises(DataError, match="<stdin>: larger than 1 MB, no note is"):
        read_stream(io.BytesIO(b"x" * 2_000_000), 2**20, "<stdin>", what="note", error=DataError)


@pytest.mark.parametrize(
    ("name", "reason"),
    [("none", "cannot read the note: No such file"), ("", "cannot read the note"), ("\0", "name")],
)
def test_what_cannot_be_read_is_the_callers_error(name: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=reason):
        read_bounded(tmp_path / name, 10, what="note", error=DataError)


@posix_only
@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/tty"])
def test_devices_are_not_read(device: str) -> None:
    with pytest.raises(UnreadableInput, match=r"not a regular file|cannot read"):
        read_bounded(Path(device), 10, what="note")


@posix_only
def test_a_named_pipe_without_a_writer_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UnreadableInput, match="pipe: not a regular file, so no note"):
        read_bounded(tmp_path / "pipe", 10, what="note")


@posix_only
@pytest.mark.parametrize("name", ["/dev/stdin", "/dev/fd/0"])
def test_what_the_shell_has_opened_is_read(name: str) -> None:
    script = (
        "from pathlib import Path; from amcli.files import read_bounded;"
        f"print(read_bounded(Path({name!r}), 99, what='note'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], input=b"hello", capture_output=True, check=True
    )
    assert done.stdout == b"b'hello'\n"


def test_a_secret_over_the_limit_is_refused_and_not_cut(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_bytes(b"a " + b"s" * 64 * 1024)
    for read in (read_secret, load_purpose_keys):
        with pytest.raises(KeyMaterialError, match="larger than 64 KB") as refused:
            read(path)
        assert "sss" not in refused.value.message


# Writing


def test_a_new_file_is_never_written_over_another(tmp_path: Path) -> None:
    write_new(tmp_path / "a", b"mine")
    with pytest.raises(WouldOverwrite, match="a exists already") as refused:
        write_new(tmp_path / "a", b"yours", hint="use --force")
    assert refused.value.hint == "use --force"
    assert content_of(tmp_path) == {"a": b"mine"}


@posix_only
def test_a_private_file_is_private_and_the_umask_says_the_rest(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_new(tmp_path / "public", b"")
        write_new(tmp_path / "private", b"", private=True)
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {"public": 0o640, "private": 0o600}


@posix_only
def test_a_link_is_something_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(WouldOverwrite):
        write_new(tmp_path / "link", b"x")
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("name", ["none/file", "file/below", "\0"])
def test_a_place_where_nothing_can_be_written_is_a_mistake_of_the_call(
    name: str, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"mine")
    for write in (write_new, replace_file):
        with pytest.raises(OutputError) as refused:
            write(tmp_path / name, b"x")
        assert refused.value.exit_code == 2
    assert content_of(tmp_path) == {"file": b"mine"}


@posix_only
def test_replacing_keeps_the_mode_and_leaves_nothing_beside(tmp_path: Path) -> None:
    path = tmp_path / "file"
    replace_file(path, b"first")
    path.chmod(0o604)
    replace_file(path, b"second")
    assert stat.S_IMODE(path.stat().st_mode) == 0o604
    assert content_of(tmp_path) == {"file": b"second"}


@posix_only
def test_replacing_a_link_leaves_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"mine")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    replace_file(tmp_path / "link", b"new")
    assert content_of(tmp_path) == {"real": b"mine", "link": b"new"}


@posix_only
def test_folders_pipes_and_devices_are_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "folder", tmp_path / "pipe", Path("/dev/null")):
        with pytest.raises(OutputError, match="no regular file"):
            replace_file(path, b"x")


@posix_only
def test_a_pipe_and_a_device_are_written_to_and_stay(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    (tmp_path / "link").symlink_to("/dev/null")
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        for path in (pipe, tmp_path / "link", Path("/dev/null")):
            assert is_stream(path)
            write_stream(path, b"hello")
        assert os.read(reader, 99) == b"hello"
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_what_can_lose_something_is_no_stream(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"mine")
    for name in ("file", "none", "", "\0"):
        assert not is_stream(tmp_path / name)
    with pytest.raises(OutputError):
        write_stream(tmp_path / "none", b"x")
    assert content_of(tmp_path) == {"file": b"mine"}


@pytest.mark.parametrize("trouble", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_what_breaks_half_way_leaves_the_old_file_and_no_new_one(
    trouble: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = files._write

    def fail_after_writing(path: Path, content: bytes, mode: int, made: list[Path]) -> None:
        write(path, content, mode, made)
        raise trouble

    monkeypatch.setattr(files, "_write", fail_after_writing)
    (tmp_path / "old").write_bytes(b"mine")
    for call in (lambda: replace_file(tmp_path / "old", b"x"),
                 lambda: write_new(tmp_path / "new", b"x")):  # fmt: skip
        with pytest.raises((OutputError, KeyboardInterrupt)):
            call()
    assert content_of(tmp_path) == {"old": b"mine"}
