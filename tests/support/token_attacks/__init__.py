"""Every known way to get a false token past a validator, as a table.

An attack makes a token for a kind (``v1``, ``v2``, ``eat``) with a mint whose key the validator
trusts, and names the check that must catch it. ``DEFECTS`` says which published validator lets
which of them through.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from token_mint import ATTACKS, ENTRA_ATTACKS, KINDS, Attack

from token_attacks.claim_attacks import CLAIMS, EAT_CLAIMS, ENTRA_CLAIMS
from token_attacks.defects import DEFECTS
from token_attacks.form_attacks import FORM
from token_attacks.header_attacks import HEADER
from token_attacks.jose_attacks import JOSE, OTHER_JWTS
from token_attacks.key_sets import KEY_SETS, KeySetAttack
from token_attacks.signature_attacks import SIGNATURE
from token_attacks.valid import VALID, Genuine

__all__ = [
    "DEFECTS",
    "KEY_SETS",
    "TECHNIQUES",
    "VALID",
    "Genuine",
    "KeySetAttack",
    "Technique",
]

_EVERY_KIND: dict[str, tuple[str, Attack]] = {
    **ATTACKS, **FORM, **HEADER, **CLAIMS, **SIGNATURE, **JOSE,
}  # fmt: skip
_ENTRA: dict[str, tuple[str, Attack]] = {**ENTRA_ATTACKS, **ENTRA_CLAIMS, **OTHER_JWTS}


@dataclass(frozen=True)
class Technique:
    """One attack, on the kinds of token that it can be made for."""

    name: str
    kinds: tuple[str, ...]
    check: str
    """The check that must fail first."""
    attack: Attack

    def __str__(self) -> str:
        return f"{self.name} ({', '.join(self.kinds)})"


def _table() -> Iterator[Technique]:
    for kinds, attacks in ((KINDS, _EVERY_KIND), (("v1", "v2"), _ENTRA), (("eat",), EAT_CLAIMS)):
        for name, (check, attack) in attacks.items():
            yield Technique(name, kinds, check, attack)


TECHNIQUES = tuple(_table())
