"""RSAKeyValue: the XML form of a public key that the actionable email developer dashboard takes.

The form is .NET's ``RSA.ToXmlString`` (XML Signature, section 4.5.2.2): big-endian numbers in
base64. What people paste is hostile input: no document type, no entities, no nesting.
"""

from __future__ import annotations

import base64
import binascii
from xml.parsers import expat

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers

from amcli.errors import KeyMaterialError

_PUBLIC = frozenset({"Modulus", "Exponent"})
_PRIVATE = frozenset({"D", "P", "Q", "DP", "DQ", "InverseQ"})
_MAX_DIGITS = 4096  # base64 of a 16384-bit modulus is 2732 characters long

PRIVATE_EXPOSED = (
    "hand out only the public half; if this text was ever pasted, mailed or registered anywhere, "
    "make a new key with: amcli keygen card"
)


def to_xml(key: RSAPublicKey) -> str:
    """Return the key as RSAKeyValue in one line, as ``ToXmlString($false)`` writes it."""
    numbers = key.public_numbers()
    modulus, exponent = _encode(numbers.n), _encode(numbers.e)
    return f"<RSAKeyValue><Modulus>{modulus}</Modulus><Exponent>{exponent}</Exponent></RSAKeyValue>"


def from_xml(text: str, source: str) -> RSAPublicKey:
    """Return the key in an RSAKeyValue document; white space inside the base64 is tolerated.

    (Microsoft's own sample key has stray spaces in it, and .NET reads it.) Raises
    KeyMaterialError, with a warning of its own for the private form.
    """
    fields = _read(text, source)
    if private := sorted(_PRIVATE & fields.keys()):
        raise KeyMaterialError(
            f"{source}: this is a PRIVATE key (it has <{'>, <'.join(private)}>), "
            "a public key was expected",
            hint=PRIVATE_EXPOSED,
        )
    if missing := sorted(_PUBLIC - fields.keys()):
        raise KeyMaterialError(f"{source}: RSAKeyValue without <{'>, <'.join(missing)}>")
    modulus = _decode(fields["Modulus"], "Modulus", source)
    exponent = _decode(fields["Exponent"], "Exponent", source)
    try:
        return RSAPublicNumbers(exponent, modulus).public_key()
    except ValueError:
        raise KeyMaterialError(
            f"{source}: Modulus and Exponent make no RSA key", hint="copy the XML again, whole"
        ) from None


def _encode(number: int) -> str:
    return base64.b64encode(number.to_bytes((number.bit_length() + 7) // 8, "big")).decode()


def _decode(text: str, name: str, source: str) -> int:
    digits = "".join(text.split())
    try:
        number = base64.b64decode(digits, validate=True) if len(digits) <= _MAX_DIGITS else b""
    except (ValueError, binascii.Error):
        number = b""
    if not number:
        raise KeyMaterialError(f"{source}: <{name}> is not base64 of a number")
    return int.from_bytes(number, "big")


def _read(text: str, source: str) -> dict[str, str]:
    reader = _Reader()
    try:
        reader.parser.Parse(text, True)
    except expat.ExpatError as error:
        raise KeyMaterialError(
            f"{source}:{error.lineno}: not XML: {expat.ErrorString(error.code)}",
            hint="copy the XML again, from <RSAKeyValue> to </RSAKeyValue>",
        ) from None
    except _NoKeyValue as error:
        raise KeyMaterialError(f"{source}: not an RSAKeyValue: {error}") from None
    return reader.fields


class _NoKeyValue(Exception):
    """The document is more, or other, than one flat RSAKeyValue."""


class _Reader:
    """Takes one flat RSAKeyValue element and refuses everything else at first sight."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self._path: list[str] = []
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def _doctype(self, *_declaration: object) -> None:
        raise _NoKeyValue("a document type (<!DOCTYPE>) has no place in it")

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        self._path.append(name)
        if self._path[0] != "RSAKeyValue":
            raise _NoKeyValue(f"its root element is <{self._path[0][:40]}>")
        if len(self._path) == 1:
            return
        if len(self._path) > 2 or name not in _PUBLIC | _PRIVATE:  # noqa: PLR2004 - root, field
            raise _NoKeyValue(f"<{name[:40]}> has no place in it")
        if name in self.fields:
            raise _NoKeyValue(f"<{name}> stands in it twice")
        self.fields[name] = ""

    def _end(self, _name: str) -> None:
        self._path.pop()

    def _characters(self, text: str) -> None:
        if len(self._path) > 1:
            self.fields[self._path[-1]] += text
        elif text.strip():
            raise _NoKeyValue("text outside its elements")
