"""Adapters for frameworks, each imported only by its own module (`docs/how-to/frameworks.md`)."""
