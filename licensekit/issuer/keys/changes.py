"""Changes of the signing keys: each is the next trust document, and what it alters is shown before.

Where that is shown, a key is named by its id, or by its name if it is not made yet.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any, Final, NamedTuple

from licensekit.errors import KeyChangeRefused, RuleBroken
from licensekit.issuer.keys import documents as made
from licensekit.issuer.keys.documents import PublicKey, key_id
from licensekit.issuer.keys.new_keys import KeyPlan
from licensekit.proposals import Change
from licensekit.text import values
from licensekit.text.values import FaultyValue
from licensekit.wire.documents import AdmittedKey, KeyState, RefusedField, Root, Scope, SignedType, Trust, Use
from licensekit.wire.frame import ED25519, HYBRID
from licensekit.wire.plain import plain, word


class Permission(NamedTuple):
    """What a new key may sign, when and for whom."""

    issuer: str = ""
    """Empty: the issuer of the workspace."""
    types: tuple[SignedType, ...] = ()
    """None named: every type, or bundles alone where anything below limits them."""
    uses: tuple[Use, ...] = tuple(Use)
    longest_term: int | None = None
    """For bundles: the most days from issue to the end of grace."""
    parts: tuple[str, ...] = ()
    """For bundles: the parts; none is all."""
    most: int | None = None
    """For bundles: the highest count or quantity of any license."""
    valid_from: int | None = None
    """Seconds since 1970; None: from now on."""
    valid_to: int | None = None

    @property
    def scope(self) -> Scope:
        """The scope that a trust document gives."""
        limits = (self.longest_term, self.parts or None, self.most)
        every = tuple(SignedType) if limits == (None, None, None) else (SignedType.BUNDLE,)
        return Scope(
            types=sorted(set(self.types or every)),
            issuers=[self.issuer],
            uses=sorted(set(self.uses)),
            longest_term=self.longest_term,
            parts=sorted(set(self.parts)) or None,
            most=self.most,
        )


def admit(trust: Trust, key: PublicKey, name: str, permission: Permission, now: int) -> Trust:
    """Return the trust document that admits `key` under `name`.

    Raises:
        KeyChangeRefused: a key of this name is active, this key is named already, or no key can be permitted this.
    """
    codes = ((values.code, code) for code in (permission.issuer, *permission.parts))
    for read, text in ((values.line, name), *codes):
        try:
            read(text)
        except FaultyValue as error:
            why = RuleBroken(reason="value", text=text, fault=error.fault)
            raise KeyChangeRefused(reason="permission", key=name, why=(why,)) from error
    for known in trust.keys:
        if known.public == key.public:
            raise KeyChangeRefused(reason="named", key=known.name)
        if known.name == name and known.state is KeyState.ACTIVE:
            raise KeyChangeRefused(reason="name-taken", key=name)
    valid_from = now if permission.valid_from is None else permission.valid_from
    try:
        new = made.admitted(key, name, permission.scope, valid_from, permission.valid_to)
    except RefusedField as error:
        raise KeyChangeRefused(reason="permission", key=name, why=(error.rule,)) from error
    return made.next_trust(trust, [*trust.keys, new], now)


def rotate(trust: Trust, old: AdmittedKey, key: PublicKey, name: str, now: int) -> Trust:
    """Return the trust document in which `key` takes over from `old`, which retires.

    It may sign what `old` may, and as long: from the same time on, so that it can sign again what `old` has signed, and
    until the same end, if that is still to come.

    Raises:
        KeyChangeRefused: `old` is not active.
    """
    require_active(old)
    end = None if old.valid_to is None or old.valid_to <= now else old.valid_to
    new = made.admitted(key, name, old.scope, old.valid_from, end)
    keys = made.replaced(trust.keys, made.retired(old, now))
    return made.next_trust(trust, [*keys, new], now)


def successor(before: Trust, after: Trust, old: str) -> str | None:
    """Return the id of the key that takes over from the key `old` in the document after `before`; None: none does."""
    known = {key.public: key.state for key in before.keys}
    retired = [key for key in after.keys if key.state is KeyState.RETIRED and made.key_id(key) == old]
    if not retired or known.get(retired[0].public) is not KeyState.ACTIVE:
        return None
    may_sign = retired[0].scope, retired[0].valid_from
    new = (key for key in after.keys if key.public not in known and (key.scope, key.valid_from) == may_sign)
    return next((made.key_id(key) for key in new), None)


def retire(trust: Trust, name: str, now: int) -> Trust:
    """Return the trust document in which a key no longer signs; what it signed stays valid.

    Raises:
        KeyMissing: no key has this name or key id.
        KeyChangeRefused: it is not active.
    """
    old = made.named(trust.keys, name)
    require_active(old)
    return made.next_trust(trust, made.replaced(trust.keys, made.retired(old, now)), now)


def revoke(trust: Trust, name: str, now: int) -> Trust:
    """Return the trust document in which nothing that a key signed is valid.

    Raises:
        KeyMissing: no key has this name or key id.
        KeyChangeRefused: it is revoked already.
    """
    old = made.named(trust.keys, name)
    if old.state is KeyState.REVOKED:
        raise KeyChangeRefused(reason="revoked", key=old.name)
    return made.next_trust(trust, made.replaced(trust.keys, made.revoked(old)), now)


def rotate_root(root: Root, trust: Trust, keys: Sequence[PublicKey], threshold: int, now: int) -> tuple[Root, Trust]:
    """Return the next root and the same trust under it: they only work together."""
    new = made.next_root(root, keys, threshold)
    return new, made.next_trust(trust, trust.keys, now, root_version=new.version)


def free_name(taken: Collection[str]) -> str:
    """Return the first of `signing-1`, `signing-2` … that is not taken."""
    return next(name for number in count(1) if (name := f"signing-{number}") not in taken)


def require_active(key: AdmittedKey) -> None:
    """Raise `KeyChangeRefused` if a key is retired or revoked."""
    if key.state is not KeyState.ACTIVE:
        reason = "retired" if key.state is KeyState.RETIRED else "revoked"
        raise KeyChangeRefused(reason=reason, key=key.name)


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
