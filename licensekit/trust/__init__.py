"""The trust store and the verification of documents (`docs/format.md`, "Trust")."""
