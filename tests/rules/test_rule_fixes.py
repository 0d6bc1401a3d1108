"""What ``--fix`` makes of the bad examples: ``AMnnn/fixed/case`` is ``AMnnn/bad/case`` mended.

A fix that is not safe is made by ``--unsafe-fixes`` only.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
from rule_examples import cases, expectations, name, surroundings

from amcli.linting.fixing.files import Mended, mend, write
from amcli.linting.outcome import Report
from amcli.linting.run import lint_paths

BAD, FIXED = cases("bad"), cases("fixed")


@cache
def mended(path: Path, like: Path, *, unsafe: bool = True) -> Mended:
    """A case mended, with what stands around ``like``."""

    def lint(changed: Mapping[Path, str], only: str | None = None) -> Report:
        around = surroundings(expectations(like))
        return lint_paths([only or str(path)], surroundings=around, changed=changed)

    return mend(lint, unsafe=unsafe)


def bad(case: Path) -> Path:
    """The bad example of a fixed one."""
    return case.parents[1] / "bad" / case.name


def copied(case: Path, folder: Path) -> Path:
    copy = folder / case.name
    if case.is_dir():
        shutil.copytree(case, copy)
    else:
        shutil.copy(case, copy)
    return copy


def texts(case: Path) -> dict[str, str]:
    """The files of a case."""
    files = case.rglob("*") if case.is_dir() else [case]
    return {p.relative_to(case).as_posix(): p.read_bytes().decode() for p in files if p.is_file()}


def test_there_are_fixed_examples() -> None:
    assert len(FIXED) > len(BAD) // 4


@pytest.mark.parametrize("case", BAD, ids=name)
def test_what_can_be_mended_has_a_fixed_example(case: Path) -> None:
    fixed = case.parents[1] / "fixed" / case.name
    assert bool(mended(case, like=case).changes) == fixed.exists()


@pytest.mark.parametrize("case", FIXED, ids=name)
def test_the_fixed_example_is_what_mending_makes(case: Path, tmp_path: Path) -> None:
    copy = copied(bad(case), tmp_path)
    write(mended(copy, like=bad(case)).changes)
    assert texts(copy) == texts(case)


@pytest.mark.parametrize("case", FIXED, ids=name)
def test_mending_twice_changes_nothing_and_the_finding_is_gone(case: Path) -> None:
    again = mended(case, like=bad(case))
    assert again.changes == ()
    gone = {finding.rule for finding in mended(bad(case), like=bad(case)).report.fixed}
    assert gone.isdisjoint(finding.rule for finding in again.report.findings)


@pytest.mark.parametrize("case", FIXED, ids=name)
def test_without_leave_only_safe_fixes_are_made(case: Path) -> None:
    safe = mended(bad(case), like=bad(case), unsafe=False)
    assert all(finding.fix is not None and finding.fix.safe for finding in safe.report.fixed)
