"""Clicks in Starlette and FastAPI: ``pip install "amcli[starlette]"`` or ``"amcli[fastapi]"``.

``verified_action`` is a dependency for FastAPI, ``verified_request`` the same for a route of
Starlette, and ``action_view`` a route that does everything. Nothing blocks the event loop.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from starlette.exceptions import HTTPException
from starlette.requests import Request  # noqa: TC002 - FastAPI reads the annotation
from starlette.responses import Response

from amcli.service.action_request import MAX_BODY_BYTES, body_too_long
from amcli.service.action_response import ActionResponse, RequestRefused
from amcli.service.action_verifier import ActionVerifier, VerifiedAction, refusal
from amcli.service.endpoint import ActionEndpoint

_OF_THE_CONTENT = frozenset({"Content-Type", "Content-Length"})


def verified_action(
    verifier: ActionVerifier,
) -> Callable[[Request], AsyncIterator[VerifiedAction]]:
    """Return a dependency: ``action: Annotated[VerifiedAction, Depends(verified_action(...))]``.

    Without a genuine bearer token the route is not called. A RequestRefused that the route
    raises becomes its answer; an ActionResponse goes out through ``to_response``.
    """

    async def dependency(request: Request) -> AsyncIterator[VerifiedAction]:
        async with verified_request(verifier, request) as action:
            yield action

    return dependency


@asynccontextmanager
async def verified_request(
    verifier: ActionVerifier, request: Request
) -> AsyncIterator[VerifiedAction]:
    """Yield who clicked, for a route: ``async with verified_request(verifier, request) as action``.

    A RequestRefused, for a bearer token that does not count or raised inside the block, leaves it
    as the HTTPException that answers the request.
    """
    try:
        body = await _body(request)
        yield await verifier.verify_async(request.headers.items(), body)
    except RequestRefused as refused:
        answer = refusal(refused, request.headers.items())
        kept = {name: v for name, v in answer.headers.items() if name not in _OF_THE_CONTENT}
        raise HTTPException(answer.status_code, answer.status, kept) from None


def action_view(endpoint: ActionEndpoint) -> Callable[[Request], Awaitable[Response]]:
    """Return the route of an endpoint, for ``app.post("/expenses/{number}")`` or ``Route``.

    What the mail was about says the limited-purpose token, ``click.purpose.subject``, and not the
    address.
    """

    async def view(request: Request) -> Response:
        try:
            body = await _body(request)
        except RequestRefused as refused:
            return to_response(refusal(refused, request.headers.items()))
        return to_response(await endpoint.answer_async(request.headers.items(), body))

    return view


def to_response(answer: ActionResponse) -> Response:
    """Return an ActionResponse as Starlette's response."""
    return Response(answer.body, answer.status_code, answer.headers)


async def _body(request: Request) -> bytes:
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MAX_BODY_BYTES:
            raise body_too_long()
    return bytes(content)
