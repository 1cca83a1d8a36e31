"""Sessions with PKCS#11 tokens. No other module imports python-pkcs11."""

from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from secrets import token_bytes
from typing import Any, Final, NamedTuple

import pkcs11
from pkcs11 import Attribute, KeyType, Mechanism, Object, ObjectClass, Session, SignMixin, Token, TokenFlag

from licensekit import errors
from licensekit.keys.pkcs11 import TOKEN_ATTRIBUTES, KeyPlace
from licensekit.keys.verifying import VerifyingKey, load
from licensekit.wire.frame import ED25519, ED25519_KEY_BYTES

_ED25519_OID: Final = bytes.fromhex("06032b6570")
_POINT_PREFIXES: Final = (b"", b"\x04\x20", b"\x03\x21\x00")
"""Before the point: nothing, a DER octet string (SoftHSM and most), or a DER bit string."""
_ID_BYTES: Final = 8

_TRIES: Final = (
    (TokenFlag.USER_PIN_LOCKED, "locked"),
    (TokenFlag.USER_PIN_FINAL_TRY, "last"),
    (TokenFlag.USER_PIN_COUNT_LOW, "few"),
)
"""Flags of a token about the remaining tries for its PIN, most urgent first."""
_REASONS: Final[Mapping[type[pkcs11.PKCS11Error], str]] = {
    **dict.fromkeys((pkcs11.DeviceRemoved, pkcs11.SessionHandleInvalid, pkcs11.TokenNotPresent), "removed"),
    **dict.fromkeys((pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange), "refused"),
    pkcs11.MechanismInvalid: "mechanism",
    pkcs11.PinLocked: "locked",
}


class _TokenSigner(NamedTuple):
    """A key in a token; `key` is a handle of the private key."""

    place: KeyPlace
    key: SignMixin
    verifying_key: VerifyingKey

    def __repr__(self) -> str:
        return f"<_TokenSigner of {self.uri}>"

    @property
    def uri(self) -> str:
        return self.place.uri()

    def sign(self, message: bytes) -> bytes:
        with _explained(self.place):
            signature = self.key.sign(message, mechanism=Mechanism.EDDSA)
        try:
            self.verifying_key.verify(message, signature)
        except errors.SignatureInvalid as error:
            raise errors.SignerUnavailable(reason="mismatch", where=_name(self.place)) from error
        return signature


def open_signer(place: KeyPlace, pin: Callable[[], str]) -> _TokenSigner:
    """Return the signer for the key at `place`; raises as `keys.pkcs11.open_signer`."""
    with _session(place, pin, rw=False) as session:
        return _signer(session, place)


def generate(place: KeyPlace, pin: Callable[[], str]) -> _TokenSigner:
    """Generate the key that `place` names by label; raises as `keys.pkcs11.generate`."""
    place = place if place.id else place._replace(id=token_bytes(_ID_BYTES))
    with _session(place, pin, rw=True) as session:
        if _objects(session, {Attribute.LABEL: place.object}):
            raise errors.SignerUnavailable(reason="label-taken", name=place.object or "", where=_name(place))
        curve = session.create_domain_parameters(KeyType.EC_EDWARDS, {Attribute.EC_PARAMS: _ED25519_OID}, local=True)
        # Without further attributes the private key is sensitive and cannot be extracted.
        curve.generate_keypair(mechanism=Mechanism.EC_EDWARDS_KEY_PAIR_GEN, store=True, id=place.id, label=place.object)
        return _signer(session, place)


def _signer(session: Session, place: KeyPlace) -> _TokenSigner:
    private = _key(session, place, ObjectClass.PRIVATE_KEY)
    public = _key(session, place, ObjectClass.PUBLIC_KEY)
    if not isinstance(private, SignMixin):
        raise errors.SignerUnavailable(reason="may-not-sign", where=_name(place))
    return _TokenSigner(place, private, _verifying_key(place, public[Attribute.EC_POINT]))


def _key(session: Session, place: KeyPlace, kind: ObjectClass) -> Object:
    named = {Attribute.LABEL: place.object, Attribute.ID: place.id}
    wanted = {attribute: value for attribute, value in named.items() if value is not None}
    found = _objects(session, {Attribute.CLASS: kind, Attribute.KEY_TYPE: KeyType.EC_EDWARDS, **wanted})
    if len(found) != 1:
        reason, name = "several" if found else "missing", kind.name.lower().replace("_", " ")
        raise errors.SignerUnavailable(reason=reason, name=name, where=_name(place))
    return found[0]


def _objects(session: Session, wanted: dict[Attribute, Any]) -> list[Object]:
    # A search must be read to its end: otherwise the garbage collector closes it, after its session.
    return list(session.get_objects(wanted))


def _verifying_key(place: KeyPlace, point: bytes) -> VerifyingKey:
    key = point[-ED25519_KEY_BYTES:]
    if point in [prefix + key for prefix in _POINT_PREFIXES]:
        with suppress(errors.KeyInvalid):
            return load(ED25519, key)
    raise errors.SignerUnavailable(reason="not-ed25519", where=_name(place))


@contextmanager
def _session(place: KeyPlace, pin: Callable[[], str], *, rw: bool) -> Generator[Session]:
    """Open a session, which is closed only if the block raises."""
    with _explained(place), ExitStack() as stack:
        session = _log_in(place, pin, rw=rw)
        stack.enter_context(session)
        yield session
        stack.pop_all()


def _log_in(place: KeyPlace, pin: Callable[[], str], *, rw: bool) -> Session:
    token = _find(place)
    if (tries := _tries(token)) in {"locked", "last"}:  # a wrong last try would lock the token
        raise errors.SignerUnavailable(reason=tries, where=_name(place))
    try:
        return token.open(rw=rw, user_pin=pin())
    except UnicodeEncodeError as error:
        raise pkcs11.PinInvalid from error
    except pkcs11.PinIncorrect as error:
        tries = _tries(token.slot.get_token())
        raise errors.SignerUnavailable(reason=tries, reported="PinIncorrect", where=_name(place)) from error
    except pkcs11.UserAlreadyLoggedIn:
        # A login is for the whole process; this one was for another key of the token.
        return token.open(rw=rw)


def _tries(token: Token) -> str:
    """Return the reason for a refused PIN by the remaining tries."""
    return next((reason for flag, reason in _TRIES if flag in token.flags), "refused")


def _find(place: KeyPlace) -> Token:
    try:
        module = pkcs11.lib(place.module)
    except (pkcs11.PKCS11Error, ValueError) as error:
        raise errors.SignerUnavailable(reason="module", detail=str(error) or type(error).__name__) from error
    if not (found := [token for token in module.get_tokens() if _describes(place, token)]):
        raise errors.SignerUnavailable(reason="no-token", where=_name(place))
    if len(found) > 1:
        raise errors.SignerUnavailable(reason="several-tokens", where=_name(place))
    return found[0]


def _describes(place: KeyPlace, token: Token) -> bool:
    values = (token.label, token.serial.decode("ascii", "replace"), token.model, token.manufacturer_id)
    return place.token.items() <= dict(zip(TOKEN_ATTRIBUTES, values, strict=True)).items()


@contextmanager
def _explained(place: KeyPlace) -> Generator[None]:
    try:
        yield
    except pkcs11.PKCS11Error as error:
        reason = _REASONS.get(type(error), "other")
        raise errors.SignerUnavailable(reason=reason, reported=type(error).__name__, where=_name(place)) from error


def _name(place: KeyPlace) -> str:
    return " ".join(f"{name} `{value}`" for name, value in place.token.items())
