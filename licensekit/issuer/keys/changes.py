"""Changes of the signing keys: each is the next trust document."""

from collections.abc import Collection, Sequence
from itertools import count
from typing import NamedTuple

from licensekit.errors import KeyChangeRefused, RuleBroken
from licensekit.issuer.keys import documents as made
from licensekit.issuer.keys.documents import PublicKey
from licensekit.text import values
from licensekit.text.values import FaultyValue
from licensekit.wire.documents import AdmittedKey, KeyState, RefusedField, Root, Scope, SignedType, Trust, Use


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
