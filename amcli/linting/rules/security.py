"""AM8xx: secrets, tokens, and text that somebody else wrote."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from amcli.card.document import Node, pointer_steps
from amcli.card.input_reference import LIKE_A_REFERENCE
from amcli.card.reserved import PURPOSE_TOKEN_PLACEHOLDER
from amcli.linting.facts.card import CardFacts, text_of
from amcli.linting.facts.credentials import is_signed, key_of_header, keys_in, secrets_in, strings
from amcli.linting.facts.texts import Text
from amcli.linting.finding import Severity
from amcli.linting.rule import Certainty, Problem, rule

_REQUIREMENTS = "Microsoft, security requirements for actionable messages"
_TOKEN = re.compile(
    rf"{PURPOSE_TOKEN_PLACEHOLDER}|\bamp1\.[A-Za-z0-9_-]{{1,32}}\.[A-Za-z0-9_-]{{16}}"
)
_MARKUP = re.compile(r"\]\(|\]:|<[A-Za-z][A-Za-z0-9+.-]*:")
_SENT = ("url", "target", "body", "headers")
_SAME_FOR_ALL = ("originator", "sender")
_ENDS_SCRIPT = re.compile(r"</script|<!--", re.IGNORECASE)


@rule(
    "AM801", "secret-in-card", Severity.ERROR, Certainty.INFERRED,
    source="OWASP, Secrets Management Cheat Sheet",
)  # fmt: skip
def secret_in_card(card: CardFacts) -> Iterator[Problem]:
    """A secret that everybody who gets the card can read.

    What it finds: a private key, an account key, an access key or token of a well-known service,
    or a URL with a password, anywhere in the card. What a template prints from data is not judged.
    Why it matters: the card's text lies in every mailbox that it is sent to.
    Example: "body": "DefaultEndpointsProtocol=https;AccountName=...;AccountKey=..."
    Use instead: keep it in your service, and give the card a limited-purpose token; what has been
    sent already must be replaced.
    Fix: none: the secret itself must be replaced.
    """
    for found in secrets_in(card.document.value, card.json):
        if _is_written(card, found.text):
            message = f"everybody who gets this card can read {found.kind} here"
            yield Problem(found.pointer, message, "keep it in your service, and replace it now")


@rule(
    "AM802",
    "no-per-message-value",
    Severity.WARNING,
    Certainty.STATED,
    source=_REQUIREMENTS,
    only_with=("Action.Http", "HttpPOST"),
)
def no_per_message_value(card: CardFacts) -> Iterator[Problem]:
    """An action that is the same in every message.

    What it finds: in a template that prints data, an action whose URL, body and headers hold no
    value from it. A limited-purpose token counts, and so does whatever differs between samples;
    the beginning of a URL does not, and neither does what the reader types.
    Why it matters: Outlook's token says who clicked, but not on which message; anybody in the
    organization could send the same request.
    Example: "body": "{\\"action\\": \\"approve\\"}"
    Use instead: "body": "{\\"action\\": \\"approve\\", \\"token\\": \\"{{ token }}\\"}" with
    {% set token = purpose_token(actions=["approve"], subject=expense.id) %}
    Fix: none: only the author knows what the message is about.
    """
    if not card.is_template:  # nobody can tell it of a finished card
        return
    for action in card.http_actions:
        if not _is_per_message(card, action) and _prints_data(card):
            hint = "put a purpose_token() into its body, and let the service check it"
            yield Problem(action.pointer, "this request is the same from every message", hint)


@rule(
    "AM803", "script-end-in-text", Severity.INFO, Certainty.INFERRED,
    source="WHATWG HTML Standard, restrictions for contents of script elements",
)  # fmt: skip
def script_end_in_text(card: CardFacts) -> Iterator[Problem]:
    """Text that ends a script element.

    What it finds: `</script` or `<!--` in a value.
    Why it matters: a card travels in a script element, which such text cuts short, unless whoever
    puts it there writes < as \\u003c. amcli does; not every program that sends cards does.
    Example: {"type": "TextBlock", "text": "Put it before </script>"}
    Use instead: other words, where the card is not sent with amcli.
    Fix: none: amcli sends it safely already.
    """
    if "<" in card.json and _ENDS_SCRIPT.search(card.json):
        for pointer, text in strings(card.document.value):
            match = _ENDS_SCRIPT.search(text)
            if match is not None:
                message = f'"{match[0].lower()}" can cut the card short where a program embeds it'
                hint = "send it with amcli, which writes < so that it cannot"
                yield Problem(pointer, message, hint)


@rule("AM804", "purpose-token-in-url", Severity.WARNING, Certainty.INFERRED, source=_REQUIREMENTS)
def purpose_token_in_url(card: CardFacts) -> Iterator[Problem]:
    """A limited-purpose token in an address.

    What it finds: `purpose_token()` in a link, in the address of a picture, or in the URL that an
    action calls.
    Why it matters: servers and proxies write addresses into their logs, where others read the
    token; a link or a picture is opened by gateways and previews too, before any person does.
    Example: "url": "https://example.com/approve?token={{ purpose_token(...) }}"
    Use instead: the token in the body of an action that posts.
    Fix: none: the service has to expect it elsewhere.
    """
    if PURPOSE_TOKEN_PLACEHOLDER not in card.json and "amp1." not in card.json:
        return
    links = [(link.pointer, link.url) for link in card.opened]
    opened = (*links, *card.pictures, *_got(card))
    hint = "put the token into the body of an action that posts"
    for pointer, url in dict.fromkeys((*opened, *card.calls)):
        if _TOKEN.search(url):
            is_opened = (pointer, url) in opened
            yield Problem(pointer, _OPENED if is_opened else _LOGGED, hint)


_OPENED = "whatever opens this address, and not only the reader, gets the token"
_LOGGED = "servers and proxies write this address, and with it the token, into their logs"


@rule("AM805", "trusted-markdown", Severity.WARNING, Certainty.INFERRED, source=_REQUIREMENTS)
def trusted_markdown(card: CardFacts) -> Iterator[Problem]:
    """Data that brings a link or an input reference through `| markdown`.

    What it finds: a value printed with `| markdown` that holds a link, a picture, or something
    like {{comment.value}}.
    Why it matters: whoever wrote the data decides then where a click on your card leads.
    Example: {{ note | markdown }} where the note is "[Pay here](https://example.org)"
    Use instead: {{ note }}, which shows the text as it is.
    Fix: none: only the author knows whom to trust.
    """
    for found in card.texts:
        if found.is_markdown and (brought := _brought(card, found)):
            message = f"data brings {brought} into this text through `| markdown`"
            hint = "print it without `| markdown`, unless you trust whoever wrote it"
            yield Problem(found.pointer, message, hint)


@rule(
    "AM806", "key-in-card", Severity.WARNING, Certainty.INFERRED,
    source="OWASP, Secrets Management Cheat Sheet",
)  # fmt: skip
def key_in_card(card: CardFacts) -> Iterator[Problem]:
    """A key, a password or a token that stands in a card as it is.

    What it finds: a header such as Authorization or x-api-key with a value, a password or an API
    key in an address or a connection string, and in a template a signed token (JWT). What a
    template prints from data is not judged.
    Why it matters: everybody who gets the card can read it, and use it without the card.
    Example: {"name": "x-functions-key", "value": "..."}
    Use instead: Outlook's own token, which your service checks.
    Fix: none: the key itself must be replaced.
    """
    found = [
        (pointer, kind, text) for pointer, kind, text in keys_in(card.document.value, card.json)
    ]
    if not card.is_template:  # a token in a finished card may be for this message only
        found = [key for key in found if key[1] != "a signed token"]
    for place, name, value in card.headers:
        if key := key_of_header(name, value):
            found = [other for other in found if other[0] != f"{place}/value"]
            found.append((f"{place}/value", "a key", key))
    for pointer, kind, text in found:
        if _is_written(card, text):
            message = f"everybody who gets this card can read {kind} here"
            yield Problem(pointer, message, "let the service check Outlook's token instead")


@rule(
    "AM807", "signature-in-url", Severity.INFO, Certainty.SEEN,
    source="Microsoft, Azure Logic Apps, secure access to request triggers",
    only_with=("Action.Http", "HttpPOST"),
)  # fmt: skip
def signature_in_url(card: CardFacts) -> Iterator[Problem]:
    """An address that lets in whoever knows it.

    What it finds: an action at an address with `sig=`, as flows and Logic Apps have it.
    Why it matters: a forwarded mail or a look into the card is enough to call it, without Outlook.
    Example: "url": "https://prod-1.westeurope.logic.azure.com/workflows/...&sig=..."
    Use instead: let the flow check the token in Action-Authorization, or put a service before it.
    Fix: none: it is the flow that has to change.
    """
    for pointer, url in card.calls:
        if is_signed(url):
            message = "whoever sees this address can call it, without Outlook"
            yield Problem(pointer, message, "let the service check the token that Outlook sends")


def _is_written(card: CardFacts, text: str) -> bool:
    """Return whether a text stands in the card's own files: data is not judged."""
    if not card.is_template:
        return True
    return card.written is not None and any(text in file for file in card.written.files.values())


