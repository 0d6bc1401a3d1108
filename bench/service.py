"""What ``amcli.service`` adds to a request in Flask: verification, purpose token and answer.

The same POST goes to an empty view, to a view behind ``verified_action`` and to an endpoint, in
turns in one process; medians, of the processor's time so that a busy machine does not judge, and of
the clock's. Exit code 1 when the bearer token, the limited-purpose token and the answer take more
than 1 ms on top of Flask. What the store takes depends on the disk and is shown beside it.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from amcli.outlook.issuer import LocalIssuer, Person, Registration
from amcli.service import (
    ActionResponse,
    Purpose,
    PurposeKeys,
    ServiceSettings,
    SqliteStore,
    VerifiedAction,
    VerifiedClick,
    mint,
)
from amcli.verify.keyset import StaticKeys

if TYPE_CHECKING:
    from flask import Flask

ROUNDS, REQUESTS = 15, 60
MOST_MS = 1.0

ADELE = Person.create("adele@contoso.com", "Adele Vance")
REGISTRATION = Registration(
    "11111111-2222-3333-4444-555555555555", "66666666-7777-8888-9999-000000000000"
)
EMPTY = "Flask, an empty view"
GUARDED = "the bearer token verified"
LOOKING = "and the purpose token, answered"
CLAIMED = "and claimed in SQLite, work, answer kept"

Post = Callable[[], None]


def main() -> int:
    """Print the table and return the exit code."""
    if find_spec("flask") is None:
        print("Flask is not installed, so this is left out: pip install 'amcli[flask]'")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        posts = requests(Path(folder))
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in posts}
        for _ in range(ROUNDS):
            for name, post in posts.items():
                taken[name].append(timed(post))
    cpu, clock = (
        {name: statistics.median(found[which] for found in taken[name]) for name in taken}
        for which in (0, 1)
    )
    print(f"{'ms a request':42}{'processor':>10}{'added':>9}{'clock':>10}")
    for name in taken:
        added = cpu[name] - cpu[EMPTY]
        print(f"{name:42}{cpu[name]:10.3f}{added:+9.3f}{clock[name]:10.3f}")
    added = cpu[LOOKING] - cpu[EMPTY]
    print(f"amcli.service adds {added:.2f} ms to a request, at most {MOST_MS} ms is allowed")
    return int(added > MOST_MS)


def timed(post: Post) -> tuple[float, float]:
    """Return milliseconds of processor and clock for a request."""
    begun = time.process_time(), time.perf_counter()
    for _ in range(REQUESTS):
        post()
    ended = time.process_time(), time.perf_counter()
    return (
        (ended[0] - begun[0]) / REQUESTS * 1000,
        (ended[1] - begun[1]) / REQUESTS * 1000,
    )


def requests(folder: Path) -> dict[str, Post]:
    """Return what is measured: one genuine request for each road."""
    issuer, keys = LocalIssuer.create(), PurposeKeys.generate("k1")
    settings = ServiceSettings(
        audiences=(REGISTRATION.app_id_uri,),
        tenants=frozenset({issuer.tenant}),
        keys=StaticKeys.from_mapping(issuer.jwks()),
        sender="expenses@contoso.com",
        purpose_keys=keys,
        store=SqliteStore(folder / "clicks.sqlite"),
    )
    client = application(settings).test_client()
    purpose = Purpose("expenses@contoso.com", "expense", "1", ADELE.address, ("approve", "look"))

    def posting(path: str, action: str, tokens: int) -> Post:
        waiting = [mint(purpose, keys) for _ in range(tokens)]
        bearers = [f"Bearer {issuer.mint(ADELE, REGISTRATION).reveal()}" for _ in range(20)]
        count = iter(range(10**9))

        def post() -> None:
            number = next(count)
            body = json.dumps({"action": action, "token": waiting[number % tokens]})
            headers = {"Authorization": bearers[number % len(bearers)]}
            answer = client.post(path, data=body, headers=headers, content_type="application/json")
            assert answer.status_code == 200, answer.headers

        return post

    return {
        EMPTY: posting("/empty", "look", 1),
        GUARDED: posting("/guarded", "look", 1),
        LOOKING: posting("/expenses", "look", 20),
        CLAIMED: posting("/expenses", "approve", ROUNDS * REQUESTS),
    }


def application(settings: ServiceSettings) -> Flask:
    """Return a Flask application with a view for each road."""
    from flask import Flask

    from amcli.service.flask import action_view, verified_action

    app = Flask(__name__)

    def done(_click: VerifiedClick) -> ActionResponse:
        return ActionResponse.success("Done.", {"type": "AdaptiveCard"})

    @app.post("/empty")
    def empty() -> Any:
        return "{}"

    @app.post("/guarded")
    @verified_action(settings.verifier())
    def guarded(_action: VerifiedAction) -> ActionResponse:
        return ActionResponse.success("Done.")

    endpoint = settings.endpoint("expense", {"approve": done}, refreshers={"look": done})
    app.post("/expenses")(action_view(endpoint))
    return app


if __name__ == "__main__":
    sys.exit(main())
