"""The tables of a ledger.

`entries` is the record: only ever appended to, each entry chained to the one before. The other
tables are drawn from it so that questions cost what their answers cost, and `ledger verify`
compares them with it.
"""

from pathlib import Path
from typing import Final

from licensekit.database import Schema, read_migrations

SCHEMA: Final = Schema("ledger", read_migrations(Path(__file__).with_name("migrations")))
