"""Licenses in Django: a system check, a decorator, permissions and a template tag (`docs/how-to/frameworks.md`)."""
