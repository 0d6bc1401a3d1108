"""The JSON Schemas: what they find in a card, in words, and how it is mended."""
