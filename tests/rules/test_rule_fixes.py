"""What ``--fix`` makes of the bad examples: ``AMnnn/fixed/case`` is ``AMnnn/bad/case`` mended.

A fix that is not safe is made by ``--unsafe-fixes`` only.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from rule_examples import cases, expectations, name, surroundings

from amcli.linting.fixing.files import Mended, mend, write
from amcli.linting.outcome import Report
from amcli.linting.run import lint_paths

BAD, FIXED = cases("bad"), cases("fixed")


def mended(path: Path, like: Path, *, unsafe: bool = True) -> Mended:
    """A case mended, with what stands around ``like``."""

    def lint(changed: Mapping[Path, str]) -> Report:
        around = surroundings(expectations(like))
        return lint_paths([str(path)], surroundings=around, changed=changed)

    return mend(lint, unsafe=unsafe)


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
    assert len(FIXED) > 20


@pytest.mark.parametrize("case", FIXED, ids=name)
def test_the_fixed_example_is_what_the_fix_makes(case: Path, tmp_path: Path) -> None:
    bad = case.parents[1] / "bad" / case.name
    copy = copied(bad, tmp_path)
    write(mended(copy, like=bad).changes)
    assert texts(copy) == texts(case)


@pytest.mark.parametrize("case", BAD, ids=name)
def test_mending_ends_and_leaves_none_of_what_it_mended(case: Path, tmp_path: Path) -> None:
    copy = copied(case, tmp_path)
    first = mended(copy, like=case)
    write(first.changes)
    again = mended(copy, like=case)
    assert again.changes == ()
    gone = {finding.rule for finding in first.report.fixed}
    assert gone.isdisjoint(finding.rule for finding in again.report.findings if finding.edits)
    assert all(finding.rule not in gone for finding in again.report.findings)


@pytest.mark.parametrize("case", BAD, ids=name)
def test_a_fix_that_can_be_made_has_an_example(case: Path) -> None:
    fixed = case.parents[1] / "fixed" / case.name
    assert bool(mended(case, like=case).changes) == fixed.exists()


@pytest.mark.parametrize("case", BAD, ids=name)
def test_without_leave_only_safe_fixes_are_made(case: Path) -> None:
    safe = mended(case, like=case, unsafe=False)
    assert all(finding.fix is not None and finding.fix.safe for finding in safe.report.fixed)
