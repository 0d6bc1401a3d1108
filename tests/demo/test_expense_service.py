"""The demo's web service over real HTTP: what it takes and what it turns away."""

from __future__ import annotations

import http.client
from collections.abc import Iterator

import pytest

from amcli.demo.expense_service import serving
from amcli.service import ActionResponse


class Echo:
    """Stands where the endpoint stands, and answers with the length of the body."""

    def answer(self, _headers: object, body: bytes) -> ActionResponse:
        return ActionResponse.success(f"{len(body)} bytes")


@pytest.fixture
def connection() -> Iterator[http.client.HTTPConnection]:
    with serving(Echo()) as (host, port):  # type: ignore[arg-type]  # a stand-in
        client = http.client.HTTPConnection(host, port, timeout=5)
        yield client
        client.close()


def test_the_endpoints_answer_goes_out_as_it_is(connection: http.client.HTTPConnection) -> None:
    connection.request("POST", "/expenses/1", b"12345")
    answer = connection.getresponse()

    assert (answer.status, answer.getheader("CARD-ACTION-STATUS")) == (200, "5 bytes")
    assert answer.read() == b"{}"


@pytest.mark.parametrize(
    ("length", "status"),
    [(None, 411), ("many", 411), ("-1", 411), ("999999999", 413), ("9" * 5000, 413)],
)
def test_a_body_of_unknown_or_absurd_length_is_not_read(
    connection: http.client.HTTPConnection, length: str | None, status: int
) -> None:
    connection.putrequest("POST", "/")
    if length is not None:
        connection.putheader("Content-Length", length)
    connection.endheaders()

    assert connection.getresponse().status == status


def test_only_post_is_an_action(connection: http.client.HTTPConnection) -> None:
    connection.request("GET", "/expenses/1")

    assert connection.getresponse().status == 501
