"""Reports that every format is shown: a full one, a clean one, and one with hostile text."""

from __future__ import annotations

from typing import Any

from amcli.errors import CardError, TemplateError, UnreadableInput
from amcli.linting.finding import Finding, Place, Severity
from amcli.linting.fixing.fix import AddProperty, Fix, SetValue, TextEdit
from amcli.linting.outcome import Report

TEMPLATE = """{
  "type": "AdaptiveCard",
\t"body": [
    { "type": "TextBlok", "text": "見積書 {{ title }}" },
    { "type": "Image", "url": "{{ logo }}" },
    { "type": "Image",
      "url": "https://contoso.com/a.png" }
  ],
  "actions": [{ "type": "Action.Http", "method": "POST", "url": "https://contoso.com/" }]
}
"""
CARD = '{"type": "AdaptiveCard", "version": "1.0", "body": [' + "{}, " * 10_000 + '{"type": "x"}]}'


def finding(
    rule: str, slug: str, severity: Severity, message: str, pointer: str, **more: Any
) -> Finding:
    """A finding in the template, if nothing else is said."""
    return Finding(
        rule, slug, severity, message, pointer, **{"source": "leave/card.json.j2", **more}
    )


MISSPELT = finding(
    "AM101", "unknown-type", Severity.ERROR,
    '"TextBlok" is no type that Outlook knows here', "/body/0/type",
    hint="did you mean 'TextBlock'?",
    fix=Fix((SetValue("/body/0/type", "TextBlock"),), safe=False),
    edits=(TextEdit("leave/card.json.j2", 53, 63, '"TextBlock"'),),
    place=Place("leave/card.json.j2", 4, 15, 4, 25),
)  # fmt: skip
NO_ALT = finding(
    "AM601", "missing-alt-text", Severity.WARNING, "the picture has no altText", "/body/1",
    place=Place("leave/card.json.j2", 5, 5, 5, 45),
    samples=("long.json",),
)  # fmt: skip
NO_ALT_EITHER = finding(
    "AM601", "missing-alt-text", Severity.WARNING, "the picture has no altText", "/body/2",
    place=Place("leave/card.json.j2", 6, 5, 7, 43),
)  # fmt: skip
FROM_DATA = finding(
    "AM504", "image-not-https", Severity.WARNING, "the picture is not https", "/body/1/url",
    place=Place("leave/card.json.j2", 5, 31, 5, 41, "leave/long.json", "company.logo", "logo"),
)  # fmt: skip
NO_BODY = finding(
    "AM301", "post-without-body", Severity.ERROR, "it posts, and has no body", "/actions/0",
    fix=Fix((AddProperty("/actions/0", "body", ""),)),
    edits=(TextEdit("leave/card.json.j2", 297, 297, ', "body": ""'),),
    place=Place("leave/card.json.j2", 9, 15, 9, 89),
)  # fmt: skip
ON_ONE_LINE = finding(
    "AM101", "unknown-type", Severity.ERROR, '"x" is no type that Outlook knows here',
    "/body/10000/type", source="cards/one line.json",
    place=Place("cards/one line.json", 1, len(CARD) - 5, 1, len(CARD) - 2),
)  # fmt: skip
NOWHERE = finding(
    "AM901", "missing-originator", Severity.INFO, "the card has no originator", "",
    source="<stdin>",
)  # fmt: skip


HOSTILE = "\x1b[2J]]>\r\n::error::%0A,a:b\u2028\u202e\x00\ud800\ufffe<b>&quot;'"


def hostile_report() -> Report:
    """A report in which everything that a card or a file name can say is hostile."""
    nasty = Finding(
        "AM101", "unknown-type", Severity.ERROR, HOSTILE, f"/{HOSTILE}", HOSTILE, hint=HOSTILE,
        place=Place(f"a/{HOSTILE[:-12]}.json", 1, 3, 2, 2, HOSTILE[:-12], HOSTILE, HOSTILE),
        samples=(HOSTILE,),
    )  # fmt: skip
    nowhere = nasty._replace(source=f"x{HOSTILE[:-12]}", place=None, severity=Severity.WARNING)
    texts = {f"a/{HOSTILE[:-12]}.json": f"  {HOSTILE}\n}}"}
    trouble = UnreadableInput(HOSTILE, hint=HOSTILE)
    return Report(1, 1, (nasty, nowhere), (nasty,), (nasty,), troubles=(trouble,), texts=texts)


def clean_report() -> Report:
    """Two cards in one file, and nothing to say of them."""
    return Report(files=1, cards=2, findings=())


def full_report() -> Report:
    """Everything that can be in a report."""
    return Report(
        files=4,
        cards=6,
        findings=(MISSPELT, NO_ALT, FROM_DATA, NO_ALT_EITHER, NO_BODY, ON_ONE_LINE, NOWHERE),
        ignored=(NO_ALT,),
        held_back=(FROM_DATA,),
        fixed=(NO_BODY,),
        troubles=(
            CardError("cards/broken.json: line 1: no JSON", hint="look there"),
            TemplateError("name is undefined", file="leave/done.json.j2", line=3),
        ),
        notes=("leave/_head.json.j2 is linted through the cards that use it",),
        texts={"leave/card.json.j2": TEMPLATE, "cards/one line.json": CARD},
    )
