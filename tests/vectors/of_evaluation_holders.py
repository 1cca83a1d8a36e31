"""Cases of evaluation: what the installation, users and sites may do."""

from collections.abc import Iterator
from typing import Final

from licensekit.trust.sign import sign
from licensekit.wire.documents import Kind
from tests import makers
from tests.vectors.evaluation_world import LICENSES, activated, bundle, catalog, ground, partners, site, sold, user
from tests.vectors.of_evaluation_access import ANNA, LATE, NONE, READ, levels
from tests.vectors.vector import VENDOR, Case

_COMPLETED: Final = ground(
    sign(
        catalog(
            version=2,
            licenses=LICENSES
            | {
                "annex": makers.license_entry(Kind.SYSTEM, "Annex", full_with="server"),
                "terrace": makers.license_entry(Kind.SYSTEM, "Terrace", full_with="guest"),
            },
        ),
        VENDOR,
    )
)
"""A newer catalog, with licenses that are full with a system license, and with what everybody has."""


def holders() -> Iterator[Case]:
    """Rules 1 to 3 of access."""
    freetext = sold(system={"freetext": 1}, users={"editor": 1})
    editor, reader = user(licenses={"editor": 1}), user("bob")
    both = freetext.having(users=[editor, reader])
    lapsed = activated(bundle(system={"freetext": 1}), bundle(part="reports", users={"editor": 1}, **READ))
    no_editor = activated(bundle(system={"freetext": 1}, **READ), bundle(part="reports", users={"editor": 1}))
    maps = activated(partners(system={"maps": 1}), bundle(users={"editor": 1}))
    yield from levels(
        "Access 1",
        [
            ("present", "to the installation, present in full", sold(system={"travel": 1}), "travel", "full"),
            ("absent", "to the installation, none if it is not present", freetext, "server", "none"),
            ("full-with", "one with `full_with` is at most read to the installation", freetext, "freetext", "read"),
            (
                "full-with-blocked",
                "and none where its cap is none",
                sold(system={"freetext": 1}, **NONE).at(LATE),
                "freetext",
                "none",
            ),
        ],
    )
    yield from levels(
        "Access 2",
        [
            ("completed", "full to a user who has the other license in full", both, "freetext by anna", "full"),
            ("not-completed", "read to a user who does not", both, "freetext by bob", "read"),
            (
                "completed-read",
                "read to a user who has the other license with read",
                lapsed.at(LATE).having(users=[editor]),
                "freetext by anna",
                "read",
            ),
            (
                "cap-read",
                "read where it is itself under a cap of read",
                no_editor.at(LATE).having(users=[editor]),
                "freetext by anna",
                "read",
            ),
            ("site", "read to a site without it", freetext.having(sites=[site()]), "freetext at oslo", "read"),
            (
                "other-issuer",
                "the partner's license is full with a license of the vendor's",
                maps.having(users=[editor]),
                "partner.maps by anna",
                "full",
            ),
            ("other-issuer-not", "and read without it", maps.having(users=[reader]), "partner.maps by bob", "read"),
        ],
    )
    annex = sold(system={"annex": 1, "server": 1}).on(_COMPLETED)
    terrace = sold(system={"terrace": 1, "intranet": 1}).on(_COMPLETED)
    about = "at most read to the installation, though it has the other license"
    yield from levels("Access 1", [("full-with-present", about, annex, "annex", "read")])
    yield from levels(
        "Access 2",
        [
            ("by-system", "full with a system license that is present", annex.having(**ANNA), "annex by anna", "full"),
            ("by-everybody", "full with what everybody has", terrace.having(**ANNA), "terrace by anna", "full"),
            ("site-by-everybody", "so for a site", terrace.having(sites=[site()]), "terrace at oslo", "full"),
        ],
    )
    guests = activated(bundle(system={"intranet": 1}, **READ), bundle(part="reports", users={"guest": 1})).at(LATE)
    guest = guests.having(users=[user(licenses={"guest": 1})])
    about = "what is assigned in full, though everybody has it with read"
    yield from levels("Access 3", [("assigned-and-everybody", about, guest, "guest by anna", "full")])
    user_only = sold(users={"user": 1}).having(users=[user(licenses={"user": 1})])
    mixed = activated(bundle(users={"user": 1}, **READ), bundle(part="reports", users={"sales": 1}))
    two = user(licenses={"sales": 1, "user": 1})
    retired = user("carl", {"user": 1}, retired=True)
    depot = activated(
        bundle(sites={"branch": 1}, system={"server": 1}, users={"scanner": 1}, **READ),
        bundle(part="reports", sites={"branch": 1}),
    )
    yield from levels(
        "Access 3",
        [
            ("assigned", "what is assigned", user_only, "user by anna", "full"),
            ("not-assigned", "what is not assigned", user_only, "editor by anna", "none"),
            (
                "highest",
                "the highest of what two assignments give",
                mixed.at(LATE).having(users=[two]),
                "user by anna",
                "full",
            ),
            (
                "site-and-user",
                "the highest of what user and site have",
                depot.at(LATE).having(users=[user(licenses={"scanner": 1})], sites=[site(licenses={"branch": 1})]),
                "scanner by anna at oslo",
                "full",
            ),
            (
                "site-license-at-site",
                "a user at a site has the site's license",
                sold(sites={"branch": 1}).having(sites=[site(licenses={"branch": 1})], **ANNA),
                "branch by anna at oslo",
                "full",
            ),
            (
                "unknown-user",
                "a user who is not known has nothing",
                sold(system={"server": 1}),
                "server by nobody",
                "none",
            ),
            (
                "retired",
                "a retired user has nothing",
                sold(system={"server": 1}, users={"user": 1}).having(users=[retired]),
                "server by carl",
                "none",
            ),
            (
                "unknown-site",
                "a site that is not known has nothing",
                sold(system={"server": 1}),
                "server at nowhere",
                "none",
            ),
            (
                "at-unknown-site",
                "a user at a site that is not known has what it has at none",
                sold(system={"server": 1}).having(**ANNA),
                "server by anna at nowhere",
                "full",
            ),
            (
                "system-to-user",
                "a system license is there for every user",
                sold(system={"server": 1}).having(**ANNA),
                "server by anna",
                "full",
            ),
            (
                "system-to-site",
                "and for every site",
                sold(system={"server": 1}).having(sites=[site()]),
                "server at oslo",
                "full",
            ),
            (
                "site-of-user-license",
                "a site has no user license that it is not assigned",
                sold(users={"user": 1}).having(sites=[site()]),
                "user at oslo",
                "none",
            ),
        ],
    )
