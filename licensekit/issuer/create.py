"""Creation of a workspace, of a vendor or of a partner under its root: built beside its folder, then moved there."""

import re
import shutil
import unicodedata
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from os.path import realpath
from pathlib import Path
from secrets import token_hex
from string import Template
from typing import Final, NamedTuple

from licensekit import errors, files, limits
from licensekit.catalog.tables import unsold
from licensekit.issuer.catalog.catalog_file import TrustVersion, read_catalog
from licensekit.issuer.intake import opened
from licensekit.issuer.keys import changes, keyring
from licensekit.issuer.layout import Layout, require_url
from licensekit.issuer.ledger import documents, entries
from licensekit.issuer.ledger.projection import Record
from licensekit.issuer.orders import numbering
from licensekit.keys.keyfile import format_public
from licensekit.keys.signing import SigningKey
from licensekit.keys.verifying import VerifyingKey
from licensekit.text.names import LETTERS
from licensekit.trust.pack import TrustStore, held_in, open_pack, pin_in_pack
from licensekit.trust.roots import pin_of
from licensekit.trust.sign import sign
from licensekit.wire.documents import Catalog, Kind, encode, is_code
from licensekit.wire.frame import ED25519

FIRST_KEY: Final = "signing-1"
_TEXTS: Final = Path(__file__).with_name("texts")  # templates of the files that people edit
_SERIAL: Final = 'serial = "{serial}"        # as the vendor sold it to this company\n'
_PER_KIND: Final = 2
_COUNTS: Final = {Kind.SYSTEM: "true", Kind.SITE: "3", Kind.USER: "25"}
_QUANTITY: Final = "100"


class NewWorkspace(NamedTuple):
    """The settings of a new workspace. Empty names come from the catalog, else from the folder's name."""

    product: str = ""
    """The code of the product."""
    issuer: str = ""
    """The code of the issuer."""
    name: str = ""
    """The issuer's name in the first catalog."""
    catalog: bytes | None = None
    """The catalog file, with the same product and issuer; default: a small one."""
    scheme: int = ED25519
    """The scheme of every key: `frame.ED25519` or `frame.HYBRID`."""
    root_keys: int = 1
    """How many keys the root has."""
    threshold: int = 1
    """How many of them must sign."""
    ledger: str | None = None
    """The `postgresql://` URL of a ledger on a server, without a password; default: in the folder."""


class Secrets(NamedTuple):
    """The passphrases of the new keys."""

    signing: bytes
    root: Sequence[bytes]
    """One for all root keys, or one for each."""


def _planned(
    folder: Path, given: NewWorkspace, now: int, *, under: TrustVersion, others: Mapping[str, Catalog] | None
) -> tuple[bytes, Catalog]:
    """Return the first catalog, as text and as read; `others` are the vendor's catalogs, for a partner."""
    require_url(given.ledger)
    text = given.catalog
    if text is None:
        called = Path(realpath(folder)).name
        product = given.product or _code(called)
        issuer = given.issuer or (product if others is None else _code(called))
        name = given.name or called[:1].upper() + called[1:]
        text = first_catalog(product=product, issuer=issuer, name=name).encode()
    catalog = read_catalog(text, version=1, issued=now, under=under, others=others or {})
    if given.catalog is not None:
        of_product = "product" if others is None else "vendors-product"
        says = (catalog.product, catalog.issuer, catalog.names.get("issuer", catalog.issuer))
        planned = (given.product, given.issuer, given.name)
        for reason, written, wanted in zip((of_product, "issuer", "name"), says, planned, strict=True):
            if wanted not in {"", written}:
                raise errors.PlanRefused(reason=reason, written=written, planned=wanted)
    _require_room(folder, catalog.product, given.catalog)
    return text, catalog


def _code(called: str) -> str:
    """Derive a code from a folder's name: `Åre Sørøst` becomes `are-sorost`."""
    plain = unicodedata.normalize("NFKD", called.lower().translate(LETTERS)).encode("ascii", "ignore").decode().lower()
    code = re.sub("[^a-z0-9]+", "-", plain).strip("-")[: limits.CODE_LENGTH].strip("-")
    if not is_code(code):
        raise errors.PlanRefused(reason="no-code", where=called)
    return code


