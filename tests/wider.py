"""A schema to come that adds a column to every table."""

from typing import Any

from licensekit.database import Schema
from licensekit.database.schemas import Migration, tables


def wider(schema: Schema) -> Schema:
    """Return the next schema, with which programs of `schema` go on."""
    added: tuple[Any, ...] = tuple(f"ALTER TABLE {table} ADD COLUMN later {{text}}" for table in tables(schema))
    number = schema.number + 1
    step = Migration(added, schema.number, schema.number, number, f"{number}-wider")
    return schema._replace(migrations=(*schema.migrations, step))
