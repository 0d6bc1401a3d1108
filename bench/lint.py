"""How long ``amcli lint`` takes, beside what else checks cards: on the same files, in one run.

Whole processes are run in turns, so that a busy moment of the machine hits all of them; the ratios
are of the same round, and medians are told. Then the linter inside a process, and how its time
grows with the number and with the size of cards.

The cards and the schema are Microsoft's (``adaptive-card.json`` 1.6.0, made loadable): all its
Adaptive Cards, most of them made for tests, and beside them those for Outlook with the built-in
templates, as people send them, in so many files that loading the program is a tenth of the time.
Without them (see AMCLI_OFFICIAL_CARDS) only what needs neither is measured; what is not installed
is left out.
Exit code 1 when check-jsonschema takes less than 25 times as long as ``amcli lint`` on the cards
that people send.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from amcli.card.document import parse_card
from amcli.linting.engine import lint
from amcli.linting.sources.cards import sources
from amcli.linting.sources.search import found_paths

LIMIT = 25
FEW_FILES, MANY_FILES = 1_300, 5_200
NUMBERS = (10, 100, 1_000, 10_000)
KILOBYTES = (1, 10, 100, 1_000)

REPOSITORY = Path(__file__).resolve().parent.parent
OFFICIAL = Path(os.environ.get("AMCLI_OFFICIAL_CARDS", REPOSITORY.parent / "shared" / "cards"))
SCHEMA = OFFICIAL / "official-adaptive-card-1.6.0.json"
ORIGINATOR = "0f5b2c1e-6a4d-4f1b-9c55-2f3f0f3d7a10"
AMCLI = "amcli lint"
CHECK_JSONSCHEMA = "check-jsonschema"

JSONSCHEMA_ALONE = """
import json, pathlib, sys
from jsonschema.validators import validator_for
schema = json.loads(pathlib.Path(sys.argv[1]).read_bytes())
validator = validator_for(schema)(schema)
for name in sys.argv[2:]:
    list(validator.iter_errors(json.loads(pathlib.Path(name).read_bytes())))
"""


class Took(NamedTuple):
    """How long a whole process took, and how long processors worked for it."""

    seconds: float
    busy: float


def main() -> int:
    """Print the tables and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3, help="of whole processes; default: 3")
    rounds = parser.parse_args().rounds
    ratio = None
    if SCHEMA.is_file():
        print(f"{processors()} processors, {rounds} rounds\n")
        whole_processes("all Adaptive Cards of Microsoft", official_cards(), FEW_FILES, rounds)
        sent = "those for Outlook, and the built-in templates"
        ratio = whole_processes(sent, sent_cards(), MANY_FILES, rounds)
    else:
        print(f"side by side: left out, {SCHEMA} is not there; set AMCLI_OFFICIAL_CARDS")
    inside()
    growth()
    if ratio is None:
        return 0
    print(f"\n{CHECK_JSONSCHEMA}: {ratio:.1f} times as long, at least {LIMIT} is wanted")
    return 0 if ratio >= LIMIT else 1


def whole_processes(
    what: str, cards: list[dict[str, Any]], files: int, rounds: int
) -> float | None:
    """Print whole processes side by side; return how much longer check-jsonschema takes."""
    with tempfile.TemporaryDirectory() as path:
        folder = Path(path)
        names = write_copies(cards, files, folder)
        size = sum((folder / name).stat().st_size for name in names) / 1e6
        print(f"{what}: {len(cards)}, as {len(names)} files, {size:.1f} MB")
        times = in_turns(commands(names), folder, rounds)
    ratios: dict[str, float] = {}
    for name, found in times.items():
        pairs = zip(found, times[AMCLI], strict=True)
        ratios[name] = statistics.median(its.seconds / ours.seconds for its, ours in pairs)
        median = statistics.median(took.seconds for took in found)
        busy = statistics.median(took.busy for took in found)
        speed = f"{median:7.2f} s {len(names) / median:7.0f} a second {ratios[name]:6.2f}x"
        print(f"{name:32} {speed} {busy:7.2f} s of processors")
    print()
    return ratios.get(CHECK_JSONSCHEMA)


def processors() -> int:
    """Return how many processors this process may use."""
    can_tell = hasattr(os, "sched_getaffinity")
    return len(os.sched_getaffinity(0)) if can_tell else os.cpu_count() or 1


def commands(names: list[str]) -> dict[str, list[str]]:
    """Return what is run, by name; says what is not installed."""
    found = {AMCLI: [program("amcli") or "amcli", "lint", "."]}
    if check := program("check-jsonschema"):
        found[CHECK_JSONSCHEMA] = [check, "--schemafile", str(SCHEMA), *names]
    found["jsonschema alone"] = [sys.executable, "-c", JSONSCHEMA_ALONE, str(SCHEMA), *names]
    if ajv := program("ajv"):
        plain = [ajv, "validate", "--strict=false", "-s", str(SCHEMA), "-d", "*.json"]
        found["ajv-cli, first error of a card"] = plain
        found["ajv-cli, all errors"] = [*plain, "--all-errors"]
    return found


def program(name: str) -> str | None:
    """Return the path of a program of ``make bench`` or of anybody; says so when there is none."""
    beside = Path(sys.executable).parent
    others = beside.parent / "bench"
    places = [beside, others / "bin", others / "node_modules" / ".bin", os.environ["PATH"]]
    found = shutil.which(name, path=os.pathsep.join(map(str, places)))
    if found is None:
        print(f"{name}: left out, it is not installed")
    return found


