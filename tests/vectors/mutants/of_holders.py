"""Mutants of evaluation: what licenses are to whom, slots, logins, settings, meters and notices."""

from typing import Final

from tests.vectors.mutants.mutant import changed, mutants_of

GRANTS: Final = mutants_of(
    "evaluation.grants",
    changed("granted-in-another-kind", "Grants", " and one.kind == kind", ""),
    changed(
        "granted-by-another-catalog",
        "Grants",
        "world.catalogs.licenses.get(Code(bundle.issuer, name))",
        "world.catalogs.licenses.get(Code(bundle.issuer, name), world.catalogs.licenses.get(Code(world.vendor, name)))",
    ),
    changed(
        "present-if-named-alone",
        "Includes",
        "given = highest(world, ((grant.license.code, grant.cap) for grant in granted(world)))",
        "given = {}\n"
        "    for grant in granted(world):\n"
        "        given[grant.license.code] = max(grant.cap, given.get(grant.license.code, "
        "Access.NONE))",
    ),
    changed(
        "present-through-system-licenses-alone",
        "Includes",
        "(grant.license.code, grant.cap) for grant in granted(world)",
        '(grant.license.code, grant.cap) for grant in granted(world) if grant.license.kind == "system"',
    ),
    changed(
        "present-with-the-last-cap",
        "Includes",
        "found[given] = max(access, found.get(given, Access.NONE))",
        "found[given] = access",
    ),
    changed(
        "present-with-the-lowest-cap",
        "Includes",
        "found[given] = max(access, found.get(given, Access.NONE))",
        "found[given] = min(access, found.get(given, access))",
    ),
    changed("everybody-has-nothing", "Includes", "return highest(world, present(world).items())", "return {}"),
    changed(
        "everybody-by-full-with",
        "Includes",
        "return highest(world, present(world).items())",
        "return highest(world, ((c, a if world.catalogs.licenses[c].full_with is None else "
        "min(a, Access.READ)) for c, a in present(world).items()))",
    ),
)

CATALOGS: Final = mutants_of(
    "evaluation.catalogs",
    changed("gives-without-successors", "Includes", ", *([next_one.replaced_by] if next_one.replaced_by else [])", ""),
    changed("gives-successors-alone", "Includes", "[*next_one.includes, *(", "[*("),
    changed(
        "gives-directly-alone",
        "Includes",
        "if next_one is not None and next_one.code not in reached:",
        "if next_one is not None and (len(reached) == 0 or next_one.code in "
        "self.licenses[code].includes + (self.licenses[code].replaced_by,)) and next_one.code "
        "not in reached:",
    ),
    changed(
        "bare-code-is-the-vendors",
        "Words and inputs",
        'takes = tuple(code_of(text, issuer) for text in one["all"])',
        'takes = tuple(code_of(text, "demo") for text in one["all"])',
    ),
)

_FULL_WITH: Final = "return most if _is_whole(world, one, holder) else min(most, Access.READ)"

