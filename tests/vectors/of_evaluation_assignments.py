"""Cases of evaluation: what may be assigned and released (S1 to S5)."""

from collections.abc import Iterator
from typing import Final

from licensekit.wire.documents.bundle import Binding
from tests.vectors.evaluation_world import (
    WITHOUT_PARTNER,
    Installation,
    Members,
    activated,
    ask,
    bundle,
    partners,
    site,
    sold,
    user,
)
from tests.vectors.of_evaluation_access import LATE, NONE, READ
from tests.vectors.of_evaluation_states import DIGEST
from tests.vectors.vector import Case

MAY: Final[Members] = {}
SOLD: Final[Members] = {
    "system": {"travel": 1},
    "sites": {"branch": 2, "satellite": 2},
    "users": {"user": 3, "sales": 1, "office": 2, "editor": 1, "service": 5, "trips": 2, "tours": 2, "guide": 2},
}


def _change(words: str) -> Members:
    """Return the question: `anna +sales -office` for a user, `@oslo +branch` for a site."""
    who, *codes = words.split()
    holder = {"site": who[1:]} if who.startswith("@") else {"user": who}
    signs = {sign: [code[1:] for code in codes if code[0] == sign] for sign in "+-"}
    return ask("assign", **holder, assign=signs["+"], release=signs["-"])


def _code(code: str) -> Members:
    return {"code": code}


