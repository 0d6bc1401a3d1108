"""Where templates/ and schemas/ are: in a wheel, in an editable install and in a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def resource_folder(name: str) -> Path:
    """Return the folder ``templates`` or ``schemas``.

    A wheel carries both inside the package; an editable install and a plain checkout have them
    beside it, at the top level of the repository.
    """
    packaged = _PACKAGE / name
    return packaged if packaged.is_dir() else _PACKAGE.parent / name
