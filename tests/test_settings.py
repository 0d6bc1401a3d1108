"""amcli.toml, profiles, the environment and --setting: which wins, and what is refused."""

from __future__ import annotations

import ast
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import amcli
from amcli.errors import ConfigurationError
from amcli.resources import resource_folder
from amcli.secrets import Secret
from amcli.settings import Settings, load_settings
from amcli.settings_table import SETTINGS, Kind, Source, redacted

DOCUMENTED = Path(__file__).parent.parent / "docs" / "configuration.md"


def load(folder: Path, toml: str | None = None, **kwargs: Any) -> Settings:
    if toml is not None:
        (folder / "amcli.toml").write_text(toml, "utf-8")
    return load_settings(**{"environ": {}, "start": folder, **kwargs})


def refused(folder: Path, toml: str | None = None, **kwargs: Any) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        load(folder, toml, **kwargs)
    return caught.value


LAYERS = """
[smtp]
timeout = 1
[profile.production.smtp]
timeout = 2
"""


@pytest.mark.parametrize(
    ("more", "value", "source"),
    [
        ({}, 1, Source.FILE),
        ({"profile": "production"}, 2, Source.PROFILE),
        ({"environ": {"AMCLI_PROFILE": "production"}}, 2, Source.PROFILE),
        (
            {"profile": "production", "environ": {"AMCLI_SMTP_TIMEOUT": "3"}},
            3,
            Source.ENVIRONMENT,
        ),
        (
            {"environ": {"AMCLI_SMTP_TIMEOUT": "3"}, "overrides": ["smtp.timeout=4"]},
            4,
            Source.COMMAND_LINE,
        ),
        ({"no_config": True}, 30, Source.DEFAULT),
        ({"environ": {"AMCLI_SMTP_TIMEOUT": ""}}, 1, Source.FILE),
    ],
)
def test_the_nearest_source_wins(
    tmp_path: Path, more: dict[str, Any], value: float, source: Source
) -> None:
    entry = load(tmp_path, LAYERS, **more).by_key["smtp.timeout"]

    assert (entry.value, entry.source) == (value, source)


def test_the_origin_names_file_and_line(tmp_path: Path) -> None:
    settings = load(tmp_path, LAYERS, profile="production")

    assert settings.by_key["smtp.timeout"].where == "amcli.toml:5"


def test_the_file_is_found_upwards_and_paths_are_relative_to_it(tmp_path: Path) -> None:
    inner = tmp_path / "templates" / "card"
    inner.mkdir(parents=True)
    (tmp_path / "amcli.toml").write_text('[sign]\nkey = "keys/card.pem"\n')

    settings = load(inner)

    assert settings.get("sign.key") == tmp_path / "keys" / "card.pem"
    assert settings.get("templates.folder") == tmp_path / "templates"


def test_a_path_in_the_environment_is_relative_to_the_working_folder(tmp_path: Path) -> None:
    settings = load(tmp_path, environ={"AMCLI_SIGN_KEY": "card.pem"})

    assert settings.get("sign.key") == tmp_path / "card.pem"


def test_a_key_set_may_be_a_file_or_a_url(tmp_path: Path) -> None:
    url = "https://example.com/keys"

    assert load(tmp_path, overrides=[f"verify.jwks={url}"]).get("verify.jwks") == url
    assert load(tmp_path, '[verify]\njwks = "keys.json"').get("verify.jwks") == str(
        tmp_path / "keys.json"
    )


@pytest.mark.parametrize(
    ("toml", "moment"),
    [
        ("2026-03-31", "2026-03-31T00:00:00+00:00"),
        ("2026-03-31T14:30:00", "2026-03-31T14:30:00+00:00"),
        ("2026-03-31T14:30:00+02:00", "2026-03-31T12:30:00+00:00"),
        ('"2026-03-31T14:30:00Z"', "2026-03-31T14:30:00+00:00"),
    ],
)
def test_a_time_is_in_utc(tmp_path: Path, toml: str, moment: str) -> None:
    entry = load(tmp_path, f"[provider]\napproved = {toml}").by_key["provider.approved"]

    assert entry.value == datetime.fromisoformat(moment)
    assert entry.shown == moment
    assert entry.value == load(tmp_path, overrides=[f"provider.approved={moment}"]).get(
        "provider.approved"
    )


def test_a_choice_is_one_in_any_case(tmp_path: Path) -> None:
    settings = load(tmp_path, environ={"AMCLI_PROVIDER_SCOPE": "Global"})

    assert settings.get("provider.scope") == "global"


def test_a_public_key_is_the_key_itself_or_a_path(tmp_path: Path) -> None:
    xml = "<RSAKeyValue><Modulus>AQAB</Modulus><Exponent>AQAB</Exponent></RSAKeyValue>"

    given = load(tmp_path, f'[provider]\npublic_key = "{xml}"').get("provider.public_key")
    named = load(tmp_path, '[provider]\npublic_key = "key.xml"').get("provider.public_key")

    assert (given, named) == (xml, str(tmp_path / "key.xml"))


