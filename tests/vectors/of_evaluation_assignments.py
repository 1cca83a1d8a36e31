"""Cases of evaluation: what may be assigned and released (S1 to S5)."""

from collections.abc import Iterator
from typing import Any, Final

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

MAY: Final = ""
"""In place of a code: the change is allowed."""
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


def _holding(*codes: str, **more: Any) -> Installation:
    """Return an installation where anna is assigned these, each in slot 1."""
    everybody = [user(licenses=dict.fromkeys(codes, 1)), user("bob"), user("carl", retired=True)]
    return sold(**(SOLD | more)).having(users=everybody, sites=[site()])


NOTHING: Final = _holding()
"""Nobody is assigned anything."""
Row = tuple[str, str, Installation, str, str]


def _cases(rule: str, rows: list[Row], flags: tuple[str, ...] = ()) -> Iterator[Case]:
    for name, about, installation, words, code in rows:
        answer = {"code": code} if code else {}
        yield installation.case(rule, name, about, _change(words), answer, flags=flags)


def assignments() -> Iterator[Case]:
    """What may be assigned and released."""
    yield from _judged_first()
    yield from _of_kinds()
    yield from _of_counts()
    yield from _of_plans()
    yield from _of_requirements()
    yield from _of_releases()
    yield from _of_two_faults()


def _judged_first() -> Iterator[Case]:
    """What is judged before the rules, and what is released."""
    rows: list[Row] = [
        ("nothing", "a change without anything", NOTHING, "anna", MAY),
        ("unknown-user", "there is no such user", NOTHING, "nobody +user", "not-found"),
        ("unknown-site", "there is no such site", NOTHING, "@nowhere +branch", "not-found"),
        (
            "unknown-user-releases",
            "there is no such user, who is to release something",
            NOTHING,
            "nobody -user",
            "not-found",
        ),
        ("retired", "the user is retired", NOTHING, "carl +user", "user-retired"),
        ("retired-plan", "the user is retired, and a plan is to be assigned", NOTHING, "carl +sales", "user-retired"),
        (
            "retired-and-unknown",
            "the user is retired, and no catalog has the license",
            NOTHING,
            "carl +usr",
            "user-retired",
        ),
        (
            "retired-releases",
            "a retired user holds nothing that it could release",
            NOTHING,
            "carl -user",
            "not-assigned",
        ),
        ("release", "what is assigned is released", _holding("user"), "anna -user", MAY),
        (
            "release-full-name",
            "what is assigned is released by its full name",
            _holding("user"),
            "anna -demo.user",
            MAY,
        ),
        ("release-not-held", "what is not assigned is to be released", NOTHING, "anna -user", "not-assigned"),
        (
            "release-included",
            "what comes with another license is to be released",
            _holding("sales"),
            "anna -user",
            "not-assigned",
        ),
        ("release-gone", "what no catalog has any more can be released", _holding("gone"), "anna -gone", MAY),
    ]
    yield from _cases("Assignments", rows)


def _of_kinds() -> Iterator[Case]:
    """S1: what is assigned to whom."""
    rows: list[Row] = [
        ("user", "a user license to a user", NOTHING, "anna +user", MAY),
        ("site", "a site license to a site", NOTHING, "@oslo +branch", MAY),
        ("full-name", "a license by its full name", NOTHING, "anna +demo.user", MAY),
        ("several", "several licenses in one change", NOTHING, "anna +user +editor", MAY),
        ("held", "what is assigned already is not assigned again", _holding("sales"), "anna +sales", MAY),
        ("site-license-to-user", "a site license to a user", NOTHING, "anna +branch", "wrong-kind"),
        ("user-license-to-site", "a user license to a site", NOTHING, "@oslo +user", "wrong-kind"),
        ("system", "a system license to a user", NOTHING, "anna +travel", "wrong-kind"),
        ("system-to-site", "a system license to a site", NOTHING, "@oslo +travel", "wrong-kind"),
        ("limits-sites", "a license that limits how many sites there are", NOTHING, "@oslo +satellite", "not-assigned"),
        ("concurrent", "a license of concurrent seats", NOTHING, "anna +service", "not-assigned"),
        ("unknown", "a license that no catalog has", NOTHING, "anna +usr", "unknown-code"),
        (
            "absent",
            "a license of a partner who is not installed",
            NOTHING.on(WITHOUT_PARTNER),
            "anna +partner.atlas",
            "unknown-code",
        ),
    ]
    yield from _cases("Assignments S1", rows)


