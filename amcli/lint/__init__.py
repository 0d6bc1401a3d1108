"""What is wrong with a card: JSON Schemas of our own, and rules for what no schema can say."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from amcli.card.document import CardDocument
    from amcli.lint.finding import Finding


class _CallablePackage(ModuleType):
    """``amcli.lint`` is this package and, in the public API, the function ``lint`` as well."""

    def __call__(self, document: CardDocument, *, signed: bool = False) -> list[Finding]:
        """Return everything that is wrong with a card; see ``amcli.lint.engine.lint``."""
        from amcli.lint.engine import lint

        return lint(document, signed=signed)


sys.modules[__name__].__class__ = _CallablePackage