ACCESS: Final = mutants_of(
    "evaluation.access",
    changed("full-with-not-asked", "Access", _FULL_WITH, "return most"),
    changed(
        "full-with-gives-nothing", "Access", _FULL_WITH, "return most if _is_whole(world, one, holder) else Access.NONE"
    ),
    changed(
        "full-with-of-the-installation-asked",
        "Access",
        '    if holder.kind == "installation":\n        return False\n',
        "",
    ),
    changed(
        "full-with-by-read",
        "Access",
        "has.get(one.full_with) == Access.FULL",
        "has.get(one.full_with, Access.NONE) > Access.NONE",
    ),
    changed(
        "full-with-by-assignment-alone",
        "Access",
        "has = {**held(world, holder), **present(world)}",
        "has = {one.license: one.access for one in holder.own}",
    ),
    changed(
        "full-with-without-system-licenses",
        "Access",
        "has = {**held(world, holder), **present(world)}",
        "has = held(world, holder)",
        "this reader counts the system licenses that are present among what everybody has",
    ),
    changed("retired-user-has-its-licenses", "Access", '        return Holder("user", "retired")\n', "        pass\n"),
    changed(
        "unknown-user-has-what-everybody-has",
        "Access",
        '        return Holder("user", "unknown-user")\n',
        '        return Holder("user")\n',
    ),
    changed(
        "unknown-site-has-what-everybody-has",
        "Access",
        '        return Holder("site", "unknown-site")\n',
        '        return Holder("site")\n',
    ),
    changed(
        "unknown-site-of-a-user-is-unknown",
        "Access",
        "    if user not in world.users:\n",
        "    if site is not None and site not in world.sites:\n"
        '        return Holder("user", "unknown-site")\n'
        "    if user not in world.users:\n",
    ),
    changed(
        "site-gives-users-nothing",
        "Access",
        "    of_site = served(world, world.sites[site]) if site in world.sites else ()\n",
        "    of_site = ()\n",
    ),
    changed(
        "site-gives-users-no-license-of-its-own",
        "Access",
        "highest(world, (*holder.own, *holder.of_site))",
        "highest(world, (*holder.own, *((c, s.access) for s in holder.of_site for c in "
        "world.catalogs.reached(s.license) - {s.license})))",
    ),
    changed("held-without-what-everybody-has", "Access", "found = dict(everybody(world))", "found = {}"),
    changed(
        "held-lowest",
        "Access",
        "found[code] = max(access, found.get(code, Access.NONE))",
        "found[code] = min(access, found.get(code, access))",
    ),
    changed("passed-in-full", "Your own users", "Served(code, best(world, code))", "Served(code, Access.FULL)"),
)

_DOUBLE: Final = " and _taken(world)[one.license, one.slot] == 1"
_TOTAL: Final = "return 1 if present(world).get(one.code) == Access.FULL else 0"
_SOLD: Final = "grant.license.code == code and grant.cap >= least]"
_SATELLITE: Final = "    if not site.is_satellite or not limiting:\n        return Access.FULL\n"

