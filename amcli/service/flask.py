"""Clicks in Flask: ``pip install "amcli[flask]"``.

``verified_action`` guards a view of your own, ``action_view`` is one that does everything. Views
and handlers may be coroutine functions, with ``flask[async]``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from flask import Response, current_app, request
from werkzeug.exceptions import RequestEntityTooLarge

from amcli.service.action_request import MAX_BODY_BYTES, body_too_long
from amcli.service.action_response import ActionResponse, RequestRefused
from amcli.service.action_verifier import ActionVerifier, VerifiedAction, refusal
from amcli.service.endpoint import ActionEndpoint

View = Callable[..., Any]


_Rest = ParamSpec("_Rest")
"""What a view takes beside the VerifiedAction."""


def verified_action(
    verifier: ActionVerifier,
) -> Callable[[Callable[Concatenate[VerifiedAction, _Rest], Any]], Callable[_Rest, Any]]:
    """Return a decorator for views that take a VerifiedAction before the values of their route.

    Without a genuine bearer token the view is not called. It may return an ActionResponse, or
    whatever Flask takes; a RequestRefused that it raises becomes its answer.
    """

    def decorate(view: Callable[Concatenate[VerifiedAction, _Rest], Any]) -> Callable[_Rest, Any]:
        @wraps(view)
        def guarded(*args: _Rest.args, **values: _Rest.kwargs) -> Any:
            try:
                action = verifier.verify(request.headers.items(), _body())
                return to_response(current_app.ensure_sync(view)(action, *args, **values))
            except RequestRefused as refused:
                return to_response(refusal(refused, request.headers.items()))

        return guarded

    return decorate


def action_view(endpoint: ActionEndpoint) -> View:
    """Return the view of an endpoint, for ``app.post("/expenses/<number>")``.

    The values of its route are not looked at: what the mail was about says the limited-purpose
    token, ``click.purpose.subject``.
    """

    def view(**_values: Any) -> Any:
        answer = endpoint.answer
        if endpoint.is_async:
            answer = current_app.ensure_sync(endpoint.answer_async)
        try:
            return to_response(answer(request.headers.items(), _body()))
        except RequestRefused as refused:
            return to_response(refusal(refused, request.headers.items()))

    view.__name__ = f"actions_{re.sub(r'[^A-Za-z0-9_]', '_', endpoint.template)}"
    return view


def to_response(answer: Any) -> Any:
    """Return an ActionResponse as Flask's response, and anything else as it is."""
    if not isinstance(answer, ActionResponse):
        return answer
    return Response(answer.body, answer.status_code, answer.headers)


def _body() -> bytes:
    request.max_content_length = MAX_BODY_BYTES
    try:
        return request.get_data()
    except RequestEntityTooLarge:
        raise body_too_long() from None
