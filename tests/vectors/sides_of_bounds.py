"""For every bound that readers judge, a case just within and one just beyond; or why one cannot be shown."""

from typing import Final, NamedTuple


class Sides(NamedTuple):
    """The ids of two cases; in place of an id that there cannot be, None."""

    within: str
    beyond: str | None
    why: str = ""
    """Why there is no case beyond."""


def _fields(kind: str, field: str, within: str, beyond: str) -> Sides:
    return Sides(f"fields-of-{kind}/{field}-{within}", f"fields-of-{kind}/{field}-{beyond}")


def _entries(kind: str, field: str, most: int) -> Sides:
    return _fields(kind, field, f"{most}-entries", f"{most + 1}-entries")


def _numbers(kind: str, field: str, highest: int) -> Sides:
    return _fields(kind, field, f"the-highest-{highest}", f"{highest + 1}-above-the-highest")


SIDES: Final = {
    "FILE_BYTES": Sides("sizes/file-of-file-bytes", "sizes/a-file-of-file-bytes-and-one-byte-more"),
    "TOKENS_PER_FILE": Sides("sizes/tokens-256", "sizes/tokens-257"),
    "FRAME_BYTES": Sides(
        "divided-frames/a-frame-of-frame-bytes", "divided-frames/a-frame-of-frame-bytes-and-a-byte-more"
    ),
    "SIGNATURES": Sides("divided-frames/16-signatures", "divided-frames/17-signatures"),
    "CODE_LENGTH": _fields("bundle", "bundle-part", "64-characters", "65-characters"),
    "SERIAL_LENGTH": _fields("bundle", "bundle-serial", "32-characters", "33-characters"),
    "NAME_LENGTH": _fields("bundle", "bundle-company", "200-code-points-of-two-utf-16-units", "201-code-points"),
    "TEXT_LENGTH": _fields(
        "bundle", "bundle-settings-a-value", "2000-code-points-of-two-utf-16-units", "2001-code-points"
    ),
    "LICENSES": _entries("bundle", "bundle-system", 1000),
    "INCLUDES": _entries("catalog", "license-includes", 200),
    "CLOSURE": Sides(
        "sentences/catalog-20000-pairs-of-licenses-by-inclusion",
        "sentences/catalog-20001-pairs-of-licenses-by-inclusion",
    ),
    "SETTINGS": _entries("bundle", "bundle-settings", 200),
    "CHOICES": _entries("catalog", "setting-choices", 100),
    "LANGUAGES": _entries("catalog", "license-names", 50),
    "PARTS": _entries("trust", "scope-parts", 64),
    "REPLACED": _entries("bundle", "bundle-replaces", 8),
    "EXTENSIONS": _entries("bundle", "bundle-extensions", 50),
    "KEYS": _entries("trust", "trust-keys", 64),
    "ROOT_KEYS": _fields("root", "root", "threshold-the-highest-16", "keys-17-entries"),
    "EDITIONS": _entries("catalog", "catalog-editions", 200),
    "REVOKED": _entries("revocations", "revocations-identities", 20_000),
    "FACTS": _entries("request", "request-facts", 32),
    "NOTICES": _entries("statement", "statement-notices", 1000),
    "URLS": _entries("catalog", "catalog-urls", 20),
    "COUNT": _numbers("bundle", "bundle-system-a-value", 2**32 - 1),
    "VERSION": _numbers("bundle", "bundle-sequence", 2**32 - 1),
    "VALUE": Sides(
        "fields-of-bundle/bundle-settings-a-value-9007199254740991",
        "fields-of-bundle/bundle-settings-a-value-9007199254740992-beyond-value",
    ),
    "SECONDS": _numbers("bundle", "bundle-issued", 253_402_300_799),
    "DAYS": _numbers("bundle", "bundle-starts", 2_932_896),
    "HOURS": _numbers("bundle", "bundle-offline-hours", 87_840),
    "TERM_DAYS": _numbers("trust", "scope-longest-term", 36_600),
    "ISSUED_AHEAD_SECONDS": Sides("times-of-issue/bundle-a-day-ahead-later", "times-of-issue/bundle-ahead-later"),
    "KEY_FILE_BYTES": Sides(
        "secret-key-files/a-secret-key-of-key-file-bytes",
        "secret-key-files/a-secret-key-of-key-file-bytes-and-a-byte-more",
    ),
    "PASSPHRASE_BYTES": Sides(
        "secret-key-files/a-passphrase-of-1024-bytes", None, "no code is named: whoever asks for a passphrase bounds it"
    ),
    "SCRYPT_LOG2_N_MIN": Sides(
        "secret-key-files/a-secret-key-a-log2n-of-14", "secret-key-files/a-secret-key-a-log2n-of-13"
    ),
    # A key file of 20 would take a gigabyte of memory, which not every machine has.
    "SCRYPT_LOG2_N_MAX": Sides(
        "secret-key-files/a-secret-key-a-log2n-of-14", "secret-key-files/a-secret-key-a-log2n-of-21"
    ),
}
"""Name of a bound to cases on its sides."""

OF_OTHERS: Final = {"TOML_BYTES", "SCRYPT_R", "SCRYPT_P"}
"""The bound of files that people write, and two numbers that are always the same."""