def in_turns(todo: dict[str, list[str]], folder: Path, rounds: int) -> dict[str, list[Took]]:
    """Return how long each command took in each round, after one of amcli that does not count."""
    run([program("amcli") or "amcli", "lint", "."], folder)  # compiles what is not compiled yet
    times: dict[str, list[Took]] = {name: [] for name in todo}
    for _ in range(rounds):
        for name, command in todo.items():
            before = os.times()
            took = seconds(lambda command=command: run(command, folder))
            after = os.times()
            user, system = (after[n] - before[n] for n in (2, 3))  # of processes that have ended
            times[name].append(Took(took, user + system))
    return times


def run(command: list[str], folder: Path) -> None:
    """Run a program to its end; raises when it did not get to judging the cards."""
    compiled = {
        name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
    }
    done = subprocess.run(command, cwd=folder, env=compiled, capture_output=True, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"{command[0]} failed: {done.stderr.decode()[-500:]}")


def seconds(act: Callable[[], object]) -> float:
    """Return how long it took."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def inside() -> None:
    """Print how many cards a second the linter does inside a process, without reading files."""
    cards = official_cards() or [card(10_000)]
    texts = [json.dumps(value) for value in cards]
    documents = [parse_card(text, "card.json") for text in texts]
    for name, act in {
        "lint": lambda: [lint(document) for document in documents],
        "parse and lint": lambda: [lint(parse_card(text, "card.json")) for text in texts],
    }.items():
        act()
        median = statistics.median(seconds(act) for _ in range(9))
        print(f"inside a process, {name:15} {len(texts) / median:7.0f} cards a second")


def growth() -> None:
    """Print how the time grows with the number of files, and with the size of a card."""
    print("\namcli lint, whole process      cards   seconds   ms a card")
    with tempfile.TemporaryDirectory() as folder:
        for number in NUMBERS:
            write_cards(Path(folder), number)
            took = seconds(lambda: run([program("amcli") or "amcli", "lint", "."], Path(folder)))
            print(f"{number:36,} {took:9.2f} {took / number * 1000:11.2f}")
    print("\nparse and lint one card           KB        ms     ms a KB   findings")
    for what, broken in {"sound": False, "a mistake in each element": True}.items():
        for kilobytes in KILOBYTES:
            text = json.dumps(card(kilobytes * 1000, broken=broken))
            findings, took = judged(text)
            size = len(text) / 1000
            print(f"{what:30} {size:6,.0f} {took:9.2f} {took / size:11.3f} {findings:10,}")


def judged(text: str) -> tuple[int, float]:
    """Return how many findings a card has, and the milliseconds that it took to find them."""
    found = lint(parse_card(text, "card.json"))
    times = [seconds(lambda: lint(parse_card(text, "card.json"))) for _ in range(3)]
    return len(found), min(times) * 1000


def official_cards(folders: str = "*/*") -> list[dict[str, Any]]:
    """Return Microsoft's Adaptive Cards."""
    found = [json.loads(path.read_bytes()) for path in sorted(OFFICIAL.glob(f"{folders}/*.json"))]
    return [value for value in found if value.get("type") == "AdaptiveCard"]


def sent_cards() -> list[dict[str, Any]]:
    """Return Adaptive Cards as they are sent: Microsoft's for Outlook, and the templates'."""
    made = [
        card.load().value
        for found in found_paths(str(REPOSITORY / "templates"))
        for source in sources(found)
        for card in source.cards
    ]
    return [*official_cards("outlook/*"), *(v for v in made if v.get("type") == "AdaptiveCard")]


def write_copies(values: list[dict[str, Any]], files: int, folder: Path) -> list[str]:
    """Write them again and again, each time with other texts, until there are enough files."""
    names = []
    for number in range(files):
        turn, index = divmod(number, len(values))
        names.append(f"{number:04}.json")
        text = json.dumps(numbered(values[index], turn), indent=2)
        (folder / names[-1]).write_text(text, encoding="utf-8")
    return names


def numbered(value: Any, turn: int) -> Any:
    """Return the value with a number behind every text and title."""
    if isinstance(value, list):
        return [numbered(item, turn) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: f"{item} {turn}"
        if name in {"text", "title"} and isinstance(item, str)
        else numbered(item, turn)
        for name, item in value.items()
    }


def write_cards(folder: Path, number: int) -> None:
    """Write this many cards of 2 KB."""
    for index in range(number):
        text = json.dumps(card(2_000, index))
        (folder / f"{index}.json").write_text(text, encoding="utf-8")


def card(size: int, start: int = 0, *, broken: bool = False) -> dict[str, Any]:
    """Return a card of about this many bytes, with or without mistakes."""
    body: list[dict[str, Any]] = []
    for element in elements(start, broken=broken):
        if size <= 0:
            break
        body.append(element)
        size -= len(json.dumps(element))
    return {"type": "AdaptiveCard", "version": "1.0", "originator": ORIGINATOR, "body": body}


def elements(start: int, *, broken: bool) -> Iterator[dict[str, Any]]:
    """Yield elements without end; a broken one has a misspelt property."""
    colour = "colour" if broken else "color"
    number = start
    while True:
        number += 1
        yield {"type": "TextBlock", "text": f"Expense **{number}**", colour: "good", "wrap": True}
        yield {
            "type": "Container",
            "items": [{"type": "TextBlock", "text": f"Row {number}", colour: "accent"}],
        }
        yield {"type": "FactSet", "facts": [{"title": "Amount", "value": f"{number} EUR"}]}
        yield {"type": "ColumnSet", "columns": [{"items": [{"type": "TextBlock", "text": "a"}]}]}


if __name__ == "__main__":
    sys.exit(main())
