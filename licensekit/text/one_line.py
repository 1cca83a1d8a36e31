"""Files of one line, as editors and shells write them: a passphrase, a PIN, the URL of a ledger."""

from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from typing import Final

from licensekit.errors import TextUnreadable

_UTF_16: Final = ((BOM_UTF16_LE, "utf-16-le"), (BOM_UTF16_BE, "utf-16-be"))


def first_line(data: bytes) -> bytes:
    """Return the first line of a file, without its end and without a byte order mark.

    UTF-16 that begins with its mark, as Windows writes it, is returned as UTF-8. Other bytes stay as they are: what a
    passphrase is made of is not judged.

    Raises:
        TextUnreadable: it is UTF-16 without a mark, or damaged.
    """
    for mark, encoding in _UTF_16:
        if data.startswith(mark):
            try:
                data = data.removeprefix(mark).decode(encoding).encode()
            except UnicodeDecodeError as error:
                raise TextUnreadable from error
    line = data.removeprefix(BOM_UTF8).split(b"\n", 1)[0].removesuffix(b"\r")
    if b"\0" in line:
        raise TextUnreadable
    return line
