"""Reads QR codes back, with a reader that is not the one who drew them."""

import struct
import zlib

import zxingcpp


def read_png(data: bytes) -> str:
    """Return the text of the code in a black and white PNG as segno writes it."""
    return _read(*_pixels(data))


def read_modules(rows: list[list[bool]], scale: int = 4) -> str:
    """Return the text of the code with these modules; true is dark."""
    wide = [[dark for dark in row for _ in range(scale)] for row in rows]
    high = [row for row in wide for _ in range(scale)]
    return _read(bytes(0 if dark else 255 for row in high for dark in row), len(high))


def _read(gray: bytes, size: int) -> str:
    [found] = zxingcpp.read_barcodes(memoryview(gray).cast("B", shape=(size, len(gray) // size)))
    text: str = found.text
    return text


def _pixels(data: bytes) -> tuple[bytes, int]:
    size = int.from_bytes(data[20:24], "big")
    rows: list[bytes] = []
    before = bytes((size + 7) // 8)
    raw = zlib.decompress(b"".join(body for kind, body in _chunks(data) if kind == b"IDAT"))
    for at in range(0, len(raw), len(before) + 1):
        kind, row = raw[at], raw[at + 1 : at + 1 + len(before)]
        if kind == 2:  # differs from the row above
            row = bytes((one + above) % 256 for one, above in zip(row, before, strict=True))
        before = row
        bits = "".join(f"{byte:08b}" for byte in row)[:size]
        rows.append(bytes(255 if bit == "1" else 0 for bit in bits))
    return b"".join(rows), size


def _chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    found: list[tuple[bytes, bytes]] = []
    at = 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        found.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += length + 12
    return found
