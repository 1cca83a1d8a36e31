"""Every bound of the format and of the files we read (`docs/format.md`, "Bounds")."""

from typing import Final

# Files and tokens, in bytes and counts.
FILE_BYTES: Final = 4 * 1024 * 1024
TOKENS_PER_FILE: Final = 256
FRAME_BYTES: Final = 1024 * 1024
SIGNATURES: Final = 16

# Text inside documents, in Unicode code points.
CODE_LENGTH: Final = 64
SERIAL_LENGTH: Final = 32
NAME_LENGTH: Final = 200
TEXT_LENGTH: Final = 2000

# Collections inside documents, in entries.
LICENSES: Final = 1000
INCLUDES: Final = 200
CLOSURE: Final = 20_000  # pairs of a license and one that it includes, directly or indirectly, in a catalog
SETTINGS: Final = 200
CHOICES: Final = 100
LANGUAGES: Final = 50
PARTS: Final = 64
REPLACED: Final = 8
EXTENSIONS: Final = 50
KEYS: Final = 64
ROOT_KEYS: Final = 16
EDITIONS: Final = 200
REVOKED: Final = 20_000
FACTS: Final = 32
NOTICES: Final = 1000
URLS: Final = 20

# Numbers.
COUNT: Final = 2**32 - 1
VERSION: Final = 2**32 - 1
VALUE: Final = 2**53 - 1
SECONDS: Final = 253_402_300_799  # the last second of the year 9999, counted from 1970-01-01T00:00:00Z
DAYS: Final = 2_932_896  # the last day of the year 9999, counted from 1970-01-01
HOURS: Final = 24 * 366 * 10
TERM_DAYS: Final = 366 * 100
ISSUED_AHEAD_SECONDS: Final = 86_400  # how far in the future a document may be issued

# Files that people write.
TOML_BYTES: Final = 1024 * 1024
KEY_FILE_BYTES: Final = 64 * 1024
PASSPHRASE_BYTES: Final = 1024

# Key derivation (RFC 7914): the cost of opening a key file.
SCRYPT_LOG2_N_MIN: Final = 14
SCRYPT_LOG2_N_MAX: Final = 20
SCRYPT_R: Final = 8
SCRYPT_P: Final = 1
