"""Random histories of requests, answers, renewals, returns and revocations against a plain model.

Whatever comes in which order: an order never binds more installations than it says, a serial never has two, nobody gets
what is another's, and what was given back is never handed out again.
"""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle as Bucket
from hypothesis.stateful import RuleBasedStateMachine, consumes, invariant, rule

from licensekit.errors import BundleRevoked, InstallationsTaken, NotCurrent, RequestAnswered
from licensekit.issuer.exchange.requests import VerifiedRequest
from licensekit.issuer.ledger import bundles
from licensekit.issuer.orders.amendment import renewal
from licensekit.issuer.output.license_file import LicenseFile
from licensekit.issuer.workspace import Workspace
from licensekit.keys.signing import Signer
from licensekit.keys.verifying import sha256
from licensekit.trust.sign import sign
from licensekit.trust.verify import verify_bundle
from licensekit.wire.documents import ANSWERS
from tests import makers
from tests.profiles import examples
from tests.workspaces import NOW, WHO, make, ordered, signer

PLACES = 2
NAMES = ("ada", "bea", "cleo")
ORDER = ordered(order="A-1", installations=PLACES)


class Installations(RuleBasedStateMachine):
    """One order for two, three installations, and a vendor."""

    requests = Bucket("requests")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.workspace: Workspace = make(Path(self.folder.name, "acme"))
        self.keys: dict[str, Signer] = {kind: signer(self.workspace, kind) for kind in ("bundle", "revocations")}
        self.count = 0
        self.held: dict[str, LicenseFile] = {}
        """Who has which bundle in force."""
        self.answered: dict[bytes, LicenseFile] = {}
        self.gone: list[LicenseFile] = []

    def teardown(self) -> None:
        """Put everything away."""
        self.workspace.close()
        self.folder.cleanup()

    @rule(target=requests, name=st.sampled_from(NAMES))
    def ask(self, name: str) -> tuple[str, VerifiedRequest]:
        """An installation makes a request; it names its serial if it has one."""
        self.count += 1
        held = self.held.get(name)
        request = makers.request(
            product="acme",
            serial=None if held is None else held.bundle.serial,
            nonce=self.count.to_bytes(16, "big"),
            audit_head=self.count.to_bytes(32, "big"),
            issued=NOW,
        )
        data = makers.file_of(sign(request, makers.installation_key(name)))
        return name, self.workspace.customers.read_request(data, now=NOW)

    @rule(asked=requests)
    def answer(self, asked: tuple[str, VerifiedRequest]) -> None:
        """The vendor answers it, for the first time or once more."""
        name, request = asked
        known = self.answered.get(request.identity)
        if known is not None:
            if known in self.gone:
                with pytest.raises(RequestAnswered):
                    self.sign_answer(request)
                return
            assert self.sign_answer(request).token == known.token
            return
        if name in self.held:
            assert self.sign_answer(request).token == self.held[name].token
            return
        serial = request.document.serial
        owner = next((n for n, f in self.held.items() if f.bundle.serial == serial), None)
        if len(self.held) >= PLACES or owner is not None:
            with pytest.raises(InstallationsTaken):
                self.sign_answer(request)
            return
        file = self.sign_answer(request)
        assert not file.is_repeated
        assert serial in {None, file.bundle.serial}
        self.held[name] = self.answered[request.identity] = file

    @rule(name=st.sampled_from(NAMES), days=st.integers(1, 9))
    def renew(self, name: str, days: int) -> None:
        """The vendor renews what somebody has."""
        if name in self.held:
            asked = renewal(self.held[name].bundle.serial, days=days)
            file = self.workspace.change(asked, self.keys["bundle"], who=WHO, now=NOW, confirm=True)
            assert file.bundle.sequence == self.held[name].bundle.sequence + 1
            self.held[name] = file

    @rule(name=st.sampled_from(NAMES))
    def give_back(self, name: str) -> None:
        """An installation returns what it has; that and all before it are gone."""
        file = self.held.pop(name, None)
        if file is None:
            return
        self.count += 1
        nonce = file.bundle.extensions[ANSWERS]
        assert isinstance(nonce, str)
        receipt = makers.receipt(
            identity=makers.identity_of(file.token), nonce=bytes.fromhex(nonce), audit_head=sha256(b"%d" % self.count)
        )
        data = makers.file_of(sign(receipt, makers.installation_key(name)))
        self.workspace.customers.propose_accept(data, now=NOW).sign(self.keys["revocations"], who=WHO)
        self.gone += [file, *(one for one in self.answered.values() if self.is_before(one, file))]

    @rule(asked=consumes(requests))
    def lose(self, asked: tuple[str, VerifiedRequest]) -> None:
        """A request is lost on its way."""
        assert asked[0] in NAMES

    @invariant()
    def nobody_shares(self) -> None:
        """Each serial in force is bound to the one who holds it, and there are not too many."""
        assert len(self.held) <= PLACES
        with self.workspace.database.read() as ledger:
            for name, file in self.held.items():
                [current] = bundles.active(ledger, file.bundle.serial)
                assert current.token == file.token
                assert current.bundle.binding is not None
                assert current.bundle.binding.installation == sha256(makers.installation_key(name).verifying_key.public)
        serials = [file.bundle.serial for file in self.held.values()]
        assert len(set(serials)) == len(serials)

    @invariant()
    def gone_is_gone(self) -> None:
        """What was given back verifies no more, and is not changed any more."""
        trust = self.workspace.state(NOW).trust_store.trust
        for file in self.gone:
            with pytest.raises(BundleRevoked):
                verify_bundle(file.token, trust, NOW)
        free = {f.bundle.serial for f in self.gone} - {f.bundle.serial for f in self.held.values()}
        for serial in free:
            with pytest.raises(NotCurrent):
                self.workspace.propose_change(renewal(serial, days=1), now=NOW)

    def sign_answer(self, request: VerifiedRequest) -> LicenseFile:
        """Answer by the order."""
        return self.workspace.customers.propose_answer(request, ORDER, now=NOW).sign(self.keys["bundle"], who=WHO)

    @staticmethod
    def is_before(one: LicenseFile, file: LicenseFile) -> bool:
        """Return whether a bundle is an earlier sequence of another's serial."""
        same = one.bundle.serial == file.bundle.serial
        return same and one.bundle.sequence < file.bundle.sequence


TestInstallations = pytest.mark.usefixtures("cheap_keys")(Installations.TestCase)
Installations.TestCase.settings = settings(
    max_examples=examples(15),
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