def create(folder: Path, given: NewWorkspace, secrets: Callable[[], Secrets], *, who: str, now: int) -> None:
    """Create the workspace in `folder`, which may contain other files; `secrets` is called after all checks.

    Raises `WorkspaceExists` if the folder has a workspace, or a file that a workspace would have, `PlanRefused` if the
    settings contradict each other, the URL is invalid, or no code can be derived from the folder's name, `StateError`
    if the ledger cannot be set up at its URL, `CatalogInvalid` and `FileUnusable`. Nothing is written then.
    """
    text, catalog = _planned(folder, given, now, under=(1, 1), others=None)
    product, issuer, count = catalog.product, catalog.issuer, given.root_keys
    if not 1 <= given.threshold <= count <= limits.ROOT_KEYS:
        raise errors.PlanRefused(reason="root-keys", threshold=given.threshold, count=count, most=limits.ROOT_KEYS)
    words = secrets()
    root_keys = [SigningKey.generate(given.scheme) for _ in range(count)]
    signing_key = SigningKey.generate(given.scheme)
    with _new_folder(folder) as layout:
        _write_texts(layout, folder, text, catalog)
        keyring.write_key(layout.keys, FIRST_KEY, signing_key, words.signing)
        passphrases = [*words.root] * (1 if len(words.root) > 1 else count)
        for name, key, word in zip(root_key_names(count), root_keys, passphrases, strict=True):
            keyring.write_key(layout.root, name, key, word)
        enough = root_keys[: given.threshold]
        root = changes.first_root(product, issuer, [key.verifying_key for key in root_keys], given.threshold)
        first = changes.admitted(signing_key.verifying_key, FIRST_KEY, changes.Permission(issuer).scope, now)
        trust = changes.first_trust(product, [first], now)
        signed = [(root, sign(root, *enough)), (trust, sign(trust, *enough)), (catalog, sign(catalog, signing_key))]
        records = [Record("init", now, who, token, document) for document, token in signed]
        _create_ledger(layout, records, issuer, given.ledger, signing_key.verifying_key)


def create_partner(
    folder: Path, given: NewWorkspace, pack: bytes, pin: str, passphrase: Callable[[], bytes], *, who: str, now: int
) -> None:
    """Create a partner's workspace with the product and root of the vendor, from the vendor's `pack`.

    Raises `TrustError` or `FormatError` if the pack does not verify under `pin`, `PlanRefused` for the vendor's own
    issuer without its catalog, or for the catalog of another product; and as `create`.
    """
    pin, trust_store = _from_the_oldest(pack, pin)
    trust = trust_store.trust.trust
    if trust is None:
        raise errors.TrustMissing(reason="newest-root")
    given = given._replace(product=trust_store.product)
    under = trust.document.root_version, trust.document.version
    text, catalog = _planned(folder, given, now, under=under, others=trust_store.catalog_documents)
    issuer, resells = catalog.issuer, catalog.issuer == trust_store.issuer
    if resells and given.catalog is None:
        raise errors.PlanRefused(reason="vendor", planned=issuer)
    word, key = passphrase(), SigningKey.generate(given.scheme)
    state = documents.WorkspaceState(pin, issuer, trust_store, True, None, None)
    with _new_folder(folder) as layout:
        _write_texts(layout, folder, text, catalog, serial=None if resells else numbering.EXAMPLE)
        keyring.write_key(layout.keys, FIRST_KEY, key, word)
        public = format_public(key.verifying_key, f"{issuer}-1")
        files.write_atomically(layout.public(issuer), f"{public}\n".encode())
        records = [Record("init", now, who, token, opened(token)) for token in state.tokens]
        _create_ledger(layout, records, issuer, given.ledger, key.verifying_key, resells=resells)


def _from_the_oldest(pack: bytes, root: str) -> tuple[str, TrustStore]:
    """Return pin and trust store from the oldest root of the pack, which applications may pin; else from `root`."""
    trust_store, oldest = open_pack(pack, root), pin_in_pack(pack)
    with suppress(errors.LicenseError):
        longer = open_pack(pack, oldest)
        if len(longer.trust.chain) > len(trust_store.trust.chain):
            return oldest, longer
    return root, trust_store


def root_key_names(count: int) -> list[str]:
    """Return the names of `count` root keys."""
    return ["root"] if count == 1 else [f"root-{number}" for number in range(1, count + 1)]


def _create_ledger(
    layout: Layout, records: Sequence[Record], issuer: str, url: str | None, key: VerifyingKey, *, resells: bool = False
) -> None:
    """Create the ledger with its first documents, the root first, and write the pack."""
    if url is not None:
        layout.record_url(url)
    location = layout.ledger if url is None else url
    with closing(entries.open_ledger(location, create=True)) as database, database.write() as ledger:
        if entries.head(ledger)[0]:
            raise errors.WorkspaceExists(reason="ledger", where=database.location)
        entries.append(ledger, records)
        documents.put_fact(ledger, documents.PIN, pin_of(encode(records[0].document)))
        documents.put_fact(ledger, documents.ISSUER, issuer)
        documents.put_fact(ledger, documents.DEFAULT_KEY, key.key_id.hex())
        if resells:
            documents.put_fact(ledger, documents.RESELLS, issuer)
        first, newest = documents.workspace_state(ledger), entries.head(ledger)
        if not first.is_partner:
            documents.put_fact(ledger, documents.OLDEST_PACK, held_in(first.trust_store, issuer).text)
    entries.raise_mark(layout.mark, newest)
    files.write_atomically(layout.pack(first.product), first.pack)


