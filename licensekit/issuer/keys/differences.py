"""What a change of keys alters, as a proposal shows it.

A key is named by its id, or by its name if it is not made yet.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from licensekit.issuer.keys.documents import key_id
from licensekit.issuer.keys.new_keys import KeyPlan
from licensekit.proposals import Change
from licensekit.wire.documents import AdmittedKey, Root, Trust
from licensekit.wire.frame import ED25519, HYBRID
from licensekit.wire.plain import plain, word

_SCHEMES: Final = {ED25519: "ed25519", HYBRID: "hybrid"}


def of_trust(trust: Trust, document: Trust) -> Iterator[Change]:
    """Yield what the next trust document changes: states of keys, and what new ones may sign.

    `trust` is the one in force.
    """
    yield Change("trust", trust.version, document.version)
    before = {key_id(key): word(key.state) for key in trust.keys}
    for key in document.keys:
        path, was, now = f"keys.{_called(key)}", before.get(_called(key)), word(key.state)
        if was != now:
            yield Change(path, was, now)
        if was is None:
            yield from _gained(path, _said_of(key))


def of_root(root: Root, trust: Trust, scheme: int, files: Sequence[Path]) -> Iterator[Change]:
    """Yield what a new root changes, whose keys are to be in `files`; its trust stays the same."""
    yield Change("root", root.version, root.version + 1)
    yield Change("trust", trust.version, trust.version + 1)
    for path in files:
        said = {"scheme": _SCHEMES[scheme], "file": str(path)}
        yield from _gained(f"root.{path.stem}", said)


def of_file(plan: KeyPlan, name: str, folder: Path) -> Iterator[Change]:
    """Yield where a new key will be, which is written into `folder`."""
    place = {"file": str(folder / plan.file_name(name)), "token": plan.uri}
    called = name if plan.known is None else plan.known.key_id.hex()
    yield from _gained(f"keys.{called}", place)


def _called(key: AdmittedKey) -> str:
    return key_id(key) if key.public else key.name


def _said_of(key: AdmittedKey) -> Mapping[str, Any]:
    """Return what the entry of a key says, but for its public half and its state."""
    said = plain(key)
    scope: dict[str, Any] = said["scope"]
    return {
        "name": key.name,
        "scheme": _SCHEMES[key.scheme],
        **{name: ", ".join(scope[name]) for name in ("types", "issuers", "uses")},
        "longest_term": scope["longest_term"],
        "parts": scope["parts"] and ", ".join(scope["parts"]),
        "most": scope["most"],
        "valid_from": said["valid_from"],
        "valid_to": said["valid_to"],
    }


def _gained(path: str, values: Mapping[str, Any]) -> Iterator[Change]:
    return (Change(f"{path}.{name}", None, v) for name, v in values.items() if v is not None)