def _prints_data(card: CardFacts) -> bool:
    """Return whether the card is made by a template that prints something of its data."""
    return card.written is not None and any(found.data for found in card.written.prints(""))


def _sent(action: Node) -> Iterator[tuple[str, str]]:
    """Yield the pointer and the text of all that an action sends."""
    for name in _SENT:
        if text := text_of(action, name):
            yield f"{action.pointer}/{name}", text
    headers = action.value.get("headers")
    for index, header in enumerate(headers if isinstance(headers, list) else ()):
        if isinstance(header, dict) and isinstance(header.get("value"), str):
            yield f"{action.pointer}/headers/{index}/value", header["value"]


def _is_per_message(card: CardFacts, action: Node) -> bool:
    sent = list(_sent(action))
    if any(_TOKEN.search(text) for _, text in sent) or _differs(card, action):
        return True
    return any(_prints_a_value(card, pointer, text) for pointer, text in sent)


def _differs(card: CardFacts, action: Node) -> bool:
    """Return whether another sample of the template sends something else."""
    others = [_value_at(sibling.value, action.pointer) for sibling in card.around.siblings]
    return any(
        isinstance(other, dict) and any(other.get(n) != action.value.get(n) for n in _SENT)
        for other in others
    )


def _value_at(value: Any, pointer: str) -> Any:
    for step in pointer_steps(pointer):
        if isinstance(value, dict):
            value = value.get(step)
        else:
            is_item = isinstance(value, list) and step.isdecimal() and int(step) < len(value)
            value = value[int(step)] if is_item else None
    return value


