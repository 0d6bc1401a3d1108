"""A key file as it lies on disk: read with a bound, and recognised for what it is."""

from __future__ import annotations

import base64
import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from amcli.errors import KeyMaterialError
from amcli.files import read_bounded

MAX_KEY_FILE_BYTES = 64 * 1024  # a PFX with its whole certificate chain stays below 20 KB

# RFC 7468, section 2; whatever stands around the blocks is explanation and is skipped.
_PEM_BLOCK = re.compile(
    r"-----BEGIN ([A-Z0-9 ]{1,40})-----[\s\S]*?-----END \1-----",
)
_PRIVATE_LABEL = "PRIVATE KEY"


@dataclass(frozen=True)
class PemBlock:
    """One block of a PEM file, with its BEGIN and END lines."""

    label: str
    pem: bytes

    @property
    def is_private(self) -> bool:
        """Return whether the label announces a private key."""
        return self.label.endswith(_PRIVATE_LABEL)

    @property
    def der(self) -> bytes:
        """Return what the block's base64 holds; nothing where it has headers or is damaged."""
        body = b"".join(self.pem.split(b"\n")[1:-2])
        try:
            return base64.b64decode(body)
        except ValueError:
            return b""

    def __repr__(self) -> str:
        return f"PemBlock({self.label})"


@dataclass(frozen=True)
class KeyFile:
    """The content of a key file; ``repr`` never shows it."""

    path: Path
    data: bytes
    text: str | None
    """The content as text, None for binary."""
    blocks: tuple[PemBlock, ...]

    def __repr__(self) -> str:
        return f"KeyFile({self.path}, {len(self.data)} bytes)"

    @property
    def is_xml(self) -> bool:
        """Return whether the content looks like XML."""
        return self.text is not None and self.text.lstrip().startswith("<")

    @property
    def is_json(self) -> bool:
        """Return whether the content looks like a JSON object or list."""
        return self.text is not None and self.text.lstrip().startswith(("{", "["))

    @property
    def is_pfx(self) -> bool:
        """Return whether the content is laid out as PKCS#12 (RFC 7292, section 4: version 3)."""
        return self._der_body().startswith(b"\x02\x01\x03")

    @property
    def is_der(self) -> bool:
        """Return whether the content begins as every binary key and certificate does."""
        return bool(self._der_body())

    def error(self, message: str, hint: str | None = None) -> KeyMaterialError:
        """Return an error that names the file."""
        return KeyMaterialError(f"{self.path}: {message}", hint=hint)

    def _der_body(self) -> bytes:
        # X.690, 8.1.3: a SEQUENCE, then a length of one byte, or 0x80 plus the number of bytes
        # that the length takes (0x80 alone: left open, as some writers of PFX files do).
        if not self.data.startswith(b"\x30") or self.data == b"\x30":
            return b""
        length = self.data[1]
        return self.data[2 + (length & 0x7F if length & 0x80 else 0) :]


def read_key_file(path: Path) -> KeyFile:
    """Return what lies in a key file.

    Raises KeyMaterialError for a folder, a file that cannot be read, is empty or is larger than
    any key file (64 KB).
    """
    if path.is_dir():
        raise KeyMaterialError(f"{path}: this is a folder, a key file was expected")
    data = read_bounded(path, MAX_KEY_FILE_BYTES, what="key file", error=KeyMaterialError)
    if not data.strip():
        raise KeyMaterialError(
            f"{path}: the file is empty, a key was expected in it",
            hint="name another file, or make a key with `amcli keygen`",
        )
    return key_file(path, data)


def key_file(path: Path, data: bytes) -> KeyFile:
    """Return what lies in bytes that are called after ``path`` in messages."""
    text = _text(data)
    return KeyFile(path, data, text, _pem_blocks(text))


def _text(data: bytes) -> str | None:
    # Windows PowerShell's ">" writes UTF-16, and keys for the dashboard come out of PowerShell.
    utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return data.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError:
        return None


def _pem_blocks(text: str | None) -> tuple[PemBlock, ...]:
    if text is None or not text.isascii():
        # Comments around the blocks may be in any script; keys themselves are ASCII.
        text = (text or "").encode("ascii", "replace").decode("ascii")
    return tuple(
        PemBlock(found[1], found[0].encode("ascii") + b"\n") for found in _PEM_BLOCK.finditer(text)
    )
