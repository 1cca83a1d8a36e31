"""Cases of evaluation: codes that a program asks about, and its mistakes."""

from collections.abc import Iterator

from tests.vectors.evaluation_world import (
    REVERSED,
    WITHOUT_PARTNER,
    Installation,
    Members,
    access,
    ask,
    ground,
    partners,
    site,
    sold,
    user,
)
from tests.vectors.of_evaluation_access import ANNA
from tests.vectors.vector import Case

Row = tuple[str, str, str, Installation, Members, Members, tuple[str, ...]]


def codes() -> Iterator[Case]:
    """Codes that a program asks about, and mistakes of the program."""
    server = sold(system={"server": 1, "storage": 5}, users={"user": 3}).having(sites=[site()], **ANNA)
    alone = server.on(WITHOUT_PARTNER)
    unknown, kind = {"code": "unknown-code"}, {"code": "wrong-kind"}
    absent, by_must, by_kind = "partner.maps", ("evaluation-codes-2",), ("evaluation-codes-1",)
    sales: Members = {"licenses": ["user"]}
    rows: list[Row] = [
        (
            "Codes 1",
            "known-count",
            "the count of a license that nothing grants",
            server,
            ask("count", "travel"),
            {"total": 0, "in_use": 0},
            by_must,
        ),
        (
            "Codes 1",
            "any-kind-of-user",
            "any kind may be asked of a user",
            server,
            ask("access", "server", user="anna"),
            access("full"),
            by_kind,
        ),
        (
            "Codes 2",
            "user-license-of-installation",
            "a user license asked of the installation",
            server,
            ask("access", "user"),
            kind,
            by_kind,
        ),
        (
            "Codes 2",
            "site-license-of-installation",
            "a site license asked of the installation",
            server,
            ask("access", "branch"),
            kind,
            by_kind,
        ),
        (
            "Codes 2",
            "why-of-installation",
            "why a user license is not there, of the installation",
            server,
            ask("why", "user"),
            kind,
            by_kind,
        ),
        (
            "Codes 2",
            "partner-of-installation",
            "the partner's user license, of the installation",
            server,
            ask("access", "partner.atlas"),
            kind,
            by_kind,
        ),
        (
            "Codes 2",
            "meter-no-meter",
            "a meter that is a quantity alone",
            server,
            ask("meter", "storage"),
            kind,
            by_kind,
        ),
        ("Codes 2", "meter-of-user", "a meter that is a user license", server, ask("meter", "user"), kind, by_kind),
        (
            "Codes 2",
            "passed-system",
            "a system license passed as a user's",
            server,
            ask("access", "user", licenses=["server"]),
            kind,
            by_kind,
        ),
        (
            "Codes 3",
            "absent-access",
            "the partner is not installed",
            alone,
            ask("access", absent),
            access("none"),
            by_must,
        ),
        (
            "Codes 3",
            "absent-of-user",
            "the partner is not installed, asked of a user",
            alone,
            ask("access", absent, user="anna"),
            access("none"),
            by_must,
        ),
        (
            "Codes 3",
            "absent-of-site",
            "the partner is not installed, asked of a site",
            alone,
            ask("access", absent, site="oslo"),
            access("none"),
            by_must,
        ),
        (
            "Codes 3",
            "absent-any",
            "any code of an issuer who is not installed",
            alone,
            ask("access", "nobody.anything"),
            access("none"),
            by_must,
        ),
        (
            "Codes 3",
            "absent-count",
            "the count of a license of a partner who is not installed",
            alone,
            ask("count", absent),
            {"total": 0, "in_use": 0},
            by_must,
        ),
        (
            "Codes 3",
            "absent-setting",
            "a setting of a partner who is not installed",
            alone,
            ask("setting", "partner.layers"),
            {"value": None},
            by_must,
        ),
        (
            "Codes 3",
            "absent-meter",
            "a meter of a partner who is not installed",
            alone,
            ask("meter", "partner.calls"),
            {"per": None, "allowances": []},
            by_must,
        ),
        (
            "Codes 3",
            "absent-passed",
            "a license of it that is passed for a user",
            alone,
            ask("access", absent, licenses=["partner.atlas"]),
            access("none"),
            by_must,
        ),
        ("Codes 4", "unknown", "a code that no catalog has", server, ask("access", "servr"), unknown, by_must),
        (
            "Codes 4",
            "unknown-of-partner",
            "one that the partner's catalog does not have",
            server,
            ask("access", "partner.mapz"),
            unknown,
            by_must,
        ),
        (
            "Codes 4",
            "unknown-full",
            "a code with the vendor's prefix that the vendor does not have",
            server,
            ask("access", "demo.maps"),
            unknown,
            by_must,
        ),
        (
            "Codes 4",
            "unknown-of-user",
            "a code that no catalog has, of a user",
            server,
            ask("access", "usr", user="anna"),
            unknown,
            by_must,
        ),
        (
            "Codes 4",
            "unknown-of-nobody",
            "a code that no catalog has, of a user who is not known",
            server,
            ask("access", "usr", user="nobody"),
            unknown,
            by_must,
        ),
        (
            "Codes 4",
            "unknown-why",
            "why a code is not there that no catalog has",
            server,
            ask("why", "servr"),
            unknown,
            by_must,
        ),
        (
            "Codes 4",
            "unknown-count",
            "the count of what no catalog has",
            server,
            ask("count", "servr"),
            unknown,
            by_must,
        ),
        (
            "Codes 4",
            "unknown-setting",
            "a setting that no catalog has",
            server,
            ask("setting", "row"),
            unknown,
            by_must,
        ),
        (
            "Codes 4",
            "license-as-setting",
            "a license is no setting",
            server,
            ask("setting", "server"),
            unknown,
            by_must,
        ),
        ("Codes 4", "unknown-meter", "a meter that no catalog has", server, ask("meter", "calls"), unknown, by_must),
        (
            "Codes 4",
            "unknown-way",
            "a way to log in that no catalog has",
            server,
            ask("login", user="anna", way="wap"),
            unknown,
            by_must,
        ),
        (
            "Codes 4",
            "unknown-passed",
            "a license that is passed for a user",
            server,
            ask("access", "user", licenses=["usr"]),
            unknown,
            by_must,
        ),
        (
            "Codes 4",
            "upper-case",
            "what is not written as codes are has no issuer",
            alone,
            ask("access", "Partner.maps"),
            unknown,
            by_must,
        ),
        (
            "Codes 4",
            "two-prefixes",
            "nor has a code with two prefixes",
            alone,
            ask("access", "a.partner.maps"),
            unknown,
            by_must,
        ),
        ("Codes 4", "empty", "an empty code", server, ask("access", ""), unknown, by_must),
        ("Codes 4", "empty-issuer", "a code with an empty issuer", server, ask("access", ".maps"), unknown, by_must),
        (
            "Codes 4",
            "no-vendor-catalog",
            "the vendor has no catalog",
            server.on(ground(catalogs=False)),
            ask("access", "server"),
            unknown,
            by_must,
        ),
        (
            "Codes 4",
            "before-the-other",
            "the licenses that are passed are judged first",
            server,
            ask("access", "servr", licenses=["server"]),
            kind,
            by_kind,
        ),
        (
            "Codes 1",
            "passed",
            "a license that is passed, and asked about",
            server,
            ask("access", "user", **sales),
            access("full"),
            by_must,
        ),
    ]
    rows += _in_other_order()
    for rule, name, about, installation, question, expect, musts in rows:
        yield installation.case(rule, name, about, question, expect, musts=musts)


