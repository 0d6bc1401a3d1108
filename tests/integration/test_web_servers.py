"""The adapters under real servers, called over loopback: every click gets the same answer there."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click_service import BAD_CLICKS, ClickService, secrets_in
from served_clicks import Running, running

pytestmark = pytest.mark.integration

_GUNICORN = ["gunicorn", "--workers", "2", "--bind", "fd://{fd}"]
SERVERS = {
    "gunicorn, Flask": [*_GUNICORN, "click_apps:flask_app()"],
    "gunicorn, Django": [*_GUNICORN, "click_apps:django_wsgi()"],
    "uvicorn, FastAPI": ["uvicorn", "--factory", "--fd", "{fd}", "click_apps:fastapi_app"],
    "uvicorn, Starlette": ["uvicorn", "--factory", "--fd", "{fd}", "click_apps:starlette_app"],
}


@pytest.fixture(scope="module", params=SERVERS)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    service = ClickService.create(tmp_path_factory.mktemp("service"))
    with running(SERVERS[request.param], service) as found:
        yield found


@pytest.fixture(autouse=True)
def nothing_decided(request: pytest.FixtureRequest) -> None:
    if "server" in request.fixturenames:
        service: ClickService = request.getfixturevalue("server").service
        (service.folder / "decided.txt").unlink(missing_ok=True)


def test_a_click_is_carried_out_and_answered_with_a_card(server: Running) -> None:
    answer = server.post(server.service.bearer(), server.service.body())

    assert (answer.status, answer.shown) == (200, "Approved.")
    assert answer.headers["card-update-in-body"] == "true"
    assert answer.body == b'{"type":"AdaptiveCard"}'
    assert server.service.decided == ["approve EXP-1"]


def test_the_token_may_come_in_the_other_header(server: Running) -> None:
    token = server.service.bearer()[0][1]

    answer = server.post(
        [("Authorization", ""), ("Action-Authorization", token)], server.service.body()
    )

    assert answer.status == 200


def test_ten_clicks_at_the_same_moment_are_carried_out_once(server: Running) -> None:
    body, headers = server.service.body(), server.service.bearer()

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: server.post(headers, body), range(10)))

    assert {(answer.status, answer.body) for answer in answers} == {
        (200, b'{"type":"AdaptiveCard"}')
    }
    assert server.service.decided == ["approve EXP-1"]


def test_nothing_has_changed(server: Running) -> None:
    answer = server.post(server.service.bearer(), server.service.body("look"))

    assert (answer.status, answer.shown, answer.body) == (204, "Nothing has changed.", b"")


@pytest.mark.parametrize("name", BAD_CLICKS)
def test_bad_clicks(server: Running, name: str) -> None:
    bad = BAD_CLICKS[name]
    headers, body = bad.make(server.service)
    before = server.log.stat().st_size

    answer = server.post(headers, body)

    assert (answer.status, answer.shown) == (bad.status, bad.shown)
    assert server.service.decided == []
    logged = server.log.read_bytes()[before:].decode()
    assert bad.logged in logged
    assert f"click answered {bad.status}" in logged
    for secret in secrets_in(headers, body):
        assert secret not in logged + str(answer)


def test_a_locked_store_is_503(server: Running) -> None:
    with server.service.locked_store():
        answer = server.post(server.service.bearer(), server.service.body())

    assert (answer.status, answer.headers["retry-after"]) == (503, "30")
    assert "ERROR amcli.service" in server.log.read_text()


@pytest.mark.parametrize("name", ["gunicorn, Flask", "uvicorn, FastAPI"])
def test_keys_that_cannot_be_read_are_503_and_no_forgery(name: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody_answers:
        port = nobody_answers.getsockname()[1]
    service = ClickService.create(tmp_path, jwks=f"https://127.0.0.1:{port}/keys")

    with running(SERVERS[name], service) as server:
        begun = time.monotonic()
        answer = server.post(service.bearer(), service.body())

    assert answer.status == 503
    assert 0 < int(answer.headers["retry-after"]) <= 30
    assert answer.shown == "Please try again in a few minutes."
    assert f"127.0.0.1:{port}" in server.log.read_text()
    assert time.monotonic() - begun < 30
    assert service.decided == []
