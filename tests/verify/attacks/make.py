"""Write the corpus of false tokens, and of genuine ones, for any validator.

    python tests/verify/attacks/make.py FOLDER

makes ``keys.json`` (the key set that a validator has to trust), ``false.jsonl`` and
``genuine.jsonl``: a JSON object on each line with ``name``, ``kind`` and ``token``, the false ones
also with ``check``, what is wrong with them. The keys are new each time, and the times are those
of ``token_mint``: a validator has to judge as of 2026-10-01 09:30 UTC. The tests make the same
corpus for themselves.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[2] / "support"), str(Path(__file__).parents[3])]

from token_attacks import TECHNIQUES, VALID  # noqa: E402 - found by the line above
from token_mint import Mint  # noqa: E402 - the same

Row = dict[str, Any]


def main(folder: Path) -> None:
    """Write the three files."""
    mint = Mint()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "keys.json").write_text(json.dumps(mint.jwks()), encoding="utf-8")
    _write(folder / "false.jsonl", false_tokens(mint))
    _write(folder / "genuine.jsonl", genuine_tokens(mint))


def false_tokens(mint: Mint) -> Iterator[Row]:
    """Yield every attack on every kind."""
    for technique in TECHNIQUES:
        for kind in technique.kinds:
            token = technique.attack(mint, kind)
            yield {"name": technique.name, "kind": kind, "check": technique.check, "token": token}


def genuine_tokens(mint: Mint) -> Iterator[Row]:
    """Yield what must be accepted with the mint's own key set."""
    for genuine in VALID:
        if not genuine.policy(mint):
            yield {
                "name": genuine.name,
                "kind": genuine.kind,
                "token": genuine.make(mint, genuine.kind),
            }


def _write(path: Path, rows: Iterable[Row]) -> None:
    lines = [json.dumps(row) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{path}: {len(lines)} tokens")  # noqa: T201 - a script that says what it wrote


if __name__ == "__main__":
    main(Path(sys.argv[1]))