def _in_other_order() -> Iterator[Row]:
    """Whatever order catalogs come in, the answer is the same."""
    server = sold(system={"server": 1, "freetext": 1}).plus(partners(system={"maps": 1}, users={"atlas": 2}))
    other = server.having(users=[user(licenses={"partner.atlas": 1})]).on(REVERSED)
    musts, rule, before = ("evaluation-words-and-inputs-1",), "Words and inputs", "the partner's catalog comes first: "
    plan = ask("assign", user="anna", assign=["office"], release=[])
    yield rule, "reversed", f"{before}a license of the vendor's", other, ask("access", "server"), access("full"), musts
    yield (
        rule,
        "reversed-partner",
        f"{before}one of the partner's",
        other,
        ask("access", "partner.maps"),
        access("read"),
        musts,
    )
    kiosk = ask("login", user="anna", way="partner.kiosk")
    yield (
        rule,
        "reversed-login",
        f"{before}a way of the partner's",
        other,
        kiosk,
        {"allowed": True, "reasons": []},
        musts,
    )
    unknown = {"code": "unknown-code"}
    yield rule, "reversed-unknown", f"{before}an unknown code", other, ask("access", "maps"), unknown, musts
    yield rule, "reversed-assign", f"{before}none is free", other, plan, {"code": "none-free"}, musts
    kind = {"code": "wrong-kind"}
    yield (
        rule,
        "reversed-kind",
        f"{before}a license of another kind",
        other,
        ask("access", "partner.atlas"),
        kind,
        musts,
    )
