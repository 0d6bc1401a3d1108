"""Outlook actionable messages: render, lint, sign, send and verify."""

from __future__ import annotations
