"""Did you mean: the known name that a misspelt one resembles."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

_ALIKE = 0.65  # so that "ulr" resembles "url"

# A card from anywhere may have a hundred thousand ids; no person misspelt one of those.
_MOST_NAMES = 200


def closest(name: object, known: Iterable[str]) -> str | None:
    """Return the known name that ``name`` resembles, ignoring case; None when none does.

    Among more than 200 names nothing is looked for.
    """
    names = list(itertools.islice(known, _MOST_NAMES + 1))
    if not isinstance(name, str) or len(names) > _MOST_NAMES:
        return None
    folded = {candidate.casefold(): candidate for candidate in names}
    import difflib  # slow to load, and most names are spelt right

    matches = difflib.get_close_matches(name[:100].casefold(), folded, n=1, cutoff=_ALIKE)
    return folded[matches[0]] if matches else None


def did_you_mean(name: object, known: Iterable[str]) -> str | None:
    """Return ``did you mean 'color'?``, or None when nothing known resembles the name."""
    found = closest(name, known)
    return None if found is None else meant(found)


def meant(name: str) -> str:
    """Return the question whether this name was meant."""
    return f"did you mean {name!r}?"
