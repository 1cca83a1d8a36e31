"""What people write: single values, tables of keys, TOML, codes that were mistyped, names."""