def _of_counts() -> Iterator[Case]:
    """S2: no more than there are."""
    full = NOTHING.having(users=[user(), user("bob", {"sales": 1})], sites=[site(), site("bergen", {"branch": 2})])
    surplus = sold(**SOLD).having(users=[user(licenses={"sales": 1}), user("bob", {"sales": 4})])
    read = sold(users={"user": 3}, **READ).at(LATE).having(users=[user()])
    in_part = activated(bundle(users={"user": 1}), bundle(part="reports", users={"user": 5}, **READ)).at(LATE)
    rows: list[Row] = [
        (
            "last",
            "the last one that is free",
            surplus.having(users=[user(), user("bob", {"editor": 1})]),
            "anna +sales",
            MAY,
        ),
        ("none-free", "all are assigned", full, "anna +sales", "none-free"),
        ("none-free-site", "all are assigned to sites", full, "@oslo +branch", "none-free"),
        ("not-sold", "nobody sells it", sold().having(users=[user()]), "anna +user", "none-free"),
        ("lapsed", "what lapsed is not there", read, "anna +user", "none-free"),
        (
            "lapsed-in-part",
            "of what is sold a part lapsed",
            in_part.having(users=[user(), user("bob", {"user": 1})]),
            "anna +user",
            "none-free",
        ),
        (
            "unrestricted",
            "of what is unrestricted one is always free",
            sold(users={"user": None}).having(users=[user(), user("bob", {"user": 2**31 - 1})]),
            "anna +user",
            MAY,
        ),
        ("surplus-stays", "what is assigned already may be beyond what is sold", surplus, "bob +sales", MAY),
        (
            "gap",
            "the highest slot is what is in use",
            sold(users={"user": 3}).having(users=[user(), user("bob", {"user": 3})]),
            "anna +user",
            "none-free",
        ),
    ]
    yield from _cases("Assignments S2", rows, ("bound",))


def _of_plans() -> Iterator[Case]:
    """S3: one plan of each issuer."""
    both = activated(bundle(users={"sales": 1}), partners(users={"atlas": 1})).having(
        users=[user(licenses={"sales": 1})]
    )
    atlas = activated(partners(users={"atlas": 2, "pins": 2}), bundle(users={"user": 1}))
    rows: list[Row] = [
        ("two-plans", "two plans in one change", NOTHING, "anna +sales +office", "plan-held"),
        ("second-plan", "a plan beside one that is held", _holding("sales"), "anna +office", "plan-held"),
        ("plan-exchanged", "a plan is released and another assigned", _holding("sales"), "anna +office -sales", MAY),
        ("partners-plan", "a plan of the partner's beside one of the vendor's", both, "anna +partner.atlas", MAY),
        ("old-ones", "two plans that are held are not judged again", _holding("sales", "office"), "anna +editor", MAY),
        (
            "third",
            "but a third one is",
            atlas.having(users=[user(licenses={"sales": 1, "partner.atlas": 1})]),
            "anna +office",
            "plan-held",
        ),
    ]
    yield from _cases("Assignments S3", rows)


def _of_requirements() -> Iterator[Case]:
    """S4: what is required is there."""
    atlas = activated(partners(users={"atlas": 2, "pins": 2}), bundle(users={"user": 1}))
    foreign: Members = {"binding": Binding(DIGEST, 0, {})}
    guest = activated(bundle(system={"intranet": 1}), bundle(part="reports", users={"guide": 1}))
    no_guest = activated(bundle(system={"intranet": 1}, **foreign), bundle(part="reports", users={"guide": 1}))
    read_travel = activated(bundle(system={"travel": 1}, **READ), bundle(part="reports", users={"trips": 1})).at(LATE)
    no_travel = activated(bundle(system={"travel": 1}, **NONE), bundle(part="reports", users={"trips": 1})).at(LATE)
    old_user = user(licenses={"user": 1})
    rows: list[Row] = [
        ("required", "what is required is assigned", _holding("user"), "anna +trips", MAY),
        ("required-included", "what is required comes with what is assigned", _holding("sales"), "anna +trips", MAY),
        ("required-together", "what is required is assigned in the same change", NOTHING, "anna +trips +user", MAY),
        ("missing", "what is required is not assigned", NOTHING, "anna +trips", "requirement-missing"),
        (
            "missing-system",
            "the installation lacks what is required",
            _holding("user", system={}),
            "anna +trips",
            "requirement-missing",
        ),
        (
            "system-read",
            "what the installation can read is there",
            read_travel.having(users=[old_user]),
            "anna +trips",
            MAY,
        ),
        (
            "system-blocked",
            "what lapsed and blocks is not",
            no_travel.having(users=[old_user]),
            "anna +trips",
            "requirement-missing",
        ),
        ("everybody", "what is required is everybody's", guest.having(users=[user()]), "anna +guide", MAY),
        (
            "everybody-foreign",
            "what would be everybody's is of a foreign bundle",
            no_guest.having(users=[user()]),
            "anna +guide",
            "requirement-missing",
        ),
        (
            "held-surplus",
            "what is required is assigned, in a surplus slot",
            _holding("user").having(users=[user(licenses={"user": 9})]),
            "anna +trips",
            MAY,
        ),
        (
            "other-issuer",
            "what is required is of another issuer",
            atlas.having(users=[user()]),
            "anna +partner.pins",
            "requirement-missing",
        ),
        ("other-issuer-held", "it is held", atlas.having(users=[old_user]), "anna +partner.pins", MAY),
        (
            "released-together",
            "what is required is released in the same change",
            _holding("user"),
            "anna +trips -user",
            "requirement-missing",
        ),
        ("not-again", "what is held is not judged again", _holding("trips"), "anna +editor", MAY),
    ]
    yield from _cases("Assignments S4", rows)


