"""Members of a line, as the types that the package takes."""

from typing import Any


def bytes_of(line: dict[str, Any], name: str) -> bytes:
    """Return the bytes of a text member, which is in hexadecimal where it is not UTF-8."""
    if f"{name}_hex" in line:
        return bytes.fromhex(line[f"{name}_hex"])
    text: str = line[name]
    return text.encode()
