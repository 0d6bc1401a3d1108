"""Fixes: changes of the card, made in the text that the author wrote."""
