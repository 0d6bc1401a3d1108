"""The house rules that no linter knows: import arrows, and the size of files and functions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "amcli"
FILES = sorted(PACKAGE.rglob("*.py"))

GROUND = {
    "_version", "address", "base64url", "card", "errors", "files", "misread", "printable",
    "resources", "seams", "secrets", "settings", "settings_file", "settings_rows",
    "settings_table", "settings_values", "strict_json", "strict_toml", "suggestion",
}  # fmt: skip
"""What every stage may import."""

STAGES = {
    "received": set[str](),
    "linting": {"received"},
    "signing": {"linting"},
    "mail": {"linting", "signing"},
    "verify": {"received", "linting", "signing", "mail"},
    "service": {"linting", "verify"},
    "outlook": {"linting", "signing", "mail", "verify", "service"},
    "demo": {"linting", "signing", "mail", "verify", "service", "outlook"},
}
"""Each stage with the other stages that it may import."""

ONLY_IN = {
    "click": ("amcli/cli/",),
    "rich": ("amcli/cli/",),
    "flask": ("amcli/service/flask.py",),
    "werkzeug": ("amcli/service/flask.py",),
    "starlette": ("amcli/service/starlette.py",),
    "django": ("amcli/service/django.py",),
    "redis": ("amcli/service/redis_store.py",),
}

LIGHT = ("amcli/__init__.py", "amcli/__main__.py", "amcli/errors.py", "amcli/files.py",
         "amcli/settings.py", "amcli/settings_file.py", "amcli/settings_table.py",
         "amcli/settings_rows.py", "amcli/settings_values.py",
         "amcli/cli/__init__.py", "amcli/cli/group.py", "amcli/cli/command.py",
         "amcli/cli/options.py", "amcli/cli/session.py")  # fmt: skip
"""Loaded by every command, so they import the standard library, Click and each other only."""

MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 40
LONG_FILES: dict[str, str] = {}
"""Files over the limit, each with the reason."""
LONG_FUNCTIONS: dict[str, str] = {}
"""Functions over the limit, as ``amcli/file.py:name``, each with the reason."""


def place(path: Path) -> str:
    return path.relative_to(PACKAGE.parent).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def imports(node: ast.AST) -> Iterator[str]:
    """What is imported in a file, functions included; not what only type checkers see."""
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield node.module
    for child in ast.iter_child_nodes(node):
        yield from imports(child)


def imports_at_load(module: ast.Module) -> Iterator[str]:
    """What is imported when the file is loaded, and not later inside a function."""
    for statement in module.body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            yield from imports(statement)


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", FILES, ids=place)
def test_imports_follow_the_arrows(path: Path) -> None:
    own = room(path)
    if own in {"cli", "__init__", "__main__"}:
        return
    allowed = GROUND | {own} | STAGES.get(own, set())
    rooms = {name.split(".")[1] for name in imports(tree(path)) if name.startswith("amcli.")}

    assert rooms <= allowed


def module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def arrows(names: dict[str, Path], depth: int) -> dict[str, set[str]]:
    """What imports what, with names cut to a depth: 2 is rooms, more is modules."""

    def cut(name: str) -> str:
        return ".".join(name.split(".")[:depth])

    found: dict[str, set[str]] = {cut(name): set() for name in names}
    for name, path in names.items():
        targets = {cut(imported) for imported in imports(tree(path)) if imported in names}
        found[cut(name)] |= targets - {cut(name)}
    return found


@pytest.mark.parametrize("depth", [2, 9], ids=["rooms", "modules"])
def test_arrows_form_no_circle(depth: int) -> None:
    names = {module_name(path): path for path in FILES}
    rest = arrows({n: p for n, p in names.items() if n != "amcli"}, depth)
    while ends := {name for name, targets in rest.items() if not targets & rest.keys()}:
        rest = {name: targets for name, targets in rest.items() if name not in ends}

    assert rest == {}


@pytest.mark.parametrize("path", FILES, ids=place)
def test_libraries_stay_in_their_rooms(path: Path) -> None:
    used = {name.split(".")[0] for name in imports(tree(path))}

    for library, homes in ONLY_IN.items():
        assert library not in used or place(path).startswith(homes)


@pytest.mark.parametrize("name", LIGHT)
def test_what_every_command_loads_is_light(name: str) -> None:
    heavy = {"jinja2", "jsonschema", "cryptography", "jwt", "dkim", "rich", "aiosmtpd",
             "markdown_it", "tomllib", "importlib.metadata", "ssl", "email"}  # fmt: skip
    if name.startswith("amcli/settings"):
        heavy.remove("tomllib")  # these load when a setting is read
    loaded = set(imports_at_load(tree(PACKAGE.parent / name)))

    assert not {module for module in loaded if {module, module.split(".")[0]} & heavy}


@pytest.mark.parametrize("path", FILES, ids=place)
def test_only_the_command_line_prints_exits_and_reads_the_environment(path: Path) -> None:
    if room(path) == "cli" or place(path) in {"amcli/__main__.py", "amcli/settings.py"}:
        return
    used = {ast.unparse(n) for n in ast.walk(tree(path)) if isinstance(n, ast.Attribute | ast.Name)}

    assert not used & {"print", "sys.exit", "os.environ", "os.getenv", "os._exit"}


@pytest.mark.parametrize("path", FILES, ids=place)
def test_files_are_short(path: Path) -> None:
    lines = len(path.read_text("utf-8").splitlines())

    assert (lines > MAX_FILE_LINES) is (place(path) in LONG_FILES), f"{lines} lines"


@pytest.mark.parametrize("path", FILES, ids=place)
def test_functions_are_short(path: Path) -> None:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or 0) - node.lineno + 1
            listed = f"{place(path)}:{node.name}" in LONG_FUNCTIONS
            assert (lines > MAX_FUNCTION_LINES) is listed, f"{node.name} has {lines} lines"


def test_every_exception_is_still_needed() -> None:
    known = {place(path) for path in FILES}

    assert set(LONG_FILES) <= known
    assert {name.partition(":")[0] for name in LONG_FUNCTIONS} <= known
