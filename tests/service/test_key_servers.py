"""Key servers in every bad state: 503 for the user, a reason for the operator, never a forgery."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from loopback_microsoft import (
    BAD_ANSWERS,
    KEYS,
    LOGIN,
    METADATA,
    LoopbackMicrosoft,
    content,
    loopback_microsoft,
)
from token_mint import APP_ID_URI, NOW, TENANT, Mint

from amcli.seams import Clock
from amcli.service import ActionVerifier, RequestRefused, ServiceSettings
from amcli.service.action_verifier import refusal
from amcli.verify.fetch import https_fetcher
from amcli.verify.published import PublishedKeys


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoopbackMicrosoft]:
    with loopback_microsoft(tmp_path_factory.mktemp("tls")) as running:
        yield running


@pytest.fixture
def microsoft(servers: LoopbackMicrosoft, monkeypatch: pytest.MonkeyPatch) -> LoopbackMicrosoft:
    """Microsoft's servers, reached as in production: by name, through a proxy, over TLS."""
    servers.reach(monkeypatch)
    return servers


def verifier(clock: Clock = lambda: NOW, patience: float = 30) -> ActionVerifier:
    """The verifier of a service that has just started; it waits ``patience`` seconds for keys."""
    return ServiceSettings(
        audiences=(APP_ID_URI,),
        tenants=frozenset({TENANT}),
        keys=PublishedKeys(https_fetcher(timeout=patience), clock=clock),
        clock=clock,
    ).verifier()


def test_a_validator_for_each_click_is_no_request_for_each_click(
    microsoft: LoopbackMicrosoft,
) -> None:
    """Services that were written for Microsoft's sample make the validator in the handler."""
    mint, times = Mint(), {"iat": time.time(), "nbf": time.time(), "exp": time.time() + 3600}
    microsoft.publish(mint)
    program = f"""
import sys
from amcli.service import ActionableMessageTokenValidator, InvalidActionableMessageTokenError
for token in sys.stdin.read().split():
    validator = ActionableMessageTokenValidator(audiences=[{APP_ID_URI!r}], tenants=[{TENANT!r}])
    try:
        print(validator.validate_token(token, "https://api.example.com").action_performer)
    except InvalidActionableMessageTokenError:
        print("refused")
"""
    genuine, foreign = mint.token("v1", **times), Mint().token("v1", **times)
    done = subprocess.run(
        [sys.executable, "-c", program],
        input="\n".join([genuine, foreign] * 5),
        env={**microsoft.environment, "PATH": "/usr/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["adele@contoso.com", "refused"] * 5
    assert microsoft.asked == [f"{LOGIN}{METADATA}", f"{LOGIN}{KEYS}"]


def verify(ready: ActionVerifier, headers: list[tuple[str, str]], is_async: bool) -> None:
    if is_async:
        asyncio.run(ready.verify_async(headers, b"{}"))
    else:
        ready.verify(headers, b"{}")


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("name", BAD_ANSWERS)
def test_it_is_503_and_no_forgery(
    microsoft: LoopbackMicrosoft, name: str, is_async: bool, caplog: pytest.LogCaptureFixture
) -> None:
    microsoft.answers[METADATA], reason = BAD_ANSWERS[name]
    token = Mint().token("v1")
    headers = [("Authorization", f"Bearer {token}")]

    ready = verifier(patience=0.5 if name == "it hangs" else 30)
    with pytest.raises(RequestRefused) as caught:
        verify(ready, headers, is_async)
    answer = refusal(caught.value, headers)

    assert answer.status_code == 503
    assert answer.status == "Please try again in a few minutes."
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert reason in record.getMessage()
    assert token not in record.getMessage()


def test_a_thousand_tasks_on_a_cold_service_ask_once(microsoft: LoopbackMicrosoft) -> None:
    mint, ready = Mint(), verifier()
    microsoft.publish(mint)
    headers = [("Authorization", f"Bearer {mint.token('v1')}")]

    async def clicks() -> set[str | None]:
        found = await asyncio.gather(*(ready.verify_async(headers, b"{}") for _ in range(1000)))
        return {action.performer.tenant for action in found}

    assert asyncio.run(clicks()) == {TENANT}
    assert len(microsoft.asked) == 2  # the metadata and the key set


def test_retry_after_is_when_the_keys_are_read_again(microsoft: LoopbackMicrosoft) -> None:
    mint, now = Mint(), [NOW]
    ready = verifier(lambda: now[0])
    headers = [("Authorization", f"Bearer {mint.token('v1')}")]
    microsoft.answers[METADATA] = content(b"", status=500)
    seconds = []
    for _ in range(4):  # the longer they are away, the later
        with pytest.raises(RequestRefused) as caught:
            ready.verify(headers, b"{}")
        seconds.append(int(caught.value.response.headers["Retry-After"]))
        now[0] += timedelta(seconds=seconds[-1])
    microsoft.publish(mint)

    assert ready.verify(headers, b"{}").performer.tenant == TENANT
    assert seconds == sorted(set(seconds))


def test_a_key_server_that_is_back_is_believed_again(microsoft: LoopbackMicrosoft) -> None:
    mint, now = Mint(), [NOW]
    ready = verifier(lambda: now[0])
    headers = [("Authorization", f"Bearer {mint.token('v1')}")]
    microsoft.answers[METADATA] = content(b"", status=500)
    with pytest.raises(RequestRefused, match="answered 500"):
        ready.verify(headers, b"{}")

    microsoft.publish(mint)
    now[0] += timedelta(minutes=5)

    assert ready.verify(headers, b"{}").performer.tenant == TENANT