def test_lists_flags_and_numbers_have_their_types(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        '[send]\nto = ["a@example.com", "b@example.com"]\n[smtp]\nport = 2525\n',
        environ={"AMCLI_SEND_CC": "c@example.com, d@example.com", "AMCLI_SMTP_PLAINTEXT": "yes"},
    )

    assert settings.get("send.to") == ("a@example.com", "b@example.com")
    assert settings.get("send.cc") == ("c@example.com", "d@example.com")
    assert settings.get("smtp.port") == 2525
    assert settings.get("smtp.plaintext") is True


@pytest.mark.parametrize(
    ("toml", "message", "hint"),
    [
        (
            "[smtp]\nhots = 1",
            "amcli.toml:2: unknown setting smtp.hots",
            "did you mean 'smtp.host'?",
        ),
        ("\n[smpt]\nhost = 1", "amcli.toml:2: unknown section smpt", "did you mean 'smtp'?"),
        (
            "[profile.a.smtp]\nprot = 1",
            "amcli.toml:2: unknown setting smtp.prot",
            "did you mean 'smtp.port'?",
        ),
        ("[send]\nzzzz = 1", "amcli.toml:2: unknown setting send.zzzz", "known: send.from, "),
        (
            '[smtp]\nport = "25"',
            "amcli.toml:2: smtp.port must be a port number from 1 to 65535, this is a text",
            None,
        ),
        ("[smtp]\nport = true", "smtp.port must be a port number from 1 to 65535", None),
        ("[smtp]\nport = 0", "smtp.port must be a port number from 1 to 65535, not 0", None),
        (
            "[smtp]\nport = 65536",
            "smtp.port must be a port number from 1 to 65535, not 65536",
            None,
        ),
        (f"[smtp]\nport = 0x{'f' * 9000}", "smtp.port must be a port number", None),
        (f"[smtp]\nport = {'9' * 4000}", "smtp.port must be a port number", None),
        (f"[smtp]\nport = {'9' * 5000}", "not TOML: a number has too many digits", None),
        ("[smtp]\ntimeout = 1e300", "smtp.timeout must be a number of seconds above 0", None),
        ("[smtp]\ntimeout = inf", "smtp.timeout must be a number of seconds above 0", None),
        ('[send]\nto = "a@b.c"', "send.to must be a list of texts, this is a text", None),
        ("[send]\nto = [1]", "send.to must be a list of texts", None),
        ('[smtp]\nplaintext = "no"', "smtp.plaintext must be true or false", None),
        (
            '[provider]\nscope = "organisation"',
            "amcli.toml:2: provider.scope must be test-users or organization or global, not "
            "'organisation'",
            "did you mean 'organization'?",
        ),
        ('[provider]\ntoken_type = "jwt"', "token_type must be entra or eat, not 'jwt'", None),
        ("[provider]\nscope = 1", "provider.scope must be test-users", None),
        (
            '[provider]\napproved = "yesterday"',
            "provider.approved must be a date, or a date and time, not 'yesterday'",
            "write it as in 2026-03-31",
        ),
        ("[provider]\napproved = 12:00:00", "approved must be a date, or a date and time", None),
        ("[provider]\napproved = 0001-01-01T00:00:00+14:00", "provider.approved must be", None),
        (
            '[provider]\npublic_key = "<RSAKeyValue><D>AQAB</D></RSAKeyValue>"',
            "provider.public_key must be an RSAKeyValue, or the path of a public key, this is a "
            "PRIVATE key",
            None,
        ),
        ("smtp = 1", "amcli.toml:1: smtp must be a section", "write [smtp] above its keys"),
        ("[smtp\n", "amcli.toml:1:6: not TOML", None),
        ("profile = 1", "profile must be a section", None),
    ],
)
def test_a_mistake_is_named_with_its_place(
    tmp_path: Path, toml: str, message: str, hint: str | None
) -> None:
    error = refused(tmp_path, toml)

    assert message in error.message
    if hint:
        assert error.hint is not None
        assert error.hint.startswith(hint)


@pytest.mark.parametrize("key", [s.key for s in SETTINGS if s.kind is Kind.SECRET])
def test_secrets_come_from_the_environment_only(tmp_path: Path, key: str) -> None:
    section, _, name = key.partition(".")
    variable = f"AMCLI_{section}_{name}".upper()

    in_file = refused(tmp_path, f'[{section}]\n{name} = "hunter2"')
    typed = refused(tmp_path, "", overrides=[f"{key}=hunter2"])
    entry = load(tmp_path, "", environ={variable: "hunter2"}).by_key[key]

    assert variable in (in_file.hint or "")
    assert "hunter2" not in f"{in_file}{typed}{entry}"
    assert isinstance(entry.value, Secret)
    assert entry.shown == "***"


