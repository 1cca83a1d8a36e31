"""The issuer's commands."""