def _of_releases() -> Iterator[Case]:
    """S5: what is required is not released."""
    guest = activated(bundle(system={"intranet": 1}), bundle(part="reports", users={"guide": 1}))
    rows: list[Row] = [
        (
            "still-required",
            "something that stays requires it",
            _holding("user", "trips"),
            "anna -user",
            "still-required",
        ),
        ("both", "what requires it is released with it", _holding("user", "trips"), "anna -user -trips", MAY),
        (
            "through",
            "something that stays requires what it includes",
            _holding("sales", "trips"),
            "anna -sales",
            "still-required",
        ),
        (
            "through-another",
            "another license includes it as well",
            _holding("sales", "trips", "user"),
            "anna -sales",
            MAY,
        ),
        (
            "exchanged",
            "it is exchanged for one that includes it as well",
            _holding("sales", "trips"),
            "anna +office -sales",
            MAY,
        ),
        (
            "chain",
            "something that stays requires what is released with it",
            _holding("user", "trips", "tours"),
            "anna -user -trips",
            "still-required",
        ),
        ("was-missing", "what was missing before is not judged", _holding("trips", "editor"), "anna -editor", MAY),
        (
            "released-everybody",
            "everybody still has what is released",
            guest.having(users=[user(licenses={"guest": 1, "guide": 1})]),
            "anna -guest",
            MAY,
        ),
    ]
    yield from _cases("Assignments S5", rows)


def _of_two_faults() -> Iterator[Case]:
    """Which of two faults is found first."""
    full = NOTHING.having(users=[user(), user("bob", {"sales": 1})], sites=[site(), site("bergen", {"branch": 2})])
    rows: list[Row] = [
        (
            "unknown-and-kind",
            "of two faults: one is unknown, and another one of another kind",
            NOTHING,
            "anna +usr +branch",
            "unknown-code",
        ),
        (
            "kind-and-unknown",
            "of two faults: one is of another kind, and the next one unknown",
            NOTHING,
            "anna +branch +usr",
            "wrong-kind",
        ),
        (
            "kind-and-release",
            "of two faults: one is of another kind, and another one not held",
            NOTHING,
            "anna +branch -editor",
            "wrong-kind",
        ),
        (
            "release-and-plan",
            "of two faults: what is not held is released, and two plans assigned",
            NOTHING,
            "anna +sales +office -editor",
            "not-assigned",
        ),
        (
            "concurrent-and-plan",
            "of two faults: concurrent seats, and two plans",
            NOTHING,
            "anna +service +sales +office",
            "not-assigned",
        ),
        (
            "plan-and-missing",
            "of two faults: two plans, and a requirement that is missing",
            NOTHING,
            "anna +sales +office +tours",
            "plan-held",
        ),
        (
            "missing-and-required",
            "of two faults: a requirement is missing, and one is released that is required",
            _holding("sales", "trips"),
            "anna +guide -sales",
            "requirement-missing",
        ),
        (
            "missing-and-none-free",
            "of two faults: a requirement is missing, and none is free",
            full,
            "anna +sales +tours",
            "requirement-missing",
        ),
        (
            "required-and-none-free",
            "of two faults: one is released that is required, and none is free",
            _holding("user", "trips", users={"trips": 1, "user": 1}),
            "anna +editor -user",
            "still-required",
        ),
    ]
    yield from _cases("Assignments", rows, ("precedence",))
