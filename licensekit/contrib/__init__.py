"""Adapters, each for one framework, which it alone imports (`docs/how-to/frameworks.md`)."""
