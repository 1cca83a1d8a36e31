"""Public keys that took a search or a theory to find; all are TEST KEYS and have no owner."""

from typing import Final

COLLIDING: Final = (
    bytes.fromhex("4c4943454e53454b49542054455354204b4559204f4e4c59e0667af419744ce3"),
    bytes.fromhex("4c4943454e53454b49542054455354204b4559204f4e4c596cc54c7b64ee2a04"),
)
"""Two Ed25519 keys of one key id, dbfcf3caad0cd199. Both begin `LICENSEKIT TEST KEY ONLY`."""

LOW_ORDER: Final = tuple(
    bytes.fromhex(key)
    for key in (
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    )
)
"""The eight points of low order, under which any message has a signature that verifies."""

NON_CANONICAL: Final = (
    bytes.fromhex("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    bytes.fromhex("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
)
"""Second spellings of points: a y that is not below the field's prime."""

NO_POINT: Final = bytes.fromhex("0200000000000000000000000000000000000000000000000000000000000000")
"""On no point of the curve."""
