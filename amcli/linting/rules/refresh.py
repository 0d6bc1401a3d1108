"""AM213 to AM217: the card that an action returns, beside the one that was sent."""

from __future__ import annotations

from collections.abc import Iterator

from amcli.linting.facts.card import CardFacts
from amcli.linting.finding import Severity
from amcli.linting.fixing.fix import AddProperty, Edit, SetValue, unsafely
from amcli.linting.rule import ADAPTIVE, Certainty, Problem, rule

_SAMPLES = "Microsoft, sample services for actionable messages"
_AUTO_INVOKE = "Microsoft, refresh an actionable message when the user opens it"


@rule("AM213", "refresh-originator-differs", Severity.WARNING, Certainty.INFERRED, source=_SAMPLES)
def refresh_originator_differs(card: CardFacts) -> Iterator[Problem]:
    """A refresh card with another originator than the card that was sent.

    What it finds: a refresh card whose `originator` is another one; where the first card is
    signed, also one without.
    Why it matters: the card can vanish at the click, as nobody answers for it.
    Example: an `originator` written out in the refresh card, and printed in the first one
    Use instead: "originator": "{{ originator }}" in both.
    Fix: none: the first card's originator is known only when the mail is sent.
    """
    first = card.around.first
    if first is None:
        return
    found, sent = card.document.originator, first.originator
    if found is None and card.around.signed:
        message = "the refresh card is not signed, so it needs the originator itself"
        yield Problem("", message, 'add "originator" with the id of your provider')
    elif found is not None and sent is not None and found != sent:
        message = "the card that was sent has another originator"
        yield Problem("/originator", message, 'print it in both: "{{ originator }}"')


@rule(
    "AM214", "refresh-version-differs", Severity.WARNING, Certainty.INFERRED, source=_SAMPLES,
    kinds=ADAPTIVE,
)  # fmt: skip
def refresh_version_differs(card: CardFacts) -> Iterator[Problem]:
    """A refresh card of another version than the card that was sent.

    What it finds: a refresh card whose `version` is another one.
    Why it matters: Outlook runs another model of actions from 1.4 on; a card that changes over
    can come out blank, or without its buttons.
    Example: "version": "1.4" in the refresh card of a card with "version": "1.0"
    Use instead: the same version in both.
    Fix: unsafe: writes the version of the first card.
    """
    first = card.around.first
    if first is None or first.kind is not card.document.kind:
        return
    found, sent = card.document.version, first.version
    if found is not None and sent is not None and found != sent:
        message = f"the card that was sent has version {sent[:20]}, this one {found[:20]}"
        yield _as_first(card, "version", message, sent)


@rule("AM215", "refresh-hides-differently", Severity.WARNING, Certainty.INFERRED, source=_SAMPLES)
def refresh_hides_differently(card: CardFacts) -> Iterator[Problem]:
    """A refresh card that treats the mail's body otherwise than the card that was sent.

    What it finds: `hideOriginalBody` in one of the two and not in the other.
    Why it matters: the body below the card appears or disappears at the click.
    Example: a refresh card without hideOriginalBody, where the first card has it
    Use instead: the same in both.
    Fix: unsafe: writes what the first card has.
    """
    if card.around.first is None:
        return
    found = card.document.value.get("hideOriginalBody", False)
    sent = card.around.first.value.get("hideOriginalBody", False)
    if isinstance(found, bool) and isinstance(sent, bool) and found is not sent:
        message = f"the card that was sent {_hides(sent)} the mail's body, this one {_hides(found)}"
        yield _as_first(card, "hideOriginalBody", f"{message} it", sent)


@rule(
    "AM216", "auto-invoke-dropped", Severity.INFO, Certainty.SEEN,
    source="OfficeDev, outlook-dev-docs issue 810", kinds=ADAPTIVE,
)  # fmt: skip
def auto_invoke_dropped(card: CardFacts) -> Iterator[Problem]:
    """A refresh card without the autoInvokeAction of the card that was sent.

    What it finds: a refresh card without `autoInvokeAction` where the first card has it.
    Why it matters: Outlook keeps the refresh card; from then on opening the mail asks nobody.
    Example: a card "approved" that is final, or one that somebody may still change
    Use instead: nothing, if no state follows; else the same autoInvokeAction.
    Fix: none: only the author knows whether a state follows.
    """
    first = card.around.first
    if first is None or "autoInvokeAction" in card.document.value:
        return
    if isinstance(first.value.get("autoInvokeAction"), dict):
        message = "without autoInvokeAction this card is never renewed again"
        yield Problem("", message, "add it, unless this state is the last one")


@rule(
    "AM217", "auto-invoke-missing", Severity.INFO, Certainty.STATED, source=_AUTO_INVOKE,
    kinds=ADAPTIVE,
)  # fmt: skip
def auto_invoke_missing(card: CardFacts) -> Iterator[Problem]:
    """A card for several people that does not renew itself.

    What it finds: a mail to more than one person whose card calls a service, and has neither
    `autoInvokeAction` nor `refresh`.
    Why it matters: everybody has a copy of their own; when one decides, the others go on seeing
    the old state.
    Example: an approval to two managers, without autoInvokeAction
    Use instead: "autoInvokeAction": {"type": "Action.Http", "method": "POST", ...}
    Fix: none: the service must answer it.
    """
    mail = card.around.mail
    if card.around.first is not None or mail is None or len(set(mail.recipients)) <= 1:
        return
    renews = {"autoInvokeAction", "refresh"} & card.document.value.keys()
    if not renews and (card.http_actions or card.executes):
        message = "when one of the recipients decides, the others go on seeing this card"
        yield Problem("", message, "add autoInvokeAction, so that opening the mail renews it")


def _as_first(card: CardFacts, name: str, message: str, value: str | bool) -> Problem:
    there = name in card.document.value
    pointer = f"/{name}" if there else ""
    edit: Edit = SetValue(pointer, value) if there else AddProperty("", name, value)
    written = f'"{value[:60]}"' if isinstance(value, str) else str(value).lower()
    return Problem(pointer, message, f'write "{name}": {written}', unsafely(edit))


def _hides(hides: bool) -> str:
    return "hides" if hides else "shows"
