"""The templates that come with amcli: each renders, is clean, and is what its README says."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from amcli.card.data import load_data
from amcli.card.document import CardDocument, CardKind, walk
from amcli.card.rendering import CardTemplate, Envelope, render, render_subject
from amcli.card.template import TemplateFolder, load_template
from amcli.errors import TemplateError
from amcli.linting.engine import lint
from amcli.linting.finding import Severity
from amcli.resources import resource_folder

SHIPPED = sorted(path.parent for path in resource_folder("templates").glob("*/template.toml"))
ENVELOPE = Envelope(
    originator="3b1f6a52-0d3c-4c5e-9f0e-6a1f3f0f7b11",
    sender="requests@contoso.com",
    recipients=("manager@contoso.com",),
)
TOKEN = "amp1.test.a-token-of-this-very-message"
REFERENCE = re.compile(r"\{\{([A-Za-z0-9_$@]+)\.value\}\}")
CALLING = {"Action.Http", "HttpPOST"}
LEAVING = {"Action.OpenUrl", "OpenUri"}


@dataclass(frozen=True)
class Case:
    """One card of a template with one of its samples."""

    folder: TemplateFolder
    template: CardTemplate
    sample: Path

    @property
    def name(self) -> str:
        return f"{self.template.name}-{self.sample.stem}"

    @property
    def is_refresh(self) -> bool:
        return self.template.file != self.folder.card().file

    def document(self, envelope: Envelope = ENVELOPE) -> CardDocument:
        data = load_data([self.sample])
        card = render(self.template, data, envelope=envelope, purpose_token=lambda **_: TOKEN)
        return card.document()


def cases() -> Iterator[Case]:
    for path in SHIPPED:
        folder = load_template(path)
        for sample in folder.samples:
            yield Case(folder, folder.card(), sample)
        for name, refresh in folder.refresh.items():
            for sample in refresh.samples:
                yield Case(folder, folder.refresh_card(name), sample)


ALL = list(cases())
each_template = pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
each_card = pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)


def actions(document: CardDocument, types: set[str]) -> list[dict[str, Any]]:
    return [node.value for node in walk(document) if node.type in types]


def input_ids(document: CardDocument) -> set[str]:
    inputs = [node.value for node in walk(document) if "Input" in (node.type or "")]
    return {value["id"] for value in inputs}


# --- the folders


def test_the_templates_that_were_asked_for_are_there() -> None:
    assert {
        "expense-approval", "expense-approval-messagecard", "travel-request", "vacation-request",
        "group-join-request", "group-join-requests", "opportunity-update", "survey",
        "incident-alert", "purchase-order", "event-invitation", "approval-execute",
    } <= {path.name for path in SHIPPED}  # fmt: skip


@each_template
def test_template_toml_follows_its_schema(path: Path) -> None:
    schema = json.loads((resource_folder("schemas") / "template-toml.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    value = tomllib.loads((path / "template.toml").read_text())
    assert [error.message for error in Draft202012Validator(schema).iter_errors(value)] == []


@each_template
def test_every_file_of_a_folder_is_used(path: Path) -> None:
    folder = load_template(path)
    cards = {"card.json.j2"} | {refresh.card for refresh in folder.refresh.values()}
    assert cards == {file.name for file in path.glob("*.json.j2") if file.name[0] != "_"}
    used = {case.sample.name for case in ALL if case.folder.name == path.name}
    assert used == {file.name for file in path.glob("*.json")}


@each_template
def test_every_card_has_a_sample_and_a_template_has_refresh_cards(path: Path) -> None:
    folder = load_template(path)
    assert folder.samples
    assert folder.refresh
    assert all(refresh.samples for refresh in folder.refresh.values())


@each_template
def test_the_readme_names_every_field_of_the_data_in_its_table(path: Path) -> None:
    readme = (path / "README.md").read_text()
    named = set(re.findall(r"^\| `([a-z_]+)` \|", readme, re.MULTILINE))
    fields = {
        name
        for case in ALL
        if case.folder.name == path.name
        for name in json.loads(case.sample.read_text())
    }
    assert named == fields


@each_template
def test_the_readme_says_what_each_refresh_card_is(path: Path) -> None:
    readme = (path / "README.md").read_text()
    chapter = readme.partition("## Refresh cards")[2].partition("\n## ")[0]
    assert all(f"`{name}`" in chapter for name in load_template(path).refresh)
    assert "## What the service must do" in readme


@each_template
def test_the_gallery_lists_the_template(path: Path) -> None:
    gallery = resource_folder("templates").parent / "docs" / "gallery.md"
    if not gallery.is_file():
        pytest.skip("the documentation is not beside the templates here")
    assert f"(../templates/{path.name}/README.md)" in gallery.read_text()


# --- the cards


@each_card
def test_a_card_is_of_the_kind_and_version_that_its_folder_promises(case: Case) -> None:
    document = case.document()
    assert document.kind is case.folder.kind
    assert document.version == case.folder.version


@each_card
def test_a_card_is_clean(case: Case) -> None:
    found = [finding for finding in lint(case.document()) if finding.severity != Severity.INFO]
    assert [f"{f.rule} {f.slug} {f.pointer}: {f.message}" for f in found] == []


@each_card
def test_an_unsigned_card_without_originator_lacks_nothing_else(case: Case) -> None:
    document = case.document(Envelope())
    assert "originator" not in document.value
    found = [finding for finding in lint(document) if finding.severity != Severity.INFO]
    assert {finding.pointer for finding in found} <= {"", "/originator"}
    assert len(found) <= 1


@each_card
def test_first_card_and_refresh_cards_agree(case: Case) -> None:
    value, first = case.document().value, case.folder.card()
    sent = render(first, load_data([case.folder.samples[0]]), envelope=ENVELOPE).value
    for name in ("originator", "version", "hideOriginalBody", "type", "@type", "@context"):
        assert value.get(name) == sent.get(name)
    assert value["originator"] == ENVELOPE.originator
    assert value["hideOriginalBody"] is True


@each_card
def test_every_input_reference_has_its_input_and_every_input_is_used(case: Case) -> None:
    document = case.document()
    called = json.dumps([action["body"] for action in actions(document, CALLING)])
    assert all(re.fullmatch(r"[A-Za-z0-9_]+", name) for name in input_ids(document))
    if document.version == "1.4":  # Action.Execute sends every input by itself
        assert REFERENCE.findall(document.compact()) == []
    else:
        assert set(REFERENCE.findall(called)) == input_ids(document)
        assert len(REFERENCE.findall(document.compact())) == len(REFERENCE.findall(called))


@each_card
def test_bodies_are_json_whatever_is_typed_and_carry_a_token(case: Case) -> None:
    typed = 'He said "no",\nthen {{left}} \\ C:'
    for action in actions(case.document(), CALLING):
        body = REFERENCE.sub(lambda _: json.dumps(typed)[1:-1], action["body"])
        sent = json.loads(body)
        assert sent["token"] == TOKEN
        assert sent["action"]
        assert all(isinstance(value, str) for value in sent.values())


@each_card
def test_an_adaptive_card_posts_json_in_the_one_way_that_outlook_escapes(case: Case) -> None:
    for action in actions(case.document(), {"Action.Http"}):
        assert action["method"] == "POST"
        assert action["headers"] == [{"name": "Content-Type", "value": "application/json"}]


@each_card
def test_what_is_asked_for_can_also_be_seen_in_its_own_application(case: Case) -> None:
    document = case.document()
    buttons = document.value.get("actions", document.value.get("potentialAction"))
    assert buttons is not None
    assert buttons[-1].get("type", buttons[-1].get("@type")) in LEAVING


@each_card
def test_a_card_reads_well_on_a_narrow_screen_and_aloud(case: Case) -> None:
    document = case.document()
    for node in walk(document):
        if node.type == "TextBlock":
            in_narrow_column = node.parent is not None and node.parent.value.get("width") == "auto"
            assert node.value.get("wrap") is True or in_narrow_column or len(node.value["text"]) < 9
        if node.type == "ColumnSet":
            assert len(node.value["columns"]) <= 2
            assert {column["width"] for column in node.value["columns"]} <= {"auto", "stretch"}
        if node.type == "Image":
            assert node.value["altText"]
    if document.kind is CardKind.ADAPTIVE:
        assert document.value["speak"]
        assert document.value["fallbackText"]


@each_card
def test_an_input_of_version_1_0_has_its_label_above_it(case: Case) -> None:
    document = case.document()
    for node in walk(document):
        if not (node.type or "").startswith("Input."):
            continue
        if document.version == "1.4":
            assert node.value["label"]
            continue
        assert not {"label", "isRequired", "errorMessage", "regex"} & node.value.keys()
        assert node.parent is not None
        siblings = node.parent.value[str(node.holder)]
        above = siblings[siblings.index(node.value) - 1]
        assert (above["type"], above["weight"]) == ("TextBlock", "bolder")


@pytest.mark.parametrize("case", [c for c in ALL if not c.is_refresh], ids=lambda case: case.name)
def test_a_first_card_asks_for_something_and_has_a_subject(case: Case) -> None:
    assert actions(case.document(), CALLING | {"Action.Execute"})
    assert case.folder.subject is not None
    subject = render_subject(case.folder.subject, case.template, load_data([case.sample]))
    assert 10 < len(subject) < 100


# --- hostile data


def hostile(value: Any, text: str) -> Any:
    """Return ``value`` with ``text`` behind every text but the URLs."""
    if isinstance(value, dict):
        return {name: hostile(item, text) for name, item in value.items()}
    if isinstance(value, list):
        return [hostile(item, text) for item in value]
    if isinstance(value, str) and not value.startswith("https://"):
        return value + text
    return value


def shape(value: Any) -> Any:
    """Return the structure of a card: names and types, no texts."""
    if isinstance(value, dict):
        return {name: shape(item) for name, item in value.items()}
    if isinstance(value, list):
        return [shape(item) for item in value]
    return type(value).__name__


@each_card
@pytest.mark.parametrize(
    "text",
    ['"}],"x":["', "\n# [pay](https://evil.example)", "{{comment.value}}", "</script>", "/../\\"],
    ids=["quote", "markdown", "reference", "script", "path"],
)
def test_data_cannot_change_a_card(case: Case, text: str) -> None:
    data = load_data([case.sample])
    plain = render(case.template, data, envelope=ENVELOPE)
    if "{{" in text and actions(plain.document(), {"Action.Execute"}):
        with pytest.raises(TemplateError, match="input reference"):  # nothing could escape it
            render(case.template, hostile(data, text), envelope=ENVELOPE)
        return
    card = render(case.template, hostile(data, text), envelope=ENVELOPE)
    assert shape(card.value) == shape(plain.value)
    bodies = [json.dumps(a["body"]) for a in actions(card.document(), CALLING)]
    expected = [json.dumps(a["body"]) for a in actions(plain.document(), CALLING)]
    found = [REFERENCE.findall(body) for body in bodies]
    assert found == [REFERENCE.findall(body) for body in expected]
