"""The examples as their READMEs say to run them in production: several processes, one answer."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from example_service import ADELE, EXAMPLES, PATTI, running

from amcli.outlook.issuer import Person

pytestmark = pytest.mark.integration


def line_of_readme(name: str, program: str) -> str:
    readme = (EXAMPLES / name / "README.md").read_text("utf-8")
    (line,) = re.findall(rf"^{program} .*$", readme, re.MULTILINE)
    return str(line)


def production_command(name: str, server: str, port_option: list[str]) -> list[str]:
    """The README's line, run by this Python, on a port of its own."""
    return [sys.executable, "-m", *shlex.split(line_of_readme(name, server)), *port_option]


@pytest.mark.parametrize("name", ["expense-approval", "group-join"])
def test_nobody_but_microsoft_can_click_and_the_log_says_why(
    tmp_path: Path, name: str, required_program: Callable[[str], str]
) -> None:
    curl = shlex.split(line_of_readme(name, "curl"))
    with running(name, tmp_path) as service:
        here = [word.replace(":8000/", f":{service.port}/") for word in curl[1:]]
        done = subprocess.run(
            [required_program("curl"), "-s", *here], capture_output=True, text=True, check=True
        )

    assert " 401 " in done.stdout.splitlines()[0]
    assert "click answered 401: no bearer token" in service.log.read_text()


@pytest.mark.parametrize(
    ("name", "server", "port_option", "template", "action", "who"),
    [
        pytest.param(
            "expense-approval", "gunicorn", ["--bind", "127.0.0.1:{port}"],
            "expense-decision", "Approve", ADELE, id="gunicorn",
        ),
        pytest.param(
            "group-join", "uvicorn", ["--port", "{port}"],
            "join-request", "Accept", PATTI, id="uvicorn",
        ),
    ],
)  # fmt: skip
def test_a_double_click_meets_several_processes_and_gets_one_answer(
    tmp_path: Path,
    name: str,
    server: str,
    port_option: list[str],
    template: str,
    action: str,
    who: Person,
) -> None:
    command = production_command(name, server, port_option)
    with running(name, tmp_path, command) as service:
        sample = service.folder / "templates" / template / "sample.json"
        card = service.mail(template, sample, who)
        with ThreadPoolExecutor(6) as pool:
            clicks = [pool.submit(service.click, card, action, who) for _ in range(6)]
        answers = {(c.result().response.status, c.result().response.body) for c in clicks}
        forbidden = service.click(card, action, Person.create("lee.gu@contoso.com", "Lee Gu"))

    assert len(answers) == 1
    assert next(iter(answers))[0] == 200
    assert forbidden.response.status == 403
    log = service.log.read_text()
    assert re.search("click answered 403: .*: the performer is not the recipient", log)
