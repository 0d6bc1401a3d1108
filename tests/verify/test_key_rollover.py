"""Days of an issuer that rolls its keys over; bench/rollover.py makes a year of it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from key_year import KEYS_URL, SCENARIOS, Simulation, forgetful

from amcli.verify.clouds import Authority
from amcli.verify.keyset import NoKey, StaticKeys, TokenKey

DAYS = 12


@pytest.mark.parametrize("name", SCENARIOS)
def test_no_valid_token_is_refused_and_requests_are_few(name: str) -> None:
    year = SCENARIOS[name](DAYS).run()
    assert year.tokens["refused"] == 0
    assert year.tokens["come back"] <= 5  # a click every minute, and a pause of five minutes
    assert year.tokens["accepted"] >= DAYS * 24 * 2
    assert year.attacks["accepted"] == 0
    assert year.requests <= DAYS * 24 * (12 if year.attacks else 2) * 2


def test_the_page_has_a_row_for_each() -> None:
    page = (Path(__file__).parents[2] / "docs" / "tokens.md").read_text("utf-8")
    rows = [row.split(" | ") for row in page.splitlines() if row.startswith("| ")]
    counts = {row[0].removeprefix("| "): row[2:4] for row in rows if len(row) == 6}
    assert [name for name in SCENARIOS if counts.get(name, "")[:1] != ["0"]] == []


class LastSet:
    """What most programs do: the set that was read last, read again every hour."""

    origin = "the last set"

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation
        self.hour: datetime | None = None

    def find(self, kid: str, authority: Authority) -> TokenKey | NoKey:
        hour = self.simulation.now.replace(minute=0)
        if self.hour != hour:
            self.hour, self.keys = hour, StaticKeys.from_bytes(self.simulation.fetch(KEYS_URL), "")
        return self.keys.find(kid, authority)


def test_the_last_set_alone_refuses_valid_tokens() -> None:
    assert Simulation(DAYS, source=LastSet).run().tokens["refused"] > 0


def test_a_service_that_forgets_its_keys_at_each_start_refuses_valid_tokens() -> None:
    """Why there is ``service.key_folder``."""
    assert forgetful(DAYS * 2).run().tokens["refused"] > 0


def test_a_thousand_foreign_key_ids_a_second_make_one_look_at_the_key_set() -> None:
    simulation = Simulation(1)
    simulation.flood(seconds=2)
    assert simulation.year.attacks == {"refused": 2_000}
    assert simulation.year.requests == 2
    assert simulation.run().tokens["refused"] == 0
