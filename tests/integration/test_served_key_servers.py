"""Key servers in every bad state, behind a service that runs under a real web server."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from click_service import Answer, ClickService
from loopback_microsoft import BAD_ANSWERS, loopback_microsoft
from served_clicks import running

from amcli.outlook.issuer import LocalIssuer

pytestmark = pytest.mark.integration

_GUNICORN = ["gunicorn", "--threads", "8", "--bind", "fd://{fd}"]
SERVERS = {
    "gunicorn, Flask": [*_GUNICORN, "click_apps:flask_app()"],
    "uvicorn, FastAPI": ["uvicorn", "--factory", "--fd", "{fd}", "click_apps:fastapi_app"],
}


def service_of(folder: Path, tenants: list[str]) -> ClickService:
    """A service that reads Microsoft's keys, for several tenants."""
    service = ClickService.create(folder)
    trust = (folder / "amcli.toml").read_text().replace('jwks = "keys.json"\n', "")
    trust = trust.replace(f'["{service.issuer.tenant}"]', json.dumps(tenants))
    (folder / "amcli.toml").write_text(trust)
    return service


@pytest.mark.parametrize("name", SERVERS)
def test_each_is_503_for_the_user_and_a_reason_for_the_operator(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each tenant's keys are behind another trouble, so that all of them are met at once."""
    issuers = {trouble: LocalIssuer.create() for trouble in BAD_ANSWERS}
    (tmp_path / "tls").mkdir()
    with loopback_microsoft(tmp_path / "tls") as microsoft:
        for trouble, issuer in issuers.items():
            place = f"/{issuer.tenant}/.well-known/openid-configuration"
            microsoft.answers[place] = BAD_ANSWERS[trouble][0]
        microsoft.reach(monkeypatch)
        service = service_of(tmp_path, [issuer.tenant for issuer in issuers.values()])
        with running(SERVERS[name], service) as server:

            def click(trouble: str) -> Answer:
                bearer = replace(service, issuer=issuers[trouble]).bearer()[0]
                return server.post([bearer, ("Action-Request-Id", trouble)], service.body())

            with ThreadPoolExecutor(len(issuers)) as pool:
                answers = dict(zip(issuers, pool.map(click, issuers), strict=True))
    logged = server.log.read_text()

    for trouble, answer in answers.items():
        (line,) = [x for x in logged.splitlines() if f"action-request-id={trouble}]" in x]
        assert (answer.status, answer.shown) == (503, "Please try again in a few minutes.")
        assert int(answer.headers["retry-after"]) > 0
        assert line.startswith("ERROR amcli.service click answered 503")
        assert f"/{issuers[trouble].tenant}/" in line
        assert BAD_ANSWERS[trouble][1] in line
    assert "eyJ" not in logged
    assert service.decided == []