@contextmanager
def _new_folder(folder: Path) -> Generator[Layout]:
    """Yield the layout of a temporary folder, which becomes `folder` at the end; on an error nothing is left."""
    partial = folder.with_name(f".{folder.name}.{token_hex(4)}.partial")
    try:
        partial.mkdir(files.PRIVATE_FOLDER, parents=True)
        yield Layout(partial)
        if folder.exists():
            _move_into(partial, folder)
        else:
            partial.rename(folder)
        files.sync_folder(folder.parent)
    except OSError as error:
        raise files.unusable(folder, "a workspace", error) from error
    except errors.StateError as error:  # it names a file of the temporary folder
        raise error.replace(where=error.where.replace(str(partial), str(folder), 1)) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _require_room(folder: Path, product: str, catalog: bytes | None) -> None:
    """Refuse a folder with a workspace in it, or with a file that one would have, except the same catalog."""
    layout = Layout(folder)
    if folder.exists() and not folder.is_dir():
        raise errors.FileUnusable(reason="not-a-folder", where=str(folder))
    if layout.ledger.exists() or layout.ledger_url.exists():
        raise errors.WorkspaceExists(reason="folder", where=str(folder))
    for path in (layout.catalog, layout.orders, layout.keys, layout.root, layout.mark, layout.pack(product)):
        if not path.exists():
            continue
        if path != layout.catalog or files.read_bytes(path, limit=limits.TOML_BYTES, what="a catalog") != catalog:
            raise errors.WorkspaceExists(reason="file", name=path.name, where=str(folder))


def _move_into(partial: Path, folder: Path) -> None:
    """Move every entry, the ledger last: with it the folder becomes a workspace."""
    layout = Layout(partial)
    last = {layout.ledger, layout.ledger_url}
    moved: list[tuple[Path, Path]] = []
    try:
        for source in sorted(partial.iterdir(), key=lambda path: (path in last, path.name)):
            target = folder / source.name
            if not target.exists():
                source.rename(target)
                moved.append((source, target))
            elif source.name == layout.ignored.name:  # it includes the lines of the existing one
                source.replace(target)
    except OSError:
        for source, target in reversed(moved):
            target.rename(source)
        raise


def first_catalog(*, product: str, issuer: str, name: str) -> str:
    """Return a small commented catalog to start with."""
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return _template("catalog.toml").substitute(product=product, issuer=issuer, name=quoted)


def _write_texts(layout: Layout, target: Path, text: bytes, catalog: Catalog, *, serial: str | None = None) -> None:
    """Write the catalog file, an example order that fits it, and a `.gitignore` that extends the one in `target`."""
    layout.orders.mkdir(files.PRIVATE_FOLDER)
    files.write_atomically(layout.catalog, text, mode=files.PRIVATE)
    present = Layout(target).ignored
    before = files.read_bytes(present, limit=limits.TOML_BYTES, what="a .gitignore") if present.exists() else b""
    kept, wanted = before.splitlines(), (_TEXTS / "gitignore").read_bytes().splitlines()
    ignored = [*kept, *(line for line in wanted if line not in kept), b""]
    files.write_atomically(layout.ignored, b"\n".join(ignored), mode=files.PRIVATE)
    chosen, path = _chosen(catalog), f"{target.name}/orders/example.toml -C {target.name}"
    tables = filter(None, (_table(catalog, kind, chosen) for kind in Kind))
    named = "" if serial is None else _SERIAL.format(serial=serial)
    order = _template("order.toml").substitute(path=path, serial=named) + "\n".join(tables)
    files.write_atomically(layout.orders / "example.toml", order.encode(), mode=files.PRIVATE)


def _template(name: str) -> Template:
    return Template((_TEXTS / name).read_text("utf-8"))


def _table(catalog: Catalog, kind: Kind, chosen: set[str]) -> str:
    mine = [c for c, one in catalog.licenses.items() if c in chosen and one.kind is kind]
    counts = {code: _COUNTS[kind] if catalog.licenses[code].quantity is None else _QUANTITY for code in mine}
    rows = "".join(f"{code} = {count}\n" for code, count in counts.items())
    return f"[{kind.plural}]\n{rows}" if rows else ""


def _chosen(catalog: Catalog) -> set[str]:
    """Return the codes of a few licenses of each kind, and of everything that they require."""
    licenses, gone = catalog.licenses, unsold(catalog, "licenses")
    sold = {code: one for code, one in licenses.items() if not one.hidden and code not in gone}
    offered = {kind: [code for code, one in sold.items() if one.kind is kind] for kind in Kind}
    chosen: set[str] = set()
    waiting = [code for codes in offered.values() for code in codes[:_PER_KIND]]
    while waiting:
        code = waiting.pop()
        if code not in chosen:
            chosen.add(code)
            waiting += (own for own in licenses[code].requires if own in licenses)
    return chosen
