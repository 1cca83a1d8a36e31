"""`docs/installation.md`: its rules are those that the modules state."""

import inspect
import re

from licensekit.database import schemas
from licensekit.installation import admission
from licensekit.state import time
from licensekit.state.home import SCHEMA
from tests.docs.tables import section, tables, text_of

TEXT = text_of("installation.md")


def test_rules_are_numbered_as_where_they_are_carried_out() -> None:
    numbers = [row[0] for row in tables(section(TEXT, "Activation"))[0]]
    stated = re.findall(r"^(A[0-9])  ", admission.__doc__ or "", re.MULTILINE)
    assert stated == [n for n in numbers if n != "A7"]


def test_every_rule_of_time_that_the_code_names_is_stated() -> None:
    numbers = {row[0] for row in tables(section(TEXT, "Time"))[0]}
    assert set(re.findall(r"\bC[0-9]\b", inspect.getsource(time))) <= numbers


def test_every_table_is_named() -> None:
    created = set(schemas.tables(SCHEMA))
    assert created
    assert created <= set(re.findall(r"`(\w+)`", section(TEXT, "Tables")))
