"""A file brings what its application lacks, so that it is taken there, and nothing else."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licensekit import limits
from licensekit.errors import RootMismatch
from licensekit.issuer.keys.changes import free_name, revoke, rotate, rotate_root
from licensekit.issuer.keys.keyring import write_key
from licensekit.issuer.keys.revocation import ListProposal
from licensekit.issuer.output.license_file import LicenseFile
from licensekit.issuer.transaction import WorkspaceStore
from licensekit.issuer.workspace import Workspace
from licensekit.keys.signing import SigningKey
from licensekit.trust.pack import HOLDS, Held, TrustStore, extend_trust_store, open_pack, pin_in_pack, read_held
from licensekit.trust.sign import sign
from licensekit.trust.verify import verify_bundle
from licensekit.wire import armor
from licensekit.wire.documents import LowestOfUses, ResetWhat
from licensekit.wire.documents.fields import replace_fields
from licensekit.wire.frame import ED25519
from tests import makers
from tests.partners import partner_of, put_in_force
from tests.workspaces import (
    DAY,
    NOW,
    PASSPHRASE,
    ROOT_PASSPHRASE,
    SERIAL,
    WHO,
    issue,
    make,
    ordered,
    refused,
    signer,
    take_back,
)

OTHER = "1010000022"


def types(file: LicenseFile) -> list[str]:
    """Return the types of a file's tokens."""
    return [token.type for token in armor.read(file.data)]


def rotate_key(workspace: Workspace, now: int = NOW) -> None:
    """Let a new signing key take over."""
    trust = workspace.state(now).trust
    key, name = SigningKey.generate(ED25519), free_name([one.name for one in trust.keys])
    write_key(workspace.layout.keys, name, key, PASSPHRASE)
    put_in_force(workspace, [rotate(trust, trust.keys[-1], key.verifying_key, name, now)], now)


def rotate_root_key(workspace: Workspace, now: int = NOW) -> None:
    """Let a new root key take over."""
    state = workspace.state(now)
    root, key = state.trust_store.trust.root, SigningKey.generate(ED25519)
    put_in_force(workspace, rotate_root(root, state.trust, [key.verifying_key], 1, now), now, key)
    write_key(workspace.layout.root, f"root-v{root.version + 1}", key, ROOT_PASSPHRASE)


def revoke_key(workspace: Workspace, now: int = NOW) -> None:
    """Revoke the key that signs, once another one has taken over, and sign what it had signed again."""
    old = workspace.state(now).trust.keys[-1].name
    rotate_key(workspace, now)
    put_in_force(workspace, [revoke(workspace.state(now).trust, old, now)], now)
    proposal = workspace.catalog.propose_pack(now=now)
    proposal.sign(lambda kind: signer(workspace, kind, now), who=WHO, confirm=True)


def change_catalog(workspace: Workspace, now: int = NOW) -> None:
    """Rename a license that is sold, and sign the catalog."""
    path = workspace.layout.catalog
    path.write_text(path.read_text().replace('name = "Standard user', 'name = "Standard user+'))
    workspace.catalog.propose_pack(now=now).sign(lambda _: signer(workspace, "catalog", now), who=WHO)


def revoke_other(workspace: Workspace, now: int = NOW) -> None:
    """Issue for another customer, and take it back."""
    sold = issue(workspace, company=f"Other {workspace.ledger.count_entries()}", now=now)
    revoke_serial(workspace, sold.bundle.serial, now)


def revoke_serial(workspace: Workspace, serial: str, now: int = NOW) -> None:
    """Take back everything of a serial."""
    take_back(workspace, signer(workspace, "revocations", now), who=WHO, now=now, serials=[serial], confirm=True)


def give_back(workspace: Workspace, **fields: Any) -> None:
    """Sign a list without what was revoked: what reinstating a customer does."""
    with WorkspaceStore(workspace.layout, workspace.database).write(NOW, WHO) as tx:
        last = tx.state.last_list
        assert last is not None
        less = replace_fields(last, number=last.number + 1, **fields)
        tx.put_in_force([tx.sign("reinstate", less, signer(workspace, "revocations"))])


