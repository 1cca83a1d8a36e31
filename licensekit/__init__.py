"""Signed license files for on-premise software."""
