"""The demo's folder: renewed when it is the demo's own, untouched when it is anybody else's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from amcli.demo.folder import MARKER, DemoFolder
from amcli.errors import WouldOverwrite


def tree(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_new_folder_is_made_with_its_parents(tmp_path: Path) -> None:
    folder = DemoFolder.renew(tmp_path / "a" / "b")

    assert folder.write("card.json", "{}").read_text() == "{}"


def test_renewing_removes_what_the_demo_wrote_and_nothing_else(tmp_path: Path) -> None:
    DemoFolder.renew(tmp_path).write("card.json", "{}")
    (tmp_path / "my-notes.txt").write_text("mine")

    DemoFolder.renew(tmp_path)

    assert sorted(tree(tmp_path)) == [MARKER, "my-notes.txt"]


@pytest.mark.parametrize("name", ["notes.txt", ".hidden", MARKER])
def test_a_folder_of_somebody_else_is_left_as_it_is(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")

    with pytest.raises(WouldOverwrite, match="left as it is"):
        DemoFolder.renew(tmp_path)
    assert tree(tmp_path) == {name: b"mine"}


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")

    with pytest.raises(WouldOverwrite, match="not a folder"):
        DemoFolder.renew(tmp_path / "file")


def test_a_link_to_a_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")

    with pytest.raises(WouldOverwrite):
        DemoFolder.renew(tmp_path / "link")
    assert not tree(tmp_path / "real")


def test_a_marker_cannot_make_the_demo_remove_anything_outside(tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("mine")
    folder = DemoFolder.renew(tmp_path / "demo")
    (folder.path / "sub").mkdir()
    with (folder.path / MARKER).open("a") as marker:
        marker.write(f"../outside.txt\n{outside}\n..\n.\nsub\n")

    DemoFolder.renew(folder.path)

    assert outside.read_text() == "mine"
    assert (folder.path / "sub").is_dir()


def test_a_file_that_somebody_put_there_is_neither_written_over_nor_removed_later(
    tmp_path: Path,
) -> None:
    folder = DemoFolder.renew(tmp_path)
    (tmp_path / "card.json").write_text("mine")

    with pytest.raises(WouldOverwrite, match="did not write it"):
        folder.write("card.json", "{}")
    DemoFolder.renew(tmp_path)
    assert (tmp_path / "card.json").read_text() == "mine"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no file modes")
def test_private_files_are_their_owners_only(tmp_path: Path) -> None:
    path = DemoFolder.renew(tmp_path).write("token.txt", "secret", private=True)

    assert path.stat().st_mode & 0o777 == 0o600
