"""Texts that people write: values, names, TOML, tables of spreadsheets, pasted licenses."""
