"""A vendor's new workspace: its keys, and the first documents that they sign."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from licensekit import limits
from licensekit.errors import WorkspaceError, WorkspaceExists
from licensekit.files import write_atomically
from licensekit.issuer import ledger_place
from licensekit.issuer.catalog import templates
from licensekit.issuer.catalog.catalog_file import read_catalog
from licensekit.issuer.keys.documents import admitted, first_root, first_trust, whole_scope
from licensekit.issuer.keys.keyring import write_key
from licensekit.issuer.layout import Layout
from licensekit.issuer.ledger import Record, append, facts, head, open_ledger
from licensekit.issuer.placing import placed
from licensekit.issuer.state import workspace_state
from licensekit.keys.signing import SigningKey
from licensekit.trust.roots import pin_of
from licensekit.trust.sign import sign
from licensekit.wire.armor import Token
from licensekit.wire.documents import Catalog, Document, encode
from licensekit.wire.frame import ED25519

FIRST_KEY = "signing-1"


class NewWorkspace(NamedTuple):
    """What a new workspace is to be."""

    product: str
    issuer: str
    catalog: bytes
    """The catalog file, which names the same product and issuer."""
    scheme: int = ED25519
    root_keys: int = 1
    threshold: int = 1
    ledger: str | None = None
    """The URL of a ledger on a server; in the folder otherwise."""


class Secrets(NamedTuple):
    """The passphrases of the keys that are made."""

    signing: bytes
    root: Sequence[bytes]
    """One for all root keys, or one for each."""


def create(folder: Path, plan: NewWorkspace, secrets: Secrets, *, who: str, now: int) -> None:
    """Make the workspace in `folder`, which is new, empty, or holds none of its files.

    Raises:
        WorkspaceExists: it holds a workspace, or a file that one would have.
        CatalogInvalid: the catalog has faults.
        WorkspaceError: the catalog names another product or issuer than the plan, or more root
            keys must sign than there are.
        FileUnusable: it cannot be written; nothing was.
    """
    catalog = _check(plan, now)
    with placed(folder, plan.product, plan.catalog) as layout:
        _fill(layout, folder, plan, secrets, catalog, who=who, now=now)


def root_key_names(count: int) -> list[str]:
    """Give the names of so many root keys."""
    return ["root"] if count == 1 else [f"root-{place}" for place in range(1, count + 1)]


def _check(plan: NewWorkspace, now: int) -> Catalog:
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
    if plan.ledger is not None:
        ledger_place.require_url(plan.ledger)
    if not 1 <= plan.threshold <= plan.root_keys <= limits.ROOT_KEYS:
        raise WorkspaceError(
            f"{plan.threshold} of {plan.root_keys} root keys cannot be asked for",
            hint=f"at least 1 of at most {limits.ROOT_KEYS} keys must sign",
        )
    return catalog


def _fill(
    layout: Layout,
    target: Path,
    plan: NewWorkspace,
    secrets: Secrets,
    catalog: Catalog,
    *,
    who: str,
    now: int,
) -> None:
    root_keys = [SigningKey.generate(plan.scheme) for _ in range(plan.root_keys)]
    signing_key = SigningKey.generate(plan.scheme)
    layout.keys.mkdir()
    layout.root.mkdir()
    write_texts(layout, target, plan.catalog, catalog)
    write_key(layout.keys, FIRST_KEY, signing_key, secrets.signing)
    passphrases = [*secrets.root] * (1 if len(secrets.root) > 1 else plan.root_keys)
    for name, key, word in zip(root_key_names(plan.root_keys), root_keys, passphrases, strict=True):
        write_key(layout.root, name, key, word)
    documents = _documents(plan, catalog, root_keys, signing_key, now)
    records = [Record("init", now, who, token, document) for document, token in documents]
    create_ledger(layout, records, plan.issuer, plan.ledger, now)


def write_texts(
    layout: Layout, target: Path, text: bytes, catalog: Catalog, *, serial: str | None = None
) -> None:
    """Write the catalog file and an example order; `target` is where they will be."""
    layout.orders.mkdir()
    write_atomically(layout.catalog, text)
    path = f"{target.name}/orders/example.toml -C {target.name}"
    order = templates.order_text(catalog, path=path, serial=serial)
    write_atomically(layout.orders / "example.toml", order.encode())


def _documents(
    plan: NewWorkspace,
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


def create_ledger(
    layout: Layout, records: Sequence[Record], issuer: str, url: str | None, now: int
) -> None:
    """Open the ledger with the first documents, a root at their head, and write the pack.

    Raises:
        WorkspaceExists: the ledger at `url` is another workspace's.
        StateError: the ledger cannot be set up there.
    """
    if url is not None:
        ledger_place.record(layout, url)
    database = open_ledger(layout.ledger if url is None else url, create=True)
    try:
        with database.write() as ledger:
            if head(ledger)[0]:
                raise WorkspaceExists(
                    "this ledger belongs to a workspace already",
                    where=database.location,
                    hint="give each its own database, or its own schema in one; to work at several"
                    " desks, copy the folder of the workspace",
                )
            append(ledger, records)
            facts.put(ledger, facts.PIN, pin_of(encode(records[0].document)))
            facts.put(ledger, facts.ISSUER, issuer)
            first = workspace_state(ledger, now)
    finally:
        database.close()
    write_atomically(layout.pack(first.product), first.pack)
