"""The words of a card, by which a rule is known to have nothing to ask of it."""

from __future__ import annotations

from amcli.linting.facts.card import CardFacts


def words_of(card: CardFacts) -> set[str]:
    """Return the types and the property names that a card has, and the slugs of its mistakes."""
    words = set(card.mistakes)
    for node in card.nodes:
        words.update(node.value)
        if node.type is not None:
            words.add(node.type)
    return words
