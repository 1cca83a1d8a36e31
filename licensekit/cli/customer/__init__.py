"""The customer's commands."""
