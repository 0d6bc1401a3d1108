"""A real Postfix for all integration tests."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from local_postfix import Postfix, running_postfix


@pytest.fixture(scope="session")
def postfix(required_program: Callable[[str], str]) -> Iterator[Postfix]:
    """The running server; skipped where it cannot run, and in CI that fails."""
    program, saslpasswd = required_program("postfix"), required_program("saslpasswd2")
    if os.geteuid() != 0:
        reason = "Postfix can be started by root only"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    with running_postfix(program, saslpasswd) as server:
        yield server
