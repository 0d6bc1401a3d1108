"""The frame of the command line: help, version, misspelt names, completion, pipes and Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import click
import pytest
from token_mint import Mint

from amcli import __version__
from amcli.cli import run
from amcli.cli.group import COMMANDS, root
from amcli.cli.session import Session
from amcli.printable import printable

AMCLI = [sys.executable, "-m", "amcli"]


def leaf_commands() -> list[tuple[str, click.Command]]:
    """Every command with its full name; ``keygen card`` and not ``keygen``."""
    context = click.Context(root, obj=Session())
    found = []
    for entry in COMMANDS:
        command = root.get_command(context, entry.name)
        assert command is not None
        inner = command.commands if isinstance(command, click.Group) else {}
        found += [(f"{entry.name} {name}", child) for name, child in inner.items()]
        found += [] if inner else [(entry.name, command)]
    return found


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, **more}


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["-h"]) == 0

    shown = capsys.readouterr().out
    assert all(f"\n  {entry.name} " in shown for entry in COMMANDS)


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"amcli {__version__}\n"


@pytest.mark.parametrize("called", [entry.name for entry in COMMANDS])
def test_a_call_loads_the_file_of_its_own_command_only(called: str) -> None:
    code = (
        "import sys; from amcli.cli import run; from amcli.cli.group import COMMANDS\n"
        f"run([{called!r}, '-h'])\n"
        "print([e.name for e in COMMANDS if e.module in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == str([called])


@pytest.mark.parametrize(("name", "command"), leaf_commands())
def test_every_command_has_a_help_page_with_examples(
    name: str, command: click.Command, capsys: pytest.CaptureFixture[str]
) -> None:
    for flag in ("-h", "--help"):
        assert run([*name.split(), flag]) == 0

    shown = capsys.readouterr().out
    assert f"Usage: amcli {name}" in shown
    assert f"\n  amcli {name}" in shown.split("Examples:")[1]
    shown_params = [p for p in command.params if not getattr(p, "hidden", False)]
    assert all(p.get_help_record(click.Context(command)) for p in shown_params)


@pytest.mark.parametrize(("name", "command"), leaf_commands())
def test_arguments_are_explained_once_and_not_among_the_options(
    name: str, command: click.Command, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [param for param in command.params if isinstance(param, click.Argument)]
    assert run([*name.split(), "-h"]) == 0

    before, _, options = capsys.readouterr().out.partition("\nOptions:\n")
    for argument in arguments:
        assert argument.help
        assert f"\n  {argument.metavar}  " in before
        assert f"\n  {argument.metavar}  " not in options


def test_no_summary_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    for group in ("config", "keygen"):
        assert run([group, "-h"]) == 0
        assert "..." not in capsys.readouterr().out.replace("AMCLI_... ", "").split("Commands:")[1]


@pytest.mark.parametrize("entry", COMMANDS, ids=lambda e: e.name)
def test_the_list_says_what_the_command_says(entry: Any) -> None:
    command = root.get_command(click.Context(root), entry.name)

    assert command is not None
    assert (command.help or "").strip().startswith(entry.summary.rstrip("."))


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (["rendr"], "'render'"),
        (["config", "shwo"], "'show'"),
        (["config", "show", "--profil", "x"], "'--profile'"),
        (["send", "--smpt", "x"], "'--smtp'"),
    ],
)
def test_a_misspelt_name_is_answered_with_the_right_one(
    arguments: list[str], meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2

    shown = capsys.readouterr().err
    assert "Did you mean" in shown
    assert meant in shown


@pytest.mark.parametrize("arguments", [["rendr", "--json"], ["lint", "--json", "--bogus"]])
def test_a_usage_error_is_json_too_when_json_was_asked_for(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2

    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is False
    assert answer["exit_code"] == 2
    assert answer["error"]["message"].startswith("No such ")


def test_debug_works_on_both_sides_of_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--config", "missing.toml", "config", "show"]

    for call, traced in (
        (arguments, False),
        ([*arguments, "--debug"], True),
        (["--debug", *arguments], True),
    ):
        assert run(call) == 2
        assert ("Traceback" in capsys.readouterr().err) is traced


def test_control_characters_of_an_input_never_reach_the_terminal() -> None:
    assert printable("a\x1b[31mé\n\u202e") == "a\\u001b[31mé\n\\u202e"


@pytest.mark.parametrize(("shell", "sign"), [
    ("bash", "complete -o nosort -F _amcli_completion amcli"),
    ("zsh", "#compdef amcli"),
    ("fish", "complete --no-files --command amcli"),
    ("powershell", "Register-ArgumentCompleter"),
])  # fmt: skip
def test_the_shells_get_their_completion_script(shell: str, sign: str) -> None:
    done = subprocess.run(
        AMCLI, env=environment(_AMCLI_COMPLETE=f"{shell}_source"), capture_output=True, text=True,
        check=True,
    )  # fmt: skip

    assert sign in done.stdout


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("amcli re", "plain,render"),
        ("amcli config sh", "plain,show"),
        ("amcli --prof", "plain,--profile"),
        ("amcli config show --js", "plain,--json"),
        ("amcli --config am", "file,am"),
        ("amcli render surv", "file,surv plain,survey"),
        ("amcli lint mine", "file,mine plain,mine-too"),
        ("amcli lint x --ignore AM90", " ".join(f"plain,AM90{n}" for n in range(1, 10))),
        ("amcli lint x --ignore missing-al", "plain,missing-alt-text"),
        ("amcli lint x --select AM601,missing-al", "plain,AM601,missing-alt-text"),
        ("amcli lint x --target win", "plain,windows"),
        ("amcli send x --allow missing-al", "plain,missing-alt-text"),
        ("amcli rule missing-al", "plain,missing-alt-text"),
        ("amcli schema co", "plain,config"),
        ("amcli --profile pro", "plain,production"),
        ("amcli sign --profile pro", "plain,production"),
    ],
)
def test_completion_knows_commands_options_and_names(
    words: str, offered: str, tmp_path: Path
) -> None:
    (tmp_path / "amcli.toml").write_text("[profile.production.smtp]\nport = 26\n")
    (tmp_path / "templates" / "mine-too").mkdir(parents=True)
    (tmp_path / "templates" / "mine-too" / "template.toml").touch()
    place = str(len(words.split()) - 1)
    done = subprocess.run(
        AMCLI,
        env=environment(_AMCLI_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=place),
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert done.stdout.splitlines() == offered.split()


def test_completion_says_nothing_of_a_broken_amcli_toml(tmp_path: Path) -> None:
    (tmp_path / "amcli.toml").write_text("[")
    for words in ("amcli --profile pro", "amcli render surv"):
        done = subprocess.run(
            AMCLI, cwd=tmp_path, capture_output=True, text=True, check=True,
            env=environment(_AMCLI_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD="2"),
        )  # fmt: skip
        assert done.stderr == ""


def test_completion_offers_every_command() -> None:
    done = subprocess.run(
        AMCLI,
        env=environment(_AMCLI_COMPLETE="zsh_complete", COMP_WORDS="amcli ", COMP_CWORD="1"),
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert [line for line in done.stdout.splitlines()[1::3] if not line.startswith("-")] == [
        entry.name for entry in COMMANDS
    ]


def test_a_reader_that_goes_away_is_no_error() -> None:
    process = subprocess.Popen([*AMCLI, "-h"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    with process.stderr as stream:
        assert stream.read() == b""
    assert process.wait() == 0


needs_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")


@needs_full
@pytest.mark.parametrize("arguments", ["-h", "templates", "templates --json", "render survey -q"])
def test_a_full_disk_is_said_without_a_traceback(arguments: str) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*AMCLI, *arguments.split()], stdout=full, stderr=subprocess.PIPE, check=False
        )

    assert done.returncode == 4
    said = done.stderr.removeprefix(b"amcli: nothing was rendered: ").removeprefix(b"amcli: ")
    assert said == b"the output cannot be written: No space left on device\n"


@needs_full
def test_notes_that_cannot_be_written_stop_nothing() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*AMCLI, "render", "survey"], stdout=subprocess.PIPE, stderr=full, check=False
        )

    assert done.returncode == 0
    assert json.loads(done.stdout)["type"] == "AdaptiveCard"


@needs_full
@pytest.mark.parametrize(
    ("arguments", "made"),
    [
        ("keygen purpose -o keys", "the key is in keys"),
        ("keygen card -o keys --json", "the key is in keys"),
        ("new keys", "the project is in keys"),
        ("sign survey --key ../{key} --sender a@b.example --to a@b.example --originator x -o keys "
         "--json", "keys was written"),
    ],
)  # fmt: skip
def test_what_has_happened_is_not_denied_when_the_answer_cannot_be_written(
    arguments: str, made: str, tmp_path: Path
) -> None:
    assert run(["keygen", "card", "-o", str(tmp_path), "-q"]) == 0
    (tmp_path / "here").mkdir()
    call = arguments.format(key="card-private.pem").split()
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*AMCLI, *call, "-q"], cwd=tmp_path / "here", stdout=full, stderr=subprocess.PIPE,
            text=True, check=False,
        )  # fmt: skip

    assert (tmp_path / "here" / "keys").exists()
    assert done.returncode == 4
    assert done.stderr == (
        f"amcli: {made}, but the output cannot be written: No space left on device\n"
    )


@pytest.mark.parametrize("arguments", ["-h", "templates", "render survey -q"])
def test_no_standard_output_at_all_is_no_error(arguments: str) -> None:
    done = subprocess.run(
        ["sh", "-c", f'"{sys.executable}" -m amcli {arguments} >&-'],
        capture_output=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, b"")


def test_no_standard_input_at_all_is_an_empty_one() -> None:
    done = subprocess.run(
        ["sh", "-c", f'"{sys.executable}" -m amcli lint - <&-'], capture_output=True, check=False
    )

    assert done.returncode == 4
    assert b"empty" in done.stderr + done.stdout


@pytest.mark.skipif(not Path("/dev/stdin").exists(), reason="needs /dev/stdin")
def test_ctrl_c_while_a_command_runs(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*AMCLI, "--config", "/dev/stdin", "config", "show"],
        cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        # What runs in the background ignores Ctrl-C, and so would this process.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )  # fmt: skip
    waiting_for_the_pipe(process.pid)

    process.send_signal(signal.SIGINT)

    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (130, b"", b"amcli: interrupted\n")


def waiting_for_the_pipe(pid: int) -> None:
    """Return when the process sleeps in reading the pipe, or later where no kernel tells."""
    kernel = Path(f"/proc/{pid}/wchan")
    for turn in range(600):
        time.sleep(0.05)
        told = kernel.read_text() if kernel.exists() else ""
        if "pipe" in told or (turn >= 40 and not told.strip("0")):
            return


def test_ctrl_c_while_amcli_is_loading(tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text("raise KeyboardInterrupt")

    done = subprocess.run(
        [*AMCLI, "-h"], env=environment(PYTHONPATH=str(tmp_path)), capture_output=True, check=False
    )

    assert (done.returncode, done.stderr) == (130, b"")


@pytest.mark.parametrize(
    ("variables", "coloured"),
    [({}, False), ({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)],
)
@pytest.mark.parametrize("arguments", ["lint card.json", "decode-token @token.txt", "templates"])
def test_colour_is_for_terminals_unless_told_otherwise(
    variables: dict[str, str], coloured: bool, arguments: str, tmp_path: Path
) -> None:
    (tmp_path / "card.json").write_text('{"type": "AdaptiveCard", "version": "1.0", "body": []}')
    (tmp_path / "token.txt").write_text(Mint().token("v1"))

    done = subprocess.run(
        [*AMCLI, *arguments.split()],
        cwd=tmp_path, env=environment(**variables), capture_output=True, check=False,
    )  # fmt: skip

    assert (b"\x1b[" in done.stdout) is coloured
