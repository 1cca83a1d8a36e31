"""A new workspace: made whole beside its place, then moved there."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from secrets import token_hex
from typing import NamedTuple

from licensekit import limits
from licensekit.errors import FileUnusable, WorkspaceError, WorkspaceExists
from licensekit.files import sync_folder, unusable, write_atomically
from licensekit.keys.signing import SigningKey
from licensekit.roots import pin_of
from licensekit.sign import sign
from licensekit.vendor import templates
from licensekit.vendor.catalog_file import read_catalog
from licensekit.vendor.footing import footing
from licensekit.vendor.keyring import SUFFIX, write_key
from licensekit.vendor.layout import Layout
from licensekit.vendor.ledger import Record, append, facts, open_ledger
from licensekit.vendor.trust_documents import admitted, first_root, first_trust, whole_scope
from licensekit.wire.armor import Token
from licensekit.wire.documents import Catalog, Document, Root, encode
from licensekit.wire.frame import ED25519

FIRST_KEY = "signing-1"


class Plan(NamedTuple):
    """What a new workspace is to be."""

    product: str
    issuer: str
    catalog: bytes
    """The catalog file, which names the same product and issuer."""
    scheme: int = ED25519
    root_keys: int = 1
    threshold: int = 1


class Secrets(NamedTuple):
    """The passphrases of the keys that are made."""

    signing: bytes
    root: Sequence[bytes]
    """One for all root keys, or one for each."""


def found(folder: Path, plan: Plan, secrets: Secrets, *, who: str, now: int) -> None:
    """Make the workspace in `folder`, which is new, empty, or holds none of its files.

    Raises:
        WorkspaceExists: it holds a workspace, or a file that one would have.
        CatalogInvalid: the catalog has faults.
        WorkspaceError: the catalog names another product or issuer than the plan, or more root
            keys must sign than there are.
        FileUnusable: it cannot be written; nothing was.
    """
    catalog = _check(plan, now)
    require_room(folder, plan.product, plan.catalog)
    partial = folder.with_name(f".{folder.name}.{token_hex(4)}.partial")
    try:
        partial.mkdir(parents=True)
        _fill(Layout(partial), folder, plan, secrets, catalog, who=who, now=now)
        _move(partial, folder)
    except OSError as error:
        raise unusable(folder, "a workspace", error) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def require_room(folder: Path, product: str, catalog: bytes | None = None) -> None:
    """Refuse a folder that holds a workspace, or a file that one would have.

    The catalog that the workspace is to begin with may lie there already.

    Raises:
        WorkspaceExists: it does.
        FileUnusable: it is no folder.
    """
    layout = Layout(folder)
    if folder.exists() and not folder.is_dir():
        raise FileUnusable("this is a file, and not a folder", where=str(folder))
    if layout.ledger.exists():
        raise WorkspaceExists("there is a workspace here already", where=str(folder))
    for path in layout.all(product):
        if path.exists() and not (path == layout.catalog and path.read_bytes() == catalog):
            raise WorkspaceExists(
                f"`{path.name}` is in the way",
                where=str(folder),
                hint="choose another folder, or move it away first",
            )


def root_key_names(count: int) -> list[str]:
    """Give the names of so many root keys."""
    return ["root"] if count == 1 else [f"root-{place}" for place in range(1, count + 1)]


def _check(plan: Plan, now: int) -> Catalog:
    catalog = read_catalog(plan.catalog, version=1, issued=now)
    for what, planned, written in (
        ("product", plan.product, catalog.product),
        ("issuer", plan.issuer, catalog.issuer),
    ):
        if planned != written:
            raise WorkspaceError(
                f"the catalog is of {what} `{written}`, and the workspace of `{planned}`",
                hint=f"leave out --{what}, or change the catalog",
            )
    if not 1 <= plan.threshold <= plan.root_keys <= limits.ROOT_KEYS:
        raise WorkspaceError(
            f"{plan.threshold} of {plan.root_keys} root keys cannot be asked for",
            hint=f"at least 1 of at most {limits.ROOT_KEYS} keys must sign",
        )
    return catalog


def _fill(
    layout: Layout,
    target: Path,
    plan: Plan,
    secrets: Secrets,
    catalog: Catalog,
    *,
    who: str,
    now: int,
) -> None:
    root_keys = [SigningKey.generate(plan.scheme) for _ in range(plan.root_keys)]
    signing_key = SigningKey.generate(plan.scheme)
    for folder in (layout.orders, layout.keys, layout.root):
        folder.mkdir()
    _write_texts(layout, target, plan, catalog)
    write_key(layout.keys / f"{FIRST_KEY}{SUFFIX}", signing_key, secrets.signing)
    passphrases = [*secrets.root] * (1 if len(secrets.root) > 1 else plan.root_keys)
    for name, key, word in zip(root_key_names(plan.root_keys), root_keys, passphrases, strict=True):
        write_key(layout.root / f"{name}{SUFFIX}", key, word)
    documents = _documents(plan, catalog, root_keys, signing_key, now)
    pack = _enter(layout, documents, plan.issuer, who=who, now=now)
    write_atomically(layout.pack(plan.product), pack)


def _write_texts(layout: Layout, target: Path, plan: Plan, catalog: Catalog) -> None:
    write_atomically(layout.catalog, plan.catalog)
    path = f"{target.name}/orders/example.toml -C {target.name}"
    order = templates.order_text(catalog, path=path)
    write_atomically(layout.orders / "example.toml", order.encode())


def _documents(
    plan: Plan,
    catalog: Catalog,
    root_keys: Sequence[SigningKey],
    signing_key: SigningKey,
    now: int,
) -> list[tuple[Document, Token]]:
    """Make and sign what the first pack holds."""
    enough = root_keys[: plan.threshold]
    root = first_root(
        plan.product, plan.issuer, [key.verifying_key for key in root_keys], plan.threshold
    )
    key = admitted(signing_key.verifying_key, FIRST_KEY, whole_scope(plan.issuer), now)
    trust = first_trust(plan.product, [key], now)
    return [
        (root, sign(root, *enough)),
        (trust, sign(trust, *enough)),
        (catalog, sign(catalog, signing_key)),
    ]


def _enter(
    layout: Layout,
    documents: Sequence[tuple[Document, Token]],
    issuer: str,
    *,
    who: str,
    now: int,
) -> bytes:
    """Open the ledger with the first documents, and give the first pack."""
    database = open_ledger(layout.ledger, create=True)
    try:
        with database.write() as ledger:
            append(ledger, [Record("init", now, who, token, doc) for doc, token in documents])
            pins = [pin_of(encode(doc)) for doc, _ in documents if isinstance(doc, Root)]
            facts.put(ledger, facts.PIN, pins[0])
            facts.put(ledger, facts.ISSUER, issuer)
            return footing(ledger, now).pack
    finally:
        database.close()


def _move(partial: Path, folder: Path) -> None:
    if not folder.exists():
        partial.rename(folder)
    else:
        _move_into(partial, folder)
    sync_folder(folder.parent)


def _move_into(partial: Path, folder: Path) -> None:
    """Move every entry, the ledger last, because it is what makes a folder a workspace."""
    ledger = Layout(partial).ledger
    moved: list[tuple[Path, Path]] = []
    try:
        for source in sorted(partial.iterdir(), key=lambda path: path == ledger):
            place = folder / source.name
            if not place.exists():
                source.rename(place)
                moved.append((source, place))
    except OSError:
        for source, place in reversed(moved):
            place.rename(source)
        raise
