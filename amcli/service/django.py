"""Clicks in Django: ``pip install "amcli[django]"``.

``verified_action`` guards a view of your own, ``action_view`` is one that does everything. Both
need no CSRF token, which Microsoft's servers cannot have: the bearer token takes its place.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from amcli.service.action_request import MAX_BODY_BYTES, body_too_long
from amcli.service.action_response import ActionResponse, RequestRefused
from amcli.service.action_verifier import ActionVerifier, VerifiedAction, refusal
from amcli.service.endpoint import ActionEndpoint

View = Callable[..., Any]


_Rest = ParamSpec("_Rest")
"""What a view takes beside the request and the VerifiedAction."""
_Guarded = Callable[Concatenate[HttpRequest, VerifiedAction, _Rest], Any]


def verified_action(
    verifier: ActionVerifier,
) -> Callable[[_Guarded[_Rest]], Callable[Concatenate[HttpRequest, _Rest], Any]]:
    """Return a decorator for views, sync or async, that take a VerifiedAction after the request.

    Without a genuine bearer token the view is not called. It may return an ActionResponse, or
    Django's own; a RequestRefused that it raises becomes its answer.
    """

    def decorate(view: _Guarded[_Rest]) -> Callable[Concatenate[HttpRequest, _Rest], Any]:
        guard = _guarded_async if inspect.iscoroutinefunction(view) else _guarded
        return _posted(wraps(view)(guard(view, verifier)))

    return decorate


def action_view(endpoint: ActionEndpoint) -> View:
    """Return the view of an endpoint, for ``path("expenses/<number>", action_view(...))``.

    It is async where a handler is. The values of its route are not looked at: what the mail was
    about says the limited-purpose token, ``click.purpose.subject``.
    """
    return _posted(_answering_async(endpoint) if endpoint.is_async else _answering(endpoint))


def to_response(answer: Any) -> Any:
    """Return an ActionResponse as Django's response, and anything else as it is."""
    if not isinstance(answer, ActionResponse):
        return answer
    return HttpResponse(answer.body, status=answer.status_code, headers=answer.headers)


def _guarded(view: View, verifier: ActionVerifier) -> View:
    def guarded(request: HttpRequest, *args: Any, **values: Any) -> Any:
        try:
            return to_response(view(request, _verified(verifier, request), *args, **values))
        except RequestRefused as refused:
            return _refused(refused, request)

    return guarded


def _guarded_async(view: View, verifier: ActionVerifier) -> View:
    async def guarded(request: HttpRequest, *args: Any, **values: Any) -> Any:
        try:
            action = await verifier.verify_async(request.headers.items(), _body(request))
            return to_response(await view(request, action, *args, **values))
        except RequestRefused as refused:
            return _refused(refused, request)

    return guarded


def _answering(endpoint: ActionEndpoint) -> View:
    def view(request: HttpRequest, **_values: Any) -> Any:
        try:
            return to_response(endpoint.answer(request.headers.items(), _body(request)))
        except RequestRefused as refused:
            return _refused(refused, request)

    return view


def _answering_async(endpoint: ActionEndpoint) -> View:
    async def view(request: HttpRequest, **_values: Any) -> Any:
        try:
            body = _body(request)
        except RequestRefused as refused:
            return _refused(refused, request)
        return to_response(await endpoint.answer_async(request.headers.items(), body))

    return view


def _posted(view: View) -> View:
    posted: View = csrf_exempt(require_POST(view))
    return posted


def _verified(verifier: ActionVerifier, request: HttpRequest) -> VerifiedAction:
    return verifier.verify(request.headers.items(), _body(request))


def _refused(refused: RequestRefused, request: HttpRequest) -> Any:
    return to_response(refusal(refused, request.headers.items()))


def _body(request: HttpRequest) -> bytes:
    content: bytes = request.read(MAX_BODY_BYTES + 1)
    if len(content) > MAX_BODY_BYTES:
        raise body_too_long()
    return content
