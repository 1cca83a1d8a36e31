"""What this reader is asked, line by line, and what it answers: one function for each question."""

from collections.abc import Callable
from typing import Any, Final

from tests.vectors.second_reader import chains, fields, files, forms, given, key_files, sequences, signing, trust
from tests.vectors.second_reader.evaluation import questions as evaluation
from tests.vectors.second_reader.forms import RefusedError, Token
from tests.vectors.second_reader.given import Line, UnsupportedError

Answer = dict[str, Any]


def answer(line: bytes) -> Answer:
    """Return the answer to a line: a refusal has a code, and a line that is not a question is called unsupported."""
    try:
        asked = given.parse(line)
        return given.choice(ASKS, asked, "ask")(asked)
    except RefusedError as error:
        return {"code": error.args[0]}
    except (UnsupportedError, RecursionError) as error:
        return {"unsupported": str(error)}


def _hello(_: Line) -> Answer:
    return {"reader": "second reader of lk1, edition 2", "asks": [*ASKS][1:], "schemes": [1, 2, 3]}


def _tokens(line: Line) -> Answer:
    tokens = forms.tokens_of(given.contents(line, "file"))
    return {"tokens": [{"type": token.type, "frame": token.frame.hex()} for token in tokens]}


def _frame(line: Line) -> Answer:
    kind = given.kind(line)
    signatures, payload = forms.divide(Token(kind, given.octets(line, "frame")), kind)
    shown = [{"scheme": one.scheme, "key": one.key.hex(), "signature": one.signature.hex()} for one in signatures]
    return {"signatures": shown, "payload": payload.hex()}


def _pin(line: Line) -> Answer:
    return {"digest": trust.pinned_digest(given.contents(line, "pin")).hex()}


def _payload(line: Line) -> Answer:
    kind, payload = given.kind(line), given.octets(line, "payload")
    document = fields.read(kind, payload).plain
    return {"identity": trust.digest(kind, payload)[:16].hex(), "document": document}


def _write(line: Line) -> Answer:
    return {"payload": fields.write(given.kind(line), line.get("document")).hex()}


def _public(line: Line) -> Answer:
    return {"key_id": forms.key(given.whole(line, "scheme"), given.octets(line, "public")).reference[1].hex()}


def _signature(line: Line) -> Answer:
    public, message, signature = (given.octets(line, name) for name in ("public", "message", "signature"))
    if line.get("scheme") == "ml-dsa-65":
        return {"verifies": forms.verifies_mldsa(public, message, signature)}
    return {"verifies": forms.key(given.whole(line, "scheme"), public).verifies(message, signature)}


def _key_file(line: Line) -> Answer:
    text = given.contents(line, "text")
    if not {"passphrase", "passphrase_hex"} & line.keys():
        return _shown_key(key_files.public_key(text))
    shown, secret = key_files.secret_key(text, given.contents(line, "passphrase"))
    return _shown_key(shown) | {"secret": secret.hex()}


def _shown_key(shown: key_files.Shown) -> Answer:
    key = forms.Key(shown.scheme, shown.public)
    return shown._asdict() | {"public": shown.public.hex(), "key_id": key.reference[1].hex()}


def _chain(line: Line) -> Answer:
    entries, hashes = ([given.octets({name: one}, name) for one in given.listing(line, name)] for name in _CHAIN)
    broken = chains.broken_at(entries, hashes) if "hashes" in line else None
    return {"head": chains.head(entries).hex()} if broken is None else {"broken_at": broken}


def _ledger_entry(line: Line) -> Answer:
    return {"entry": chains.ledger_entry([_ledger_value(line, name) for name in chains.LEDGER_VALUES]).hex()}


def _ledger_value(line: Line, name: str) -> bytes | None:
    if line.get(name) is None:
        return None
    return _LEDGER_BYTES.get(name, _utf8)(line, name)


def _utf8(line: Line, name: str) -> bytes:
    return given.text(line, name).encode()


def _audit_entry(line: Line) -> Answer:
    return {"entry": chains.audit_entry(given.mapping(line.get("object"), "object")).hex()}


def _sign(line: Line) -> Answer:
    seeds = [given.octets({"seeds": one}, "seeds") for one in given.listing(line, "seeds")]
    scheme = given.whole(line, "scheme")
    if scheme not in {1, 3} or any(len(seed) != 32 for seed in seeds):
        raise UnsupportedError("only Ed25519 signs the same bytes each time")
    return {"token": signing.sign(given.kind(line), line.get("document"), seeds, scheme)}


_LEDGER_BYTES: Final[dict[str, Callable[[Line, str], bytes]]] = {
    "number": lambda line, name: str(given.whole(line, name)).encode(),
    "time": lambda line, name: str(given.moment(line, name)).encode(),
    "frame": given.octets,
    "request": given.octets,
}
"""How the values of an entry that are not text become bytes."""
_CHAIN: Final = ("entries", "hashes")
ASKS: Final[dict[str, Callable[[Line], Answer]]] = {
    "hello": _hello,
    "tokens": _tokens,
    "frame": _frame,
    "pin": _pin,
    "payload": _payload,
    "write": _write,
    "public": _public,
    "signature": _signature,
    "key_file": _key_file,
    "chain": _chain,
    "ledger_entry": _ledger_entry,
    "audit_entry": _audit_entry,
    "file": files.taken,
    "sequence": sequences.sequence,
    "sign": _sign,
    "evaluate": evaluation.answer,
}
