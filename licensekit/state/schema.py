"""The tables of an installation, as numbered migrations (`docs/installation.md`, "Tables")."""

from pathlib import Path
from typing import Final

from licensekit.database import Schema, read_migrations

SCHEMA: Final = Schema("installation", read_migrations(Path(__file__).with_name("migrations")))