def _prints_a_value(card: CardFacts, pointer: str, text: str) -> bool:
    """Return whether data is printed into a text, and not only the beginning of an address."""
    for found in card.written.prints(pointer) if card.written else ():
        is_base = pointer.endswith(("/url", "/target")) and text.startswith(found.text)
        is_value = found.text == text or not is_base
        if is_value and found.expression not in _SAME_FOR_ALL:
            return True
    return False


def _got(card: CardFacts) -> Iterator[tuple[str, str]]:
    """Yield pointer and address of the actions that only fetch."""
    for action in card.of_type("Action.Http"):
        method, url = action.value.get("method"), text_of(action, "url")
        if url and isinstance(method, str) and method.upper() == "GET":
            yield f"{action.pointer}/url", url


def _brought(card: CardFacts, text: Text) -> str | None:
    """Return what trusted data brings into a text that more than words; None if it brings none."""
    if not _is_more_than_words(text.text) or card.written is None:
        return None
    for found in card.written.prints(text.pointer):
        if found.trusted_markdown and _is_more_than_words(found.text):
            is_reference = LIKE_A_REFERENCE.search(found.text) is not None
            return "an input reference" if is_reference else "a link"
    return None


def _is_more_than_words(text: str) -> bool:
    return bool(_MARKUP.search(text) or LIKE_A_REFERENCE.search(text))
