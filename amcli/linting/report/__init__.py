"""Findings on paper: one module a format."""
