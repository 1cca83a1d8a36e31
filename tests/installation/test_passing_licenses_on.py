"""Many users who pass licenses on to one another are judged in a few passes, and nobody gets what is not free."""

from collections import Counter
from typing import Any

import pytest

from licensekit.installation import Installation
from licensekit.installation.assignments import refusals
from tests.homes import bundle, file
from tests.installation.test_user_sync import proposed, synced

EACH = 30


@pytest.mark.attack("costly-input")
def test_however_many_refusals_follow_from_one_another_all_are_judged_in_a_few_passes(
    crm: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two departments change places, and with one who is too many each refusal would lead to the next."""
    passes = Counter[str]()

    def counted(*given: Any, **named: Any) -> Any:
        passes["judged"] += 1
        return refusals(*given, **named)

    crm.activate(file(bundle(2, users={"sales": EACH, "service": EACH, "user": None}, system={"server": 1}, sites={})))
    for group, license_ in (("Sales", "sales"), ("Service", "service")):
        crm.users.add_rule(group, license_)
    names = [(f"a{number:03}", f"b{number:03}") for number in range(EACH)]
    synced(crm, *(f"{one},,CN=Sales,True,\n{other},,CN=Service,True," for one, other in names))
    swapped = [f"{one},,CN=Service,True,\n{other},,CN=Sales,True," for one, other in names]
    assert proposed(crm, *swapped).counts.changed == 2 * EACH

    monkeypatch.setattr("licensekit.installation.sync_plan.refusals", counted)
    proposal = proposed(crm, "gus,,CN=Service,True,", *swapped)
    assert passes["judged"] <= 20
    assert proposal.counts.refused > 0
    proposal.apply(confirm=True, most_leave=True)
    held = Counter(code for row in crm.users.list() for code in row.user.licenses)
    assert max(held["sales"], held["service"]) <= EACH