def made_for(workspace: Workspace, pack: bytes, **changes: Any) -> LicenseFile:
    """Issue for an application that ships `pack`."""
    now = changes.pop("now", NOW)
    attach = workspace.held_by_pack(pack, now=now)
    return workspace.issue(ordered(**changes), signer(workspace, now=now), who=WHO, now=now, attach=attach)


def taken(file: LicenseFile, trust_store: TrustStore, now: int = NOW) -> TrustStore:
    """Return the trust of an application once it has taken a file, whose bundle must verify."""
    after = extend_trust_store(trust_store, armor.read(file.data), now)
    assert verify_bundle(file.token, after.trust, now).token == file.token
    return after


HISTORY: Mapping[str, Callable[[Workspace, int], None]] = {
    "key": rotate_key,
    "root": rotate_root_key,
    "stolen": revoke_key,
    "catalog": change_catalog,
    "list": revoke_other,
}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(sorted(HISTORY)), min_size=1, max_size=5))
def test_whatever_happened_a_file_is_taken_by_its_application_and_by_default_by_all(
    workspace_template: Path, tmp_path_factory: pytest.TempPathFactory, history: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("history") / "acme"
    shutil.copytree(workspace_template, folder)
    with Workspace.open(folder) as workspace:
        packs, now = [workspace.state(NOW).pack], NOW
        followers = [open_pack(packs[0], pin_in_pack(packs[0]))]
        for step in history:
            now += DAY
            HISTORY[step](workspace, now)
            file = issue(workspace, now=now)
            packs.append(workspace.state(now).pack)
            followers.append(open_pack(packs[-1], pin_in_pack(packs[-1])))
            followers = [taken(file, one, now) for one in followers]
        for pack, follower in zip(packs, followers, strict=True):
            file = made_for(workspace, pack, now=now)
            for trust_store in (open_pack(pack, pin_in_pack(pack)), follower):
                after = taken(file, trust_store, now)
                newest = workspace.state(now).signed_catalog.licenses["standard"]
                assert after.catalogs["acme"].document.licenses["standard"] == newest
        assert types(made_for(workspace, packs[-1], now=now)) == ["bundle"]


def test_only_who_lacks_it_gets_the_list_that_takes_the_place_of_a_stolen_keys(workspace: Workspace) -> None:
    """Whoever has seen a list by that key takes no bundle without a newer one (L2)."""
    first = workspace.state(NOW).pack
    revoke_other(workspace)
    second = workspace.state(NOW).pack
    revoke_key(workspace)
    assert types(made_for(workspace, first)) == types(made_for(workspace, second)) == [
        "trust", "revocations", "catalog", "bundle",
    ]  # fmt: skip
    assert types(made_for(workspace, workspace.state(NOW).pack)) == ["bundle"]


@pytest.mark.parametrize(
    ("order", "travels"),
    [
        ({"company": "Somebody Else AS"}, False),
        ({"company": "NORDLYS kraft AS"}, True),
        ({"company": "Somebody Else AS", "replaces": [SERIAL]}, True),
    ],
    ids=["another customer", "the same company, another serial", "what takes its place"],
)
def test_a_list_travels_to_the_customer_that_it_is_about(
    workspace: Workspace,
    order: dict[str, Any],
    travels: bool,  # noqa: FBT001  # a column of the table
) -> None:
    issue(workspace)
    revoke_serial(workspace, SERIAL)
    file = issue(workspace.overriding("other-company"), **order)
    assert ("revocations" in types(file)) is travels


@pytest.mark.parametrize("action", ["suspend", "revoke", "void"])
def test_a_list_travels_to_who_was_taken_back_by_identity(workspace: Workspace, action: str) -> None:
    sold, _ = issue(workspace), issue(workspace, company="Other AS")
    shown: ListProposal = getattr(workspace, f"propose_{action}")(now=NOW, identities=[makers.identity_of(sold.token)])
    shown.sign(signer(workspace, "revocations"), who=WHO, confirm=True)
    travels = [types(issue(workspace, company=one)) for one in (sold.bundle.company, "Third AS")]
    assert travels == [["revocations", "bundle"], ["bundle"]]


@pytest.mark.parametrize("kind", ["serials", "identities", "lowest"])
def test_a_list_travels_to_the_customer_that_it_no_longer_names(workspace: Workspace, kind: str) -> None:
    """Who was revoked and is reinstated has the older list, or may have."""
    sold, other = issue(workspace), issue(workspace, company="Other AS")
    named_now = {"serials": [SERIAL], "identities": [makers.identity_of(sold.token)]}
    if kind == "lowest":
        lowest = {SERIAL: {"base": LowestOfUses(2, None, None)}}
        give_first: dict[str, Any] = {"identities": [], "serials": [], "lowest": lowest}
        revoke_serial(workspace, other.bundle.serial)
        give_back(workspace, **give_first)
    else:
        keys = signer(workspace, "revocations")
        how: dict[str, Any] = {kind: named_now[kind]}
        take_back(workspace, keys, who=WHO, now=NOW, confirm=True, **how)
    between = workspace.state(NOW).pack
    give_back(workspace, identities=[], serials=[], lowest={})
    for pack in (None, between):
        attach = workspace.held_by_pack(pack, now=NOW)
        draft = ordered(serial=SERIAL, company="Nordlys Kraft AS")
        again = workspace.issue(draft, signer(workspace), who=WHO, now=NOW, attach=attach)
        assert types(again) == ["revocations", "bundle"]


def test_a_list_that_is_renewed_by_a_date_travels_to_who_has_an_older_one(workspace: Workspace) -> None:
    revoke_other(workspace)
    pack = workspace.state(NOW).pack
    take_back(workspace, signer(workspace, "revocations"), who=WHO, now=NOW, fresh_until=NOW + 90 * DAY, confirm=True)
    assert types(made_for(workspace, pack)) == ["revocations", "bundle"]


def test_the_catalog_travels_where_a_setting_that_is_sold_was_declared_since(workspace: Workspace) -> None:
    path = workspace.layout.catalog
    path.write_text(path.read_text() + '\n[settings.region]\nname = "Region"\ntype = "text"\n')
    workspace.catalog.propose_pack(now=NOW).sign(lambda _: signer(workspace, "catalog"), who=WHO)
    assert types(issue(workspace)) == ["bundle"]
    assert types(issue(workspace, settings={"region": "north"})) == ["catalog", "bundle"]


def test_the_catalog_travels_once_it_says_where_newer_files_are(workspace: Workspace) -> None:
    assert types(issue(workspace, order="before")) == ["bundle"]
    path = workspace.layout.catalog
    path.write_text(path.read_text().replace("[issuer]", '[issuer]\nupdate = "https://example.com/licenses"'))
    workspace.catalog.propose_pack(now=NOW).sign(lambda _: signer(workspace, "catalog"), who=WHO)
    assert types(issue(workspace, order="after")) == ["catalog", "bundle"]


def state_held(workspace: Workspace, held: Any, name: str = "installation", n: int = 1, **changes: Any) -> None:
    """Enter a statement by which an installation says what it holds."""
    places: dict[str, Any] = {"serial": SERIAL, "issued": NOW + n, "audit_head": bytes([n] * 32), "usage": {}}
    document = makers.statement(**{**places, "extensions": {HOLDS: held}, **changes})
    data = makers.file_of(sign(document, makers.installation_key(name)))
    workspace.customers.propose_accept(data, now=NOW).sign(None, who=WHO)


def test_what_the_customers_installations_have_said_last_decides(workspace: Workspace) -> None:
    issue(workspace)
    rotate_key(workspace)
    newest = workspace.held_by_pack(workspace.state(NOW).pack, now=NOW)
    assert newest.text == "1.2 - 1.1.1"
    state_held(workspace, newest.text)
    file = issue(workspace, serial=SERIAL)
    assert (types(file), file.fits_oldest) == (["bundle"], False)
    assert types(issue(workspace)) == ["trust", "bundle"]
    state_held(workspace, "1.1 - 1.1.1", "another", 2)
    file = issue(workspace, serial=SERIAL)
    assert (types(file), file.fits_oldest) == (["trust", "bundle"], True)
    state_held(workspace, newest.text, "another", 3)
    assert types(issue(workspace, serial=SERIAL)) == ["bundle"]
    state_held(workspace, 5, "another", 4)
    assert types(issue(workspace, serial=SERIAL)) == ["trust", "bundle"]


def test_an_answer_is_for_the_installation_that_asks(workspace: Workspace) -> None:
    rotate_key(workspace)
    newest = workspace.held_by_pack(workspace.state(NOW).pack, now=NOW).text
    for n, (held, brought) in enumerate([(newest, ["bundle"]), ("1.1 - 1.1.1", ["trust", "bundle"])]):
        document = makers.request(product="acme", serial=None, issued=NOW, nonce=bytes([n] * 16), facts={})
        document = replace_fields(document, extensions={HOLDS: held}, audit_head=bytes([n] * 32))
        asked = workspace.customers.read_request(
            makers.file_of(sign(document, makers.installation_key(f"host-{n}"))), now=NOW
        )
        file = workspace.customers.propose_answer(asked, ordered(order=f"A-{n}"), now=NOW).sign(
            signer(workspace), who=WHO
        )
        assert types(file) == brought
        again = replace_fields(document, nonce=bytes([n + 7] * 16), audit_head=bytes([n + 7] * 32), issued=NOW + 1)
        asked = workspace.customers.read_request(
            makers.file_of(sign(again, makers.installation_key(f"host-{n}"))), now=NOW
        )
        reset = workspace.customers.propose_reset(asked, ResetWhat.CLOCK, now=NOW).sign(
            signer(workspace, "reset"), who=WHO
        )
        assert [token.type for token in armor.read(reset.data)] == [*brought[:-1], "reset"]


def test_the_oldest_pack_in_the_field_is_the_first_one_until_the_vendor_names_another(workspace: Workspace) -> None:
    rotate_key(workspace)
    pack = workspace.state(NOW).pack
    assert types(issue(workspace)) == ["trust", "bundle"]
    early = made_for(workspace, pack)
    assert (types(early), early.fits_oldest) == (["bundle"], False)
    workspace.name_oldest_pack(pack, who=WHO, now=NOW)
    file = issue(workspace)
    assert (types(file), file.fits_oldest) == (["bundle"], True)
    rotate_key(workspace)
    assert types(issue(workspace)) == ["trust", "bundle"]


def test_another_workspaces_pack_is_refused_and_nothing_recorded(workspace: Workspace, tmp_path: Path) -> None:
    with make(tmp_path / "other") as other:
        foreign = other.state(NOW).pack
    folder = workspace.layout.folder
    error = refused(RootMismatch, folder, lambda: workspace.name_oldest_pack(foreign, who=WHO, now=NOW))
    assert error.reason == "other-pack"
    refused(RootMismatch, folder, lambda: made_for(workspace, foreign))


def test_a_partner_brings_its_catalog_and_what_the_vendor_signed_since(workspace: Workspace, tmp_path: Path) -> None:
    with partner_of(workspace, tmp_path / "fjord") as partner:
        assert types(issue(partner, serial=SERIAL)) == ["trust", "catalog", "bundle"]
        assert types(made_for(partner, partner.state(NOW).pack, serial=SERIAL)) == ["bundle"]
        state_held(partner, "1.9 1.9.9 1.9.9")
        assert types(issue(partner, serial=SERIAL)) == ["trust", "catalog", "bundle"]


VERSIONS = st.integers(1, limits.VERSION)


@given(
    st.tuples(VERSIONS, VERSIONS),
    st.just(()) | st.tuples(VERSIONS, VERSIONS, VERSIONS),
    st.just(()) | st.tuples(VERSIONS, VERSIONS, VERSIONS),
)
def test_what_is_held_has_one_spelling(trust: Any, revocations: Any, catalog: Any) -> None:
    held = Held(trust, revocations, catalog)
    assert read_held(held.text) == held
    for text in (f"{held.text} ", f" {held.text}", f"0{held.text}", f"{held.text}\n", held.text.replace(" ", "  ")):
        assert read_held(text) is None
