"""A click over real HTTP on loopback: what is posted, and how the answer is read."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from amcli.card.document import CardDocument, CardKind
from amcli.errors import NetworkError, NothingFound, UsageError
from amcli.outlook.click import ClickOutcome, click
from amcli.outlook.http import HttpRequest, HttpResponse, loopback
from amcli.secrets import Secret

TOKEN = Secret("aaa.bbb.ccc")
NEW_CARD = {"type": "AdaptiveCard", "version": "1.0", "body": []}

Answer = Callable[[BaseHTTPRequestHandler], None]


def card(**action: Any) -> CardDocument:
    value = {
        "type": "AdaptiveCard",
        "version": "1.0",
        "correlationId": "c-1",
        "body": [{"type": "Input.Text", "id": "comment", "value": "nothing typed"}],
        "actions": [
            {
                "type": "Action.Http",
                "title": "Approve",
                "id": "ok",
                "method": "POST",
                "url": "https://actions.example/expenses/1",
                "body": '{"comment": "{{comment.value}}"}',
                **action,
            }
        ],
    }
    return CardDocument(value, CardKind.ADAPTIVE, "test card")


@contextmanager
def server(answer: Answer) -> Iterator[tuple[str, int]]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer(self)

        def log_message(self, *_args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield "127.0.0.1", running.server_address[1]
        finally:
            running.shutdown()
            thread.join()


def answering(headers: dict[str, str], body: bytes = b"", status: int = 200) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.rfile.read(int(request.headers["Content-Length"]))
        request.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)

    return answer


def clicked(answer: Answer, clicked_card: CardDocument | None = None) -> ClickOutcome:
    with server(answer) as address:
        return click(clicked_card or card(), "ok", token=TOKEN, send=loopback(*address))


def test_what_microsoft_posts() -> None:
    seen: dict[str, Any] = {}

    def note(request: BaseHTTPRequestHandler) -> None:
        seen.update({name.lower(): value for name, value in request.headers.items()})
        seen["path"] = request.path
        seen["body"] = json.loads(request.rfile.read(int(request.headers["Content-Length"])))
        request.send_response(200)
        request.send_header("Content-Length", "0")
        request.end_headers()

    with server(note) as address:
        typed = {"comment": 'fine, "really"'}
        click(card(), "approve", token=TOKEN, send=loopback(*address), inputs=typed)

    assert seen["path"] == "/expenses/1"
    assert seen["host"] == "actions.example"
    assert seen["authorization"] == "Bearer aaa.bbb.ccc"
    assert seen["content-type"] == "application/json"
    assert seen["card-correlation-id"] == "c-1"
    assert len(seen["action-request-id"]) == 36
    assert seen["body"] == {"comment": 'fine, "really"'}


def test_an_odd_button_is_no_harm_to_the_others() -> None:
    odd = card(id="odd", title="Odd", method="PUT")
    odd.value["actions"].append(card().value["actions"][0])

    assert clicked(answering({}), odd).carried_out
    with pytest.raises(UsageError, match="/actions/0: Outlook sends GET and POST, not 'PUT'"):
        click(odd, "odd", token=TOKEN, send=loopback("127.0.0.1", 1))


def test_the_id_of_a_click_comes_from_the_random_source() -> None:
    with server(answering({})) as address:
        outcome = click(
            card(), "ok", token=TOKEN, send=loopback(*address), random=lambda count: b"\7" * count
        )

    assert headers_of(outcome)["Action-Request-Id"] == "07070707-0707-4707-8707-070707070707"


def headers_of(outcome: ClickOutcome) -> dict[str, str]:
    return dict(outcome.request.headers)


def test_a_card_that_takes_the_authorization_header_gets_the_token_in_the_other() -> None:
    taking = card(headers=[{"name": "Authorization", "value": ""}])

    sent = headers_of(clicked(answering({}), taking))

    assert sent["Authorization"] == ""
    assert sent["Action-Authorization"] == "Bearer aaa.bbb.ccc"


def test_a_card_cannot_set_the_connections_own_headers() -> None:
    smuggling = card(
        headers=[{"name": "Content-Length", "value": "0"}, {"name": "Host", "value": "x"}]
    )

    sent = headers_of(clicked(answering({}), smuggling))

    assert "Content-Length" not in sent
    assert sent["Host"] == "actions.example"


def test_an_input_that_nobody_touched_has_its_default() -> None:
    assert json.loads(clicked(answering({})).request.body) == {"comment": "nothing typed"}


def test_a_refresh_card_takes_the_old_ones_place() -> None:
    headers = {"CARD-ACTION-STATUS": "Approved.", "CARD-UPDATE-IN-BODY": "true"}

    outcome = clicked(answering(headers, json.dumps(NEW_CARD).encode()))

    assert outcome.carried_out
    assert outcome.shown == "Approved."
    assert outcome.card is not None
    assert outcome.card.value == NEW_CARD
    assert outcome.notes == ()


@pytest.mark.parametrize(
    ("headers", "body", "note"),
    [
        ({"CARD-UPDATE-IN-BODY": "True"}, json.dumps(NEW_CARD).encode(), "only 'true' counts"),
        ({"CARD-UPDATE-IN-BODY": "true"}, b"<html>", "not JSON"),
        ({"CARD-UPDATE-IN-BODY": "true"}, b'{"card": {}}', "not a card"),
        ({}, b"", "no CARD-ACTION-STATUS"),
    ],
)
def test_what_is_wrong_with_an_answer_is_noted(
    headers: dict[str, str], body: bytes, note: str
) -> None:
    outcome = clicked(answering(headers, body))

    assert outcome.card is None
    assert note in "\n".join(outcome.notes)


def test_without_a_status_line_outlook_says_its_own() -> None:
    outcome = clicked(answering({}, status=401))

    assert not outcome.carried_out
    assert outcome.shown.startswith("The remote endpoint returned an error (HTTP '401').")


def test_a_message_cards_button_is_clicked_the_same_way() -> None:
    value = {
        "@type": "MessageCard",
        "potentialAction": [
            {
                "@type": "ActionCard",
                "name": "Reject",
                "inputs": [{"@type": "TextInput", "id": "why"}],
                "actions": [
                    {
                        "@type": "HttpPOST",
                        "name": "Send",
                        "target": "https://a.example/",
                        "body": "why={{why.value}}",
                        "bodyContentType": "application/x-www-form-urlencoded",
                    }
                ],
            }
        ],
    }
    message_card = CardDocument(value, CardKind.MESSAGE, "test card")
    with server(answering({})) as address:
        outcome = click(
            message_card, "send", token=TOKEN, send=loopback(*address), inputs={"why": "a&b"}
        )

    assert outcome.request.body == b"why=a%26b"


def never(_request: HttpRequest) -> HttpResponse:
    raise AssertionError("nothing may be sent")


@pytest.mark.parametrize(
    ("clicked_card", "action", "inputs", "error"),
    [
        (card(), "Refuse", {}, NothingFound),
        (card(), "ok", {"coment": "x"}, UsageError),
        (card(url="http://actions.example/"), "ok", {}, UsageError),
        (card(method="DELETE"), "ok", {}, UsageError),
    ],
    ids=["no such action", "no such input", "plain http", "another method"],
)
def test_a_click_that_outlook_would_not_make(
    clicked_card: CardDocument, action: str, inputs: dict[str, str], error: type[Exception]
) -> None:
    with pytest.raises(error):
        click(clicked_card, action, token=TOKEN, send=never, inputs=inputs)


def test_two_actions_of_one_name_are_told_apart_by_id() -> None:
    value = card().value
    twins = {**value, "actions": [{**value["actions"][0], "id": i} for i in ("a", "b")]}
    with pytest.raises(UsageError, match="/actions/0, /actions/1"):
        click(CardDocument(twins, CardKind.ADAPTIVE, "c"), "Approve", token=TOKEN, send=never)


def test_an_answer_without_end_is_cut_off() -> None:
    with pytest.raises(NetworkError, match="1024 KiB"):
        clicked(answering({}, b" " * (1024 * 1024 + 1)))


def test_nobody_there_says_so_and_keeps_the_token_to_itself() -> None:
    with server(answering({})) as address:
        pass
    with pytest.raises(NetworkError) as caught:
        click(card(), "ok", token=TOKEN, send=loopback(*address, timeout_seconds=1))
    assert "aaa" not in str(caught.value)


def test_only_this_machine_is_reached() -> None:
    with pytest.raises(UsageError, match="not on this machine"):
        loopback("192.0.2.1", 80)


def test_a_request_shows_its_token_only_where_asked() -> None:
    request = clicked(answering({})).request

    assert "aaa" not in repr(request)
    assert b"Authorization: Bearer aaa.bbb.ccc\r\n" in request.as_bytes()
