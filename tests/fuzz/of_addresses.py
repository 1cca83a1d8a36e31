"""Short texts that are typed or configured: URIs, addresses of databases and consoles, pins, dates."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Final

from licensekit import dates
from licensekit.console.security.guard import read_address
from licensekit.database.postgres.connection import holds_password, read_url
from licensekit.errors import LicenseError
from licensekit.issuer.orders.order_file import parse_key
from licensekit.keys import pkcs11
from licensekit.text import names, values
from licensekit.trust.roots import parse_pin
from tests.crm import crm_catalog
from tests.fuzz import kit


def addresses(data: bytes) -> None:
    """Read what the first byte says."""
    _READERS[data[0] % len(_READERS) if data else 0](data[1:].decode(errors="surrogateescape"))


def _token(text: str) -> None:
    place = pkcs11.parse(text)
    assert pkcs11.parse(place.uri()) == place


def _console(text: str) -> None:
    found = read_address(text)
    assert read_address(f"{found.origin}{found.path}") == found


def _database(text: str) -> None:
    shown, parameters = read_url(text)
    password = parameters.get("password")
    # What is masked is where a URL has it: between the name and the host.
    assert not (password and len(password) > 3 and f":{password}@" in shown)
    holds_password(text)


def _pin(text: str) -> None:
    assert parse_pin(text)


def _date(text: str) -> None:
    with suppress(ValueError, OverflowError):
        assert dates.parse_seconds(dates.format_seconds(dates.parse_seconds(text))) == dates.parse_seconds(text)


def _value(text: str) -> None:
    for read in (values.line, values.address, values.web_address, values.code, values.serial, values.day, values.count):
        with suppress(values.FaultyValue):
            read(text)
    parse_key(text, crm_catalog()).read(text)


def _name(text: str) -> None:
    for check in (names.check_name, names.check_message, partial(names.written_id, kind="user id")):
        with suppress(LicenseError):
            check(text)
    with suppress(LicenseError):
        groups = names.check_groups(names.split_groups(text))
        assert names.check_groups(names.split_groups(names.join_groups(groups))) == groups
    assert names.folded(names.folded(text)) == names.folded(text)
    names.search_words(text)


_READERS: Final[Sequence[Callable[[str], None]]] = (_token, _console, _database, _pin, _date, _value, _name)


def addresses_seeds() -> Iterator[bytes]:
    """Yield what is right of each."""
    yield b"\0pkcs11:token=acme;object=signing%202026?module-path=/usr/lib/softhsm/libsofthsm2.so"
    yield b"\0pkcs11:serial=1;id=%01%02;type=private;model=m;manufacturer=x?module-path=/a"
    yield from (b"\1https://crm.example.com/licenses", b"\1http://[::1]:8080", b"\1HTTPS://A.example:443/a/b/")
    yield b"\2postgresql://user:secret@host:5432,other/db?sslmode=require&options=-csearch_path%3Dx"
    yield b"\2postgres://:p@/db?host=/var/run&password=x"
    yield from (b"\3" + pin for pin in kit.texts("pin", "pin"))
    yield from (b"\0042027-01-01T00:00:00Z", b"\0042027-01-01", b"\0049999-12-31t23:59:59.9+01:00")
    yield from (b"\0051.234,5", b"\00531/12/2027", b"\005users.sales", b"\005https://a.example/b?c")
    yield from (b"\6a, b;c", b"\6Bl\xc3\xa5b\xc3\xa6r", b'\6"a, b", c')
