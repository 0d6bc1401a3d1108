"""Addresses and header texts: what may stand in a mail's head, and when two addresses are one."""

from __future__ import annotations

import re

from amcli.errors import AddressError

MAX_LOCAL_OCTETS = 64  # RFC 5321, section 4.5.3.1.1
MAX_ADDRESS_OCTETS = 254  # RFC 5321, section 4.5.3.1.3, less the angle brackets
MAX_HEADER_CHARACTERS = 2000

# RFC 5322, section 3.2.3. Quoted local parts are left out: no Exchange mailbox has one, and they
# are the usual way to smuggle a second address past a comparison.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_DOT_ATOM = rf"{_ATOM}(?:\.{_ATOM})*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
# Read differently by the two generations of IDNA (RFC 5894, section 7.2): one address, two hosts.
_IDNA_DEVIATIONS = frozenset("ßς\u200c\u200d")
# Control characters, line and paragraph separators, halves of characters.
_NOT_IN_A_HEADER = frozenset({"Cc", "Zl", "Zp", "Cs"})


def parse_address(text: str) -> str:
    """Return the one bare address (``anna@contoso.com``) in ``text``, its domain in ASCII.

    White space around it is dropped, an internationalized domain becomes punycode, the local part
    stays as it is. Raises AddressError for everything else: several addresses, a display name, a
    comment, no domain, quoted or non-ASCII local parts, control characters.
    """
    address = text.strip(" \t")
    _refuse_controls("an address", address)
    local, at, domain = address.rpartition("@")
    if not at or not local or not domain:
        raise AddressError(
            f"{_shown(text)} is no address: name and domain are needed, as in anna@contoso.com"
        )
    _refuse_several(address)
    _check_local(local, address)
    whole = f"{local}@{_ascii_domain(domain, address)}"
    if len(whole) > MAX_ADDRESS_OCTETS:
        raise AddressError(f"{_shown(text)} is longer than {MAX_ADDRESS_OCTETS} characters")
    return whole


def is_address(text: str) -> bool:
    """Return whether the text has the outer form of an address: one @ with text on both sides."""
    local, at, domain = text.partition("@")
    whole = bool(local and at and domain) and "@" not in domain
    return whole and text.isprintable() and " " not in text


def same_address(one: str, other: str) -> bool:
    """Return whether two addresses, or two domains, are the same but for case in ASCII."""
    return without_case(one) == without_case(other)


def without_case(address: str) -> str:
    """Return an ASCII address in lower case, and any other as it is.

    Unicode's case rules make one address of two: the Kelvin sign becomes a ``k``, ``ß`` becomes
    ``ss``, and a stranger's address would match.
    """
    return address.lower() if address.isascii() else address


def address_domain(address: str) -> str:
    """Return what stands behind the last ``@``, in lower case when it is ASCII."""
    return without_case(address.rpartition("@")[2])


def header_text(name: str, value: str) -> str:
    """Return ``value`` without white space around it, fit for the header called ``name``.

    Raises AddressError for line breaks and other control characters (header injection), and for
    texts over 2,000 characters.
    """
    _refuse_controls(f"the {name}", value)
    if len(value) > MAX_HEADER_CHARACTERS:
        raise AddressError(f"the {name} is longer than {MAX_HEADER_CHARACTERS} characters")
    return value.strip()


def _refuse_controls(what: str, value: str) -> None:
    import unicodedata

    for character in value:
        if unicodedata.category(character) in _NOT_IN_A_HEADER:
            raise AddressError(
                f"{what} must not hold U+{ord(character):04X} (a line break, control character"
                f" or half a character): {_shown(value)}",
                hint="it would end the header, and what follows would become a header of its own",
            )


def _refuse_several(address: str) -> None:
    if "<" in address or ">" in address or "(" in address:
        raise AddressError(
            f"{_shown(address)}: give the bare address, without display name or comment",
            hint="anna@contoso.com instead of Anna <anna@contoso.com>",
        )
    if re.search(r"[,;\s]", address) or (address.count("@") > 1 and '"' not in address):
        raise AddressError(
            f"{_shown(address)} is not exactly one address",
            hint="repeat the option for each recipient",
        )


def _check_local(local: str, address: str) -> None:
    if not local.isascii():
        raise AddressError(
            f"{_shown(address)}: only ASCII may stand before the @",
            hint="such mailboxes need SMTPUTF8 (RFC 6531) all the way, which amcli does not use; "
            "use the mailbox's ASCII alias",
        )
    if len(local) > MAX_LOCAL_OCTETS:
        raise AddressError(
            f"{_shown(address)}: more than {MAX_LOCAL_OCTETS} characters before the @"
        )
    if not re.fullmatch(_DOT_ATOM, local):
        raise AddressError(f"{_shown(address)}: {local[:80]!r} cannot stand before the @")


def _ascii_domain(domain: str, address: str) -> str:
    ascii_domain = domain if domain.isascii() else _punycode(domain, address)
    labels = ascii_domain.split(".")
    if not all(re.fullmatch(_LABEL, label) for label in labels) or labels[-1].isdigit():
        raise AddressError(f"{_shown(address)}: {domain[:80]!r} is no domain name")
    return ascii_domain


def _punycode(domain: str, address: str) -> str:
    if not _IDNA_DEVIATIONS.isdisjoint(domain):
        raise AddressError(
            f"{_shown(address)}: the domain can be read as two different ones",
            hint="write the domain in its xn-- form",
        )
    import stringprep

    if any(stringprep.in_table_b1(character) for character in domain):
        # RFC 3454, table B.1: preparing the name would drop these, and nobody sees them either.
        raise AddressError(f"{_shown(address)}: the domain holds a character that is not seen")
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        raise AddressError(f"{_shown(address)}: {domain[:80]!r} is no domain name") from None


def _shown(text: str) -> str:
    return repr(text[:80])
