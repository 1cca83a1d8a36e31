"""What `init` writes for people to read and change: a catalog, and an order that fits it."""

from collections.abc import Iterable, Iterator
from string import Template
from typing import Final

from licensekit.wire.documents import Catalog, Kind, License

_CATALOG: Final = Template("""\
# Everything that can be licensed of $name.
#
# `licensekit catalog check` names every fault in this file, `licensekit catalog diff` shows what
# has changed since it was signed, and `licensekit pack` signs the change. A code (the part behind
# `licenses.`) is what the application asks for; once sold, it stays.

product = "$product"

[issuer]
code = "$issuer"
name = "$name"
# buy = "https://example.com/buy"    # shown as the way to buy more

# System licenses: the whole installation has them, or has not.

[licenses.server]
kind = "system"
name = "Server"

[licenses.reports]
kind = "system"
name = "Reports"
description = "Reports over everything in the system."
full_with = "report-editor"          # alone it is read-only; a user who holds this one edits

# Site licenses: so many sites may use them.

[licenses.branch]
kind = "site"
name = "Branch office"
limits = "sites"                     # so many sites there may be besides the central one

[licenses.archive]
kind = "site"
name = "Archive"
requires = ["server"]                # not without this one

# User licenses: so many users may hold them. A user holds at most one plan.

[licenses.user]
kind = "user"
name = "Access"
hidden = true                        # not assigned by itself: it comes with a plan

[licenses.report-editor]
kind = "user"
name = "Report editor"
requires = ["reports"]

[licenses.standard]
kind = "user"
name = "Standard user"
plan = true
includes = ["user"]

[licenses.professional]
kind = "user"
name = "Professional user"
plan = true
includes = ["report-editor", "user"]

# Who may log in by which way: everything in the list must be there.

[access.web]
all = ["server", "user"]
""")

_ORDER: Final = Template("""\
# What one company bought. This signs it:
#
#     licensekit issue $path
#
# Copy this file for the next order, and give that its own number.

order = "example-1"          # an order of one number is issued once, however often this runs
company = "Example Company"
$serial
days = 365                   # the term, from the day of issue; or a date: expiry = 2027-12-31
warning_days = 30            # so long before its end administrators are reminded
grace_days = 14              # so long after its end everything works on

""")
_SERIAL: Final = Template("""\
serial = "$serial"        # the one that the vendor has sold to this company
""")

_PER_KIND: Final = 2
_COUNTS: Final = {Kind.SITE: 3, Kind.USER: 25}
_QUANTITY: Final = 100


def catalog_text(*, product: str, issuer: str, name: str) -> str:
    """Return a first catalog, commented."""
    return _CATALOG.substitute(product=product, issuer=issuer, name=_in_toml(name))


def order_text(catalog: Catalog, *, path: str, serial: str | None = None) -> str:
    """Return an order for a year that fits `catalog`, commented.

    `path` is how its reader would call the file. Without `serial`, a new one is made when the order
    is issued.
    """
    chosen = _chosen(catalog)
    tables = (_table(catalog, kind, chosen) for kind in Kind)
    named = "" if serial is None else _SERIAL.substitute(serial=serial)
    return _ORDER.substitute(path=path, serial=named) + "\n".join(filter(None, tables))


def _table(catalog: Catalog, kind: Kind, chosen: set[str]) -> str:
    mine = [c for c, one in catalog.licenses.items() if c in chosen and one.kind is kind]
    rows = "".join(f"{code} = {_count(catalog.licenses[code])}\n" for code in mine)
    return f"[{kind.plural}]\n{rows}" if rows else ""


def _count(license_: License) -> str:
    if license_.kind is Kind.SYSTEM:
        return str(_QUANTITY) if license_.quantity is not None else "true"
    return str(_COUNTS[license_.kind])


def _chosen(catalog: Catalog) -> set[str]:
    """Return a few licenses of each kind, and everything that they require."""
    licenses = catalog.licenses
    offered = {
        kind: [c for c, one in licenses.items() if one.kind is kind and not one.hidden]
        for kind in Kind
    }
    chosen: set[str] = set()
    waiting = [code for codes in offered.values() for code in codes[:_PER_KIND]]
    while waiting:
        code = waiting.pop()
        if code not in chosen:
            chosen.add(code)
            waiting += _own(catalog, licenses[code].requires)
    return chosen


def _own(catalog: Catalog, codes: Iterable[str]) -> Iterator[str]:
    return (code for code in codes if code in catalog.licenses)


def _in_toml(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
