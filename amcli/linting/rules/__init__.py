"""The rules, one module a hundred of their numbers."""