def test_a_password_in_a_url_is_refused_in_the_file_and_hidden_elsewhere(tmp_path: Path) -> None:
    url = "smtp://me:hunter2@mail.example.com"

    error = refused(tmp_path, f'[smtp]\nurl = "{url}"')
    entry = load(tmp_path, "", environ={"AMCLI_SMTP_URL": url}).by_key["smtp.url"]

    assert "hunter2" not in f"{error}"
    assert entry.shown == "smtp://me:***@mail.example.com"
    assert redacted("https://u:hun/ter@2@a.example/k") == "https://u:***@a.example/k"
    assert redacted("https://a.example:8443/k@2") == "https://a.example:8443/k@2"


def test_an_unknown_profile_is_answered_with_the_one_that_may_be_meant(tmp_path: Path) -> None:
    assert refused(tmp_path, LAYERS, profile="prodution").hint == "did you mean 'production'?"
    assert "no amcli.toml" in refused(tmp_path / "..", no_config=True, profile="x").message


def test_a_misspelt_variable_is_reported_with_the_one_that_may_be_meant(tmp_path: Path) -> None:
    settings = load(tmp_path, environ={"AMCLI_SMPT_HOST": "x", "AMCLI_OFFICIAL_CARDS": "y"})

    assert settings.strangers == (
        ("AMCLI_OFFICIAL_CARDS", None),
        ("AMCLI_SMPT_HOST", "AMCLI_SMTP_HOST"),
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"\xff", "not UTF-8"), (b"#" * (1024 * 1024 + 1), "larger than 1 MB")],
)
def test_a_file_that_is_no_amcli_toml(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "amcli.toml").write_bytes(content)

    assert message in refused(tmp_path).message


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    missing = tmp_path / "missing.toml"

    assert "cannot read" in refused(tmp_path, config=missing).message
    assert "cannot read" in refused(tmp_path, environ={"AMCLI_CONFIG": str(missing)}).message
    assert "contradict" in refused(tmp_path, config=missing, no_config=True).message


def settings_schema() -> dict[str, Any]:
    text = (resource_folder("schemas") / "amcli-toml.schema.json").read_text("utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def test_the_schema_and_the_table_name_the_same_settings() -> None:
    types = {
        Kind.TEXT: "string",
        Kind.PATH: "string",
        Kind.LOCATION: "string",
        Kind.PORT: "integer",
        Kind.SECONDS: "number",
        Kind.FLAG: "boolean",
        Kind.LIST: "array",
        Kind.COUNT: "integer",
        Kind.SEVERITIES: "object",
        Kind.PER_PATH: "object",
        Kind.PLACES: "array",
        Kind.CHOICE: "string",
        Kind.TIME: "string",
        Kind.PUBLIC_KEY: "string",
    }
    sections = settings_schema()["$defs"]["sections"]["properties"]
    described = {
        f"{section}.{name}": (d["description"], d["type"], tuple(d.get("enum", ())))
        for section, table in sections.items()
        for name, d in table["properties"].items()
    }

    assert described == {
        s.key: (s.summary, types[s.kind], s.choices) for s in SETTINGS if s.kind is not Kind.SECRET
    }


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        ({"smtp": {"port": 25}, "profile": {"a": {"smtp": {"port": 26}}}}, True),
        ({"smtp": {"prot": 25}}, False),
        ({"profile": {"a": {"smpt": {}}}}, False),
        ({"smpt": {}}, False),
        ({"smtp": {"password": "x"}}, False),
    ],
)
def test_the_schema_accepts_what_amcli_accepts(value: dict[str, Any], fits: bool) -> None:
    validator = jsonschema.Draft202012Validator(settings_schema())
    validator.check_schema(settings_schema())

    assert validator.is_valid(value) is fits


def test_every_setting_is_read_somewhere() -> None:
    texts = {
        node.value
        for path in Path(amcli.__file__).parent.rglob("*.py")
        if path.name != "settings_table.py"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }

    assert [setting.key for setting in SETTINGS if setting.key not in texts] == []


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda s: s.key)
def test_every_setting_is_documented(setting: Any) -> None:
    default = "" if setting.default is None else f"`{setting.default}`"
    if isinstance(setting.default, bool):
        default = default.lower()
    row = f"| `{setting.key}` | {setting.must_be} | {default} | {setting.summary} |"

    assert row in DOCUMENTED.read_text("utf-8")


@pytest.mark.parametrize("key", ["smtp.host", "smtp.url"])
def test_a_password_in_front_of_a_host_is_hidden_without_any_scheme(
    key: str, tmp_path: Path
) -> None:
    entry = load(tmp_path, "", overrides=[f"{key}=bob:hunter2@host"]).by_key[key]
    assert entry.shown == "***@host"
