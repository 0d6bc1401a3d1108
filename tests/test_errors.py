"""What a developer sees of an error of ours in a traceback: also what to do."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest

from amcli.errors import AmcliError, KeyMaterialError
from amcli.service import SqliteStore, StoreUnavailable, load_purpose_keys


def printed(error: AmcliError) -> list[str]:
    return "".join(traceback.format_exception_only(error)).splitlines()


def test_a_traceback_ends_with_the_hint() -> None:
    assert printed(AmcliError("no store", hint="give it one")) == [
        "amcli.errors.AmcliError: no store",
        "hint: give it one",
    ]
    assert printed(AmcliError("no store")) == ["amcli.errors.AmcliError: no store"]


def test_so_does_that_of_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(KeyMaterialError) as caught:
        load_purpose_keys(tmp_path / "none.txt")
    assert printed(caught.value)[1:] == [f"hint: {caught.value.hint}"]


def test_so_does_that_of_a_store_in_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="unable to open database file") as caught:
        SqliteStore(tmp_path / "none" / "clicks.sqlite")
    assert printed(caught.value)[1:] == [
        "hint: its folder must be there, and the service must be able to write into it"
    ]