def assignments() -> Iterator[Case]:
    """What may be assigned and released."""

    def holding(*codes: str, **more: object) -> Installation:
        everybody = [user(licenses=dict.fromkeys(codes, 1)), user("bob"), user("carl", retired=True)]
        return sold(**(SOLD | more)).having(users=everybody, sites=[site()])

    nothing = holding()
    full = nothing.having(users=[user(), user("bob", {"sales": 1})], sites=[site(), site("bergen", {"branch": 2})])
    surplus = sold(**SOLD).having(users=[user(licenses={"sales": 1}), user("bob", {"sales": 4})])
    read = sold(users={"user": 3}, **READ).at(LATE).having(users=[user()])
    in_part = activated(bundle(users={"user": 1}), bundle(part="reports", users={"user": 5}, **READ)).at(LATE)
    both = activated(bundle(users={"sales": 1}), partners(users={"atlas": 1})).having(
        users=[user(licenses={"sales": 1})]
    )
    atlas = activated(partners(users={"atlas": 2, "pins": 2}), bundle(users={"user": 1}))
    foreign: Members = {"binding": Binding(DIGEST, 0, {})}
    guest = activated(bundle(system={"intranet": 1}), bundle(part="reports", users={"guide": 1}))
    no_guest = activated(bundle(system={"intranet": 1}, **foreign), bundle(part="reports", users={"guide": 1}))
    read_travel = activated(bundle(system={"travel": 1}, **READ), bundle(part="reports", users={"trips": 1})).at(LATE)
    no_travel = activated(bundle(system={"travel": 1}, **NONE), bundle(part="reports", users={"trips": 1})).at(LATE)
    old_user = user(licenses={"user": 1})
    rows: list[tuple[str, str, str, Installation, str, Members]] = [
        ("Assignments", "nothing", "a change without anything", nothing, "anna", MAY),
        ("S1", "user", "a user license to a user", nothing, "anna +user", MAY),
        ("S1", "site", "a site license to a site", nothing, "@oslo +branch", MAY),
        ("S1", "full-name", "a license by its full name", nothing, "anna +demo.user", MAY),
        ("S1", "several", "several licenses in one change", nothing, "anna +user +editor", MAY),
        ("S1", "held", "what is assigned already is not assigned again", holding("sales"), "anna +sales", MAY),
        ("S1", "site-license-to-user", "a site license to a user", nothing, "anna +branch", _code("wrong-kind")),
        ("S1", "user-license-to-site", "a user license to a site", nothing, "@oslo +user", _code("wrong-kind")),
        ("S1", "system", "a system license to a user", nothing, "anna +travel", _code("wrong-kind")),
        ("S1", "system-to-site", "a system license to a site", nothing, "@oslo +travel", _code("wrong-kind")),
        (
            "S1",
            "limits-sites",
            "a license that limits how many sites there are",
            nothing,
            "@oslo +satellite",
            _code("not-assigned"),
        ),
        ("S1", "concurrent", "a license of concurrent seats", nothing, "anna +service", _code("not-assigned")),
        ("S1", "unknown", "a license that no catalog has", nothing, "anna +usr", _code("unknown-code")),
        (
            "S1",
            "absent",
            "a license of a partner who is not installed",
            nothing.on(WITHOUT_PARTNER),
            "anna +partner.atlas",
            _code("unknown-code"),
        ),
        ("Assignments", "unknown-user", "there is no such user", nothing, "nobody +user", _code("not-found")),
        ("Assignments", "unknown-site", "there is no such site", nothing, "@nowhere +branch", _code("not-found")),
        (
            "Assignments",
            "unknown-user-releases",
            "there is no such user, who is to release something",
            nothing,
            "nobody -user",
            _code("not-found"),
        ),
        ("Assignments", "retired", "the user is retired", nothing, "carl +user", _code("user-retired")),
        (
            "Assignments",
            "retired-plan",
            "the user is retired, and a plan is to be assigned",
            nothing,
            "carl +sales",
            _code("user-retired"),
        ),
        (
            "Assignments",
            "retired-and-unknown",
            "the user is retired, and no catalog has the license",
            nothing,
            "carl +usr",
            _code("user-retired"),
        ),
        (
            "Assignments",
            "retired-releases",
            "a retired user holds nothing that it could release",
            nothing,
            "carl -user",
            _code("not-assigned"),
        ),
        ("Assignments", "release", "what is assigned is released", holding("user"), "anna -user", MAY),
        (
            "Assignments",
            "release-full-name",
            "what is assigned is released by its full name",
            holding("user"),
            "anna -demo.user",
            MAY,
        ),
        (
            "Assignments",
            "release-not-held",
            "what is not assigned is to be released",
            nothing,
            "anna -user",
            _code("not-assigned"),
        ),
        (
            "Assignments",
            "release-included",
            "what comes with another license is to be released",
            holding("sales"),
            "anna -user",
            _code("not-assigned"),
        ),
        (
            "Assignments",
            "release-gone",
            "what no catalog has any more can be released",
            holding("gone"),
            "anna -gone",
            MAY,
        ),
        (
            "S2",
            "last",
            "the last one that is free",
            surplus.having(users=[user(), user("bob", {"editor": 1})]),
            "anna +sales",
            MAY,
        ),
        ("S2", "none-free", "all are assigned", full, "anna +sales", _code("none-free")),
        ("S2", "none-free-site", "all are assigned to sites", full, "@oslo +branch", _code("none-free")),
        ("S2", "not-sold", "nobody sells it", sold().having(users=[user()]), "anna +user", _code("none-free")),
        ("S2", "lapsed", "what lapsed is not there", read, "anna +user", _code("none-free")),
        (
            "S2",
            "lapsed-in-part",
            "of what is sold a part lapsed",
            in_part.having(users=[user(), user("bob", {"user": 1})]),
            "anna +user",
            _code("none-free"),
        ),
        (
            "S2",
            "unrestricted",
            "of what is unrestricted one is always free",
            sold(users={"user": None}).having(users=[user(), user("bob", {"user": 2**31 - 1})]),
            "anna +user",
            MAY,
        ),
        ("S2", "surplus-stays", "what is assigned already may be beyond what is sold", surplus, "bob +sales", MAY),
        (
            "S2",
            "gap",
            "the highest slot is what is in use",
            sold(users={"user": 3}).having(users=[user(), user("bob", {"user": 3})]),
            "anna +user",
            _code("none-free"),
        ),
        ("S3", "two-plans", "two plans in one change", nothing, "anna +sales +office", _code("plan-held")),
        ("S3", "second-plan", "a plan beside one that is held", holding("sales"), "anna +office", _code("plan-held")),
        (
            "S3",
            "plan-exchanged",
            "a plan is released and another assigned",
            holding("sales"),
            "anna +office -sales",
            MAY,
        ),
        ("S3", "partners-plan", "a plan of the partner's beside one of the vendor's", both, "anna +partner.atlas", MAY),
        (
            "S3",
            "old-ones",
            "two plans that are held are not judged again",
            holding("sales", "office"),
            "anna +editor",
            MAY,
        ),
        (
            "S3",
            "third",
            "but a third one is",
            atlas.having(users=[user(licenses={"sales": 1, "partner.atlas": 1})]),
            "anna +office",
            _code("plan-held"),
        ),
        ("S4", "required", "what is required is assigned", holding("user"), "anna +trips", MAY),
        (
            "S4",
            "required-included",
            "what is required comes with what is assigned",
            holding("sales"),
            "anna +trips",
            MAY,
        ),
        (
            "S4",
            "required-together",
            "what is required is assigned in the same change",
            nothing,
            "anna +trips +user",
            MAY,
        ),
        ("S4", "missing", "what is required is not assigned", nothing, "anna +trips", _code("requirement-missing")),
        (
            "S4",
            "missing-system",
            "the installation lacks what is required",
            holding("user", system={}),
            "anna +trips",
            _code("requirement-missing"),
        ),
        (
            "S4",
            "system-read",
            "what the installation can read is there",
            read_travel.having(users=[old_user]),
            "anna +trips",
            MAY,
        ),
        (
            "S4",
            "system-blocked",
            "what lapsed and blocks is not",
            no_travel.having(users=[old_user]),
            "anna +trips",
            _code("requirement-missing"),
        ),
        ("S4", "everybody", "what is required is everybody's", guest.having(users=[user()]), "anna +guide", MAY),
        (
            "S4",
            "everybody-foreign",
            "what would be everybody's is of a foreign bundle",
            no_guest.having(users=[user()]),
            "anna +guide",
            _code("requirement-missing"),
        ),
        (
            "S4",
            "held-surplus",
            "what is required is assigned, in a surplus slot",
            holding("user").having(users=[user(licenses={"user": 9})]),
            "anna +trips",
            MAY,
        ),
        (
            "S4",
            "other-issuer",
            "what is required is of another issuer",
            atlas.having(users=[user()]),
            "anna +partner.pins",
            _code("requirement-missing"),
        ),
        ("S4", "other-issuer-held", "it is held", atlas.having(users=[old_user]), "anna +partner.pins", MAY),
        (
            "S4",
            "released-together",
            "what is required is released in the same change",
            holding("user"),
            "anna +trips -user",
            _code("requirement-missing"),
        ),
        ("S4", "not-again", "what is held is not judged again", holding("trips"), "anna +editor", MAY),
        (
            "S5",
            "still-required",
            "something that stays requires it",
            holding("user", "trips"),
            "anna -user",
            _code("still-required"),
        ),
        ("S5", "both", "what requires it is released with it", holding("user", "trips"), "anna -user -trips", MAY),
        (
            "S5",
            "through",
            "something that stays requires what it includes",
            holding("sales", "trips"),
            "anna -sales",
            _code("still-required"),
        ),
        (
            "S5",
            "through-another",
            "another license includes it as well",
            holding("sales", "trips", "user"),
            "anna -sales",
            MAY,
        ),
        (
            "S5",
            "exchanged",
            "it is exchanged for one that includes it as well",
            holding("sales", "trips"),
            "anna +office -sales",
            MAY,
        ),
        (
            "S5",
            "chain",
            "something that stays requires what is released with it",
            holding("user", "trips", "tours"),
            "anna -user -trips",
            _code("still-required"),
        ),
        ("S5", "was-missing", "what was missing before is not judged", holding("trips", "editor"), "anna -editor", MAY),
        (
            "S5",
            "released-everybody",
            "everybody has what is released all the same",
            guest.having(users=[user(licenses={"guest": 1, "guide": 1})]),
            "anna -guest",
            MAY,
        ),
    ]
    for rule, name, about, installation, words, answer in rows:
        flags = ("bound",) if rule == "S2" else ()
        shown = f"Assignments {rule}" if rule.startswith("S") else rule
        yield installation.case(shown, name, about, _change(words), answer, flags=flags)
    order: list[tuple[str, str, Installation, str, str]] = [
        (
            "unknown-and-kind",
            "one is unknown, and another one of another kind",
            nothing,
            "anna +usr +branch",
            "unknown-code",
        ),
        (
            "kind-and-unknown",
            "one is of another kind, and the next one unknown",
            nothing,
            "anna +branch +usr",
            "wrong-kind",
        ),
        (
            "kind-and-release",
            "one is of another kind, and another one not held",
            nothing,
            "anna +branch -editor",
            "wrong-kind",
        ),
        (
            "release-and-plan",
            "what is not held is released, and two plans assigned",
            nothing,
            "anna +sales +office -editor",
            "not-assigned",
        ),
        (
            "concurrent-and-plan",
            "concurrent seats, and two plans",
            nothing,
            "anna +service +sales +office",
            "not-assigned",
        ),
        (
            "plan-and-missing",
            "two plans, and a requirement that is missing",
            nothing,
            "anna +sales +office +tours",
            "plan-held",
        ),
        (
            "missing-and-required",
            "a requirement is missing, and one is released that is required",
            holding("sales", "trips"),
            "anna +guide -sales",
            "requirement-missing",
        ),
        (
            "missing-and-none-free",
            "a requirement is missing, and none is free",
            full,
            "anna +sales +tours",
            "requirement-missing",
        ),
        (
            "required-and-none-free",
            "one is released that is required, and none is free",
            holding("user", "trips", users={"trips": 1, "user": 1}),
            "anna +editor -user",
            "still-required",
        ),
    ]
    for name, about, installation, words, code in order:
        about = f"of two faults: {about}"  # noqa: PLW2901
        yield installation.case("Assignments", name, about, _change(words), _code(code), flags=("precedence",))
