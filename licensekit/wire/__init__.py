"""The `lk1` format: armor, frames and documents."""
