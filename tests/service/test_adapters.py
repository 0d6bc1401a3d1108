"""Flask, Starlette, FastAPI and Django: each answers every click as the core does."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

import click_apps
import pytest
from click_service import BAD_CLICKS, Answer, ClickService, Pairs, Post, secrets_in
from werkzeug.datastructures import Headers
from werkzeug.test import Client

ROADS: dict[str, tuple[str, str, str]] = {
    "flask": ("flask_app", "/guarded", "/expenses/7"),
    "flask, async": ("flask_app", "/guarded-async", "/expenses-async/7"),
    "starlette": ("starlette_app", "/guarded-async", "/expenses/7"),
    "starlette, async": ("starlette_app", "/guarded-async", "/expenses-async/7"),
    "fastapi": ("fastapi_app", "/guarded", "/expenses/7"),
    "fastapi, async": ("fastapi_app", "/guarded-async", "/expenses-async/7"),
    "django": ("django_wsgi", "/guarded", "/expenses/7"),
    "django, async": ("django_asgi", "/guarded-async", "/expenses-async/7"),
}
"""Application, guarded view and endpoint."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> ClickService:
    return ClickService.create(tmp_path_factory.mktemp("service"))


@pytest.fixture(scope="module")
def apps(service: ClickService) -> Iterator[dict[str, Post]]:
    """Every application, as something that can be posted to."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("CLICK_SERVICE", str(service.folder))
        names = dict.fromkeys(name for name, _, _ in ROADS.values())
        yield {name: poster(getattr(click_apps, name)()) for name in names}


@pytest.fixture(params=ROADS)
def road(
    request: pytest.FixtureRequest, service: ClickService, apps: dict[str, Post]
) -> tuple[Post, str, str]:
    (service.folder / "decided.txt").unlink(missing_ok=True)
    name, guarded, endpoint = ROADS[request.param]
    return apps[name], guarded, endpoint


def poster(app: Any) -> Post:
    is_asgi = "asgi" in type(app).__module__ or hasattr(app, "router")
    return asgi_poster(app) if is_asgi else wsgi_poster(app)


def wsgi_poster(app: Any) -> Post:
    def post(path: str, headers: Pairs, body: bytes) -> Answer:
        answer = Client(app).post(
            path, headers=Headers(headers), data=body, content_type="application/json"
        )
        lower = {name.lower(): value for name, value in answer.headers.items()}
        return Answer(answer.status_code, lower, answer.data)

    return post


def asgi_poster(app: Any) -> Post:
    def post(path: str, headers: Pairs, body: bytes) -> Answer:
        return asyncio.run(_asgi(app, path, headers, body))

    return post


async def _asgi(app: Any, path: str, headers: Pairs, body: bytes) -> Answer:
    sent: list[dict[str, Any]] = []
    arriving = [{"type": "http.request", "body": body, "more_body": False}]
    finished = asyncio.Event()

    async def receive() -> dict[str, Any]:
        if arriving:
            return arriving.pop()
        await finished.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    raw = [(n.lower().encode(), v.encode()) for n, v in headers]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST",
        "scheme": "https", "path": path, "raw_path": path.encode(), "query_string": b"",
        "root_path": "", "headers": [*raw, (b"content-type", b"application/json")],
        "server": ("testserver", 443), "client": ("127.0.0.1", 1),
    }  # fmt: skip
    await app(scope, receive, send)
    finished.set()
    found = {n.decode("latin-1").lower(): v.decode("latin-1") for n, v in sent[0]["headers"]}
    return Answer(sent[0]["status"], found, b"".join(m.get("body", b"") for m in sent[1:]))


def test_a_genuine_click_reaches_the_guarded_view(
    road: tuple[Post, str, str], service: ClickService
) -> None:
    post, guarded, _ = road

    answer = post(guarded, service.bearer(), b'{"comment": "hello"}')

    assert (answer.status, answer.shown) == (200, "Seen.")
    assert service.decided == ["guarded hello"]


def test_what_the_view_cannot_read_is_answered(
    road: tuple[Post, str, str], service: ClickService
) -> None:
    post, guarded, _ = road

    answer = post(guarded, service.bearer(), b"comment=hello")

    assert answer.status == 400
    assert answer.shown == "This card sent something that the service cannot read."
    assert service.decided == []


def test_an_endpoint_does_the_work_once(road: tuple[Post, str, str], service: ClickService) -> None:
    post, _, endpoint = road
    body = service.body()

    answers = [post(endpoint, service.bearer(), body) for _ in range(2)]

    assert answers[0].status == answers[1].status == 200
    assert answers[0].body == answers[1].body == b'{"type":"AdaptiveCard"}'
    assert answers[0].headers["card-update-in-body"] == "true"
    assert answers[0].headers["content-type"].startswith("application/json")
    assert service.decided == ["approve EXP-1"]


def test_what_autoinvokeaction_posts_is_answered_before_and_after_the_decision(
    road: tuple[Post, str, str], service: ClickService
) -> None:
    post, _, endpoint = road
    token = service.mint()
    clicks = ["look", "look", "approve", "look"]

    answers = [post(endpoint, service.bearer(), service.body(name, token)) for name in clicks]

    assert [answer.status for answer in answers] == [204, 204, 200, 204]
    assert answers[0].body == b""


def test_what_the_handler_declines_can_be_clicked_again(
    road: tuple[Post, str, str], service: ClickService
) -> None:
    post, _, endpoint = road
    token = service.mint()

    declined = post(endpoint, service.bearer(), service.body(token=token, comment="none"))
    accepted = post(endpoint, service.bearer(), service.body(token=token, comment="good"))

    assert (declined.status, declined.shown) == (400, "Please give a reason.")
    assert accepted.status == 200


@pytest.mark.parametrize("name", BAD_CLICKS)
def test_bad_clicks(
    road: tuple[Post, str, str],
    service: ClickService,
    name: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    post, guarded, endpoint = road
    bad = BAD_CLICKS[name]
    headers, body = bad.make(service)

    with caplog.at_level(logging.WARNING, "amcli.service"):
        answers = [post(endpoint, headers, body)]
        if bad.by_bearer:
            answers.append(post(guarded, headers, body))

    assert [(answer.status, answer.shown) for answer in answers] == [
        (bad.status, bad.shown) for _ in answers
    ]
    assert service.decided == []
    logged = [record.getMessage() for record in caplog.records if record.name == "amcli.service"]
    assert len(logged) == len(answers)
    assert all(bad.logged in line and f"answered {bad.status}" in line for line in logged)
    assert all(line.isprintable() for line in logged)
    for secret in secrets_in(headers, body):
        assert not [text for text in (*logged, *map(str, answers)) if secret in text]


def test_a_locked_store_is_503(
    road: tuple[Post, str, str], service: ClickService, caplog: pytest.LogCaptureFixture
) -> None:
    post, _, endpoint = road

    with service.locked_store(), caplog.at_level(logging.ERROR, "amcli.service"):
        answer = post(endpoint, service.bearer(), service.body())

    assert (answer.status, answer.headers["retry-after"]) == (503, "30")
    assert "the action store cannot be used" in caplog.text
    assert service.decided == []


def test_an_attacker_learns_nothing_from_a_refusal(
    road: tuple[Post, str, str], service: ClickService
) -> None:
    post, guarded, _ = road
    refused = [bad.make(service) for bad in BAD_CLICKS.values() if bad.status == 401]

    bodies = {post(guarded, headers, body).body for headers, body in refused}

    line = b"This request could not be verified."
    assert bodies in ({b"{}"}, {line}, {b'{"detail":"' + line + b'"}'})
