"""A mail or a page as it came, from hostile bytes, and the cards that are written into it."""