SLOTS: Final = mutants_of(
    "evaluation.slots",
    changed(
        "total-under-any-cap",
        "Counts and surplus",
        "return _sold(world, one.code, Access.FULL)",
        "return _sold(world, one.code, Access.NONE)",
    ),
    changed(
        "total-with-read",
        "Counts and surplus",
        "return _sold(world, one.code, Access.FULL)",
        "return _sold(world, one.code, Access.READ)",
    ),
    changed(
        "total-of-system-license-with-read",
        "Counts and surplus",
        _TOTAL,
        "return 1 if present(world).get(one.code, Access.NONE) > Access.NONE else 0",
    ),
    changed("total-of-quantities-1", "Counts and surplus", " and one.quantity is None", ""),
    changed(
        "total-of-system-licenses-summed",
        "Counts and surplus",
        'one.kind == "system" and one.quantity is None',
        "False",
    ),
    changed("unrestricted-loses", "Counts and surplus", "return None if None in counts else sum", "return sum"),
    changed(
        "total-is-the-highest",
        "Counts and surplus",
        "else sum(count for count in counts if count is not None)",
        "else max((count for count in counts if count is not None), default=0)",
    ),
    changed("read-tier-counts-read-alone", "Counts and surplus", _SOLD, _SOLD.replace(">=", "==")),
    changed(
        "read-tier-counts-all",
        "Counts and surplus",
        _SOLD,
        "grant.license.code == code and (grant.cap >= least or least == Access.READ)]",
    ),
    changed("slot-at-the-sum-is-surplus", "Counts and surplus", "slot <= sold", "slot < sold"),
    changed("slot-behind-the-sum-is-served", "Counts and surplus", "slot <= sold", "slot <= sold + 1"),
    changed(
        "no-read-tier",
        "Counts and surplus",
        "for access in (Access.FULL, Access.READ):",
        "for access in (Access.FULL,):",
    ),
    changed("slot-0-taken", "Counts and surplus", "1 <= slot <= HIGHEST_SLOT", "0 <= slot <= HIGHEST_SLOT"),
    changed("slot-above-the-highest-taken", "Counts and surplus", "1 <= slot <= HIGHEST_SLOT", "1 <= slot"),
    changed("highest-slot-refused", "Counts and surplus", "1 <= slot <= HIGHEST_SLOT", "1 <= slot < HIGHEST_SLOT"),
    changed("boolean-slot-taken", "Counts and surplus", "type(slot) is int", "isinstance(slot, int)"),
    changed("doubles-served", "Counts and surplus", _DOUBLE, ""),
    changed(
        "doubles-of-other-licenses-count",
        "Counts and surplus",
        _DOUBLE,
        " and sum(n for (_, s), n in _taken(world).items() if s == one.slot) == 1",
    ),
    changed(
        "doubles-of-retired-users-count",
        "Counts and surplus",
        "if not user.is_retired for one in user.licenses",
        "for one in user.licenses",
    ),
    changed(
        "first-of-doubles-in-use-alone",
        "Counts and surplus",
        "return max((slot for code, slot in _taken(world) if code == one.code), default=0)",
        "return sum(n for (code, _), n in _taken(world).items() if code == one.code)",
    ),
    changed(
        "doubles-not-in-use",
        "Counts and surplus",
        "return max((slot for code, slot in _taken(world) if code == one.code), default=0)",
        "return max((slot for (code, slot), n in _taken(world).items() if code == one.code and n == 1), default=0)",
    ),
    changed(
        "users-of-site-licenses-served",
        "Counts and surplus",
        "is_good = is_slot(one.slot) and _is_of(world, one.license, kind)",
        "is_good = is_slot(one.slot)",
    ).with_change(_DOUBLE, " and _taken(world)[one.license, one.slot] <= 1"),
    changed("retired-user-served", "Counts and surplus", "return [] if holder.is_retired else", "return"),
    changed("satellites-not-limited", "Counts and surplus", _SATELLITE, "    return Access.FULL\n"),
    changed(
        "central-site-is-limited", "Counts and surplus", "if not site.is_satellite or not limiting:", "if not limiting:"
    ),
    changed("satellites-of-one-slot-served", "Counts and surplus", " or _satellites(world)[site.satellite] != 1:", ":"),
    changed(
        "satellite-with-the-lowest",
        "Counts and surplus",
        "return max(_tier(world, code, site.satellite) for code in limiting)",
        "return min(_tier(world, code, site.satellite) for code in limiting)",
    ),
    changed(
        "satellite-raises-what-is-assigned", "Counts and surplus", "min(one.access, most)", "max(one.access, most)"
    ),
    changed(
        "satellites-not-in-use",
        "Counts and surplus",
        "        return max(_satellites(world), default=0)\n",
        "        pass\n",
    ),
)

_PARTNER: Final = "if _is_code(text) and code.issuer not in {world.vendor, *world.catalogs.issuers}:"

CODES: Final = mutants_of(
    "evaluation.codes",
    changed("absent-partner-is-a-mistake", "Codes", _PARTNER, "if False:"),
    changed("malformed-code-of-an-absent-partner", "Codes", _PARTNER, _PARTNER.replace("_is_code(text) and ", "")),
    changed(
        "unknown-code-is-absent",
        "Codes",
        'need(code in known, "unknown-code")',
        "if code not in known:\n        return None",
    ),
    changed(
        "unknown-codes-of-the-vendor-alone",
        "Codes",
        _PARTNER,
        "if _is_code(text) and code.issuer != world.vendor and code not in known:",
    ),
    changed("wrong-kind-is-unknown", "Codes", '"wrong-kind"', '"unknown-code"'),
    changed("kinds-not-judged", "Codes", '    need(world.catalogs.licenses[code].kind in kinds, "wrong-kind")\n', ""),
    changed("codes-shown-in-full", "Codes", "code.name if code.issuer == world.vendor else", "code.name if False else"),
)
