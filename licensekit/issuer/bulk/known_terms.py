"""What was found out about the terms of orders: with many orders, it is found out once."""

from typing import Final, NamedTuple

from licensekit.issuer.orders.bundle import BundleTemplate
from licensekit.issuer.orders.canonical import canonical, canonical_text
from licensekit.issuer.orders.order import Order
from licensekit.issuer.state import WorkspaceState
from licensekit.wire.armor import Token

_KEPT: Final = 2000


class Terms(NamedTuple):
    """The terms of an order that was found without fault."""

    form: BundleTemplate
    before: str
    """The canonical text of an order of these terms and without a serial, up to its company."""
    after: str

    @staticmethod
    def of(form: BundleTemplate, order: Order) -> "Terms":
        """Give the terms of `order`, whose bundles have `form` in common."""
        # No company has this character, so that nothing else in the text can look like it.
        whole = canonical(order._replace(company="\0", serial=None))
        before, _, after = whole.partition(canonical_text("\0"))
        return Terms(form, before, after)

    def canonical(self, order: Order) -> str:
        """Give what `order_text.canonical` gives for an order of these terms."""
        if order.serial is not None:
            return canonical(order)
        return f"{self.before}{canonical_text(order.company)}{self.after}"


class KnownTerms:
    """The terms that are known while one catalog and one trust document are in force."""

    def __init__(self) -> None:
        self._under: tuple[Token | None, Token] | None = None
        self._terms: dict[bytes | None, Terms] = {}

    def under(self, state: WorkspaceState) -> dict[bytes | None, Terms]:
        """Give what is known under the documents in force."""
        catalog = state.catalog
        under = (None if catalog is None else catalog.token, state.verified_trust.token)
        if under != self._under or len(self._terms) > _KEPT:
            self._under, self._terms = under, {}
        return self._terms
