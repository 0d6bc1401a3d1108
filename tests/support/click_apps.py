"""The service of ``click_service`` in every framework, sync and async, as servers load it.

Each has the paths ``/guarded``, a view of its own behind a bearer token, and ``/expenses/7``, an
endpoint; with ``-async`` behind the first word for coroutine functions.
"""

from __future__ import annotations

import logging
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

from click_service import folder_of_this_process

from amcli.service import (
    ActionEndpoint,
    ActionResponse,
    ServiceSettings,
    SqliteStore,
    VerifiedAction,
    VerifiedClick,
)

logging.basicConfig(stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")


class Desk:
    """The work: a line in a file for each decision."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        settings = ServiceSettings.from_file(folder / "amcli.toml")
        store = SqliteStore(folder / "clicks.sqlite", busy_seconds=0.1)
        self.settings = replace(settings, store=store)

    @property
    def endpoint(self) -> ActionEndpoint:
        handlers, refreshers = {"approve": self.approve}, {"look": self.look}
        return self.settings.endpoint("expense-approval", handlers, refreshers=refreshers)

    @property
    def async_endpoint(self) -> ActionEndpoint:
        handlers, refreshers = {"approve": self.approve_async}, {"look": self.look}
        return self.settings.endpoint("expense-approval", handlers, refreshers=refreshers)

    def approve(self, click: VerifiedClick) -> ActionResponse:
        if click.body.get("comment") == "none":
            return ActionResponse.failure(400, "Please give a reason.")
        self.note(f"approve {click.purpose.subject}")
        return ActionResponse.success("Approved.", card={"type": "AdaptiveCard"})

    async def approve_async(self, click: VerifiedClick) -> ActionResponse:
        return self.approve(click)

    def look(self, click: VerifiedClick) -> ActionResponse:
        return ActionResponse.not_modified()

    def guarded(self, action: VerifiedAction) -> ActionResponse:
        comment = action.request.json().get("comment")
        self.note(f"guarded {comment}")
        return ActionResponse.success("Seen.")

    def note(self, line: str) -> None:
        with (self.folder / "decided.txt").open("a") as file:
            file.write(f"{line}\n")


def flask_app() -> Any:
    """A WSGI application."""
    from flask import Flask

    from amcli.service.flask import action_view, verified_action

    app, desk = Flask(__name__), Desk(folder_of_this_process())
    verified = verified_action(desk.settings.verifier())

    @app.post("/guarded")
    @verified
    def guarded(action: VerifiedAction) -> ActionResponse:
        return desk.guarded(action)

    @app.post("/guarded-async")
    @verified
    async def guarded_async(action: VerifiedAction) -> ActionResponse:
        return desk.guarded(action)

    app.post("/expenses/<number>")(action_view(desk.endpoint))
    app.post("/expenses-async/<number>", endpoint="async")(action_view(desk.async_endpoint))
    return app


def starlette_app() -> Any:
    """An ASGI application."""
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    from amcli.service.starlette import action_view, to_response, verified_request

    desk = Desk(folder_of_this_process())
    verifier = desk.settings.verifier()

    async def guarded(request: Request) -> Response:
        async with verified_request(verifier, request) as action:
            return to_response(desk.guarded(action))

    return Starlette(
        routes=[
            Route("/guarded-async", guarded, methods=["POST"]),
            Route("/expenses/{number}", action_view(desk.endpoint), methods=["POST"]),
            Route("/expenses-async/{number}", action_view(desk.async_endpoint), methods=["POST"]),
        ]
    )


def fastapi_app() -> Any:
    """An ASGI application."""
    from fastapi import Depends, FastAPI

    from amcli.service.starlette import action_view, to_response, verified_action

    app, desk = FastAPI(), Desk(folder_of_this_process())
    # What FastAPI injects must be a value here: it reads annotations when the app is made.
    verified = verified_action(desk.settings.verifier())

    def guarded(action: Any = Depends(verified)) -> Any:  # noqa: B008 - FastAPI's way
        return to_response(desk.guarded(action))

    async def guarded_async(action: Any = Depends(verified)) -> Any:  # noqa: B008 - the same
        return to_response(desk.guarded(action))

    app.post("/guarded")(guarded)
    app.post("/guarded-async")(guarded_async)
    app.post("/expenses/{number}")(action_view(desk.endpoint))
    app.post("/expenses-async/{number}")(action_view(desk.async_endpoint))
    return app


def django_wsgi() -> Any:
    """A WSGI application; Django has one configuration a process."""
    _configure_django()
    from django.core.wsgi import get_wsgi_application

    return get_wsgi_application()


def django_asgi() -> Any:
    """An ASGI application of the same."""
    _configure_django()
    from django.core.asgi import get_asgi_application

    return get_asgi_application()


def _configure_django() -> None:
    from django.conf import settings

    if settings.configured:
        return
    settings.configure(
        ROOT_URLCONF="click_urls",
        ALLOWED_HOSTS=["*"],
        SECRET_KEY="of no use",
        MIDDLEWARE=["django.middleware.csrf.CsrfViewMiddleware"],
        LOGGING_CONFIG=None,
    )
    from django.urls import path

    from amcli.service.django import action_view, verified_action

    desk = Desk(folder_of_this_process())
    verified = verified_action(desk.settings.verifier())

    @verified
    def guarded(_request: Any, action: VerifiedAction) -> ActionResponse:
        return desk.guarded(action)

    @verified
    async def guarded_async(_request: Any, action: VerifiedAction) -> ActionResponse:
        return desk.guarded(action)

    urls: Any = ModuleType("click_urls")
    urls.urlpatterns = [
        path("guarded", guarded),
        path("guarded-async", guarded_async),
        path("expenses/<number>", action_view(desk.endpoint)),
        path("expenses-async/<number>", action_view(desk.async_endpoint)),
    ]
    sys.modules["click_urls"] = urls
