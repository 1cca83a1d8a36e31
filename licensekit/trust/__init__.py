"""Whom to believe, and from token to verified document (`docs/format.md`, "Trust")."""
