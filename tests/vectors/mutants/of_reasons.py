"""Mutants of evaluation: why something is not granted, assignments, logins and events."""

from typing import Final

from tests.vectors.mutants.mutant import changed, left_out, mutants_of, swapped

REASONS: Final = mutants_of(
    "evaluation.reasons",
    changed(
        "absent-before-unknown-user",
        "W1",
        'return _unknown(holder) or Why("not-installed", "issuer-absent")',
        'return Why("not-installed", "issuer-absent")',
    ),
    changed("full-with-not-said", "W3", '        return Why("not-assigned", "full-with-another")\n', "        pass\n"),
    changed(
        "full-with-said-of-read", "W3", "present(world).get(one.code) == Access.FULL", "one.code in present(world)"
    ),
    changed(
        "lapse-of-what-gives-it-not-said",
        "W4",
        "    for grant in _giving(world, one):\n        if not works",
        "    for grant in _giving(world, one):\n        if grant.license is one and not works",
    ),
    changed(
        "lapse-of-what-waits-first",
        "W4",
        "return waits, grant.license.code != one.code, grant.license.code.name",
        "return not waits, grant.license.code != one.code, grant.license.code.name",
    ),
    changed(
        "lapse-of-what-gives-it-first",
        "W4",
        "return waits, grant.license.code != one.code,",
        "return waits, grant.license.code == one.code,",
    ),
    changed(
        "lapse-by-activation",
        "W4",
        "return waits, grant.license.code != one.code, grant.license.code.name",
        "return waits, grant.bundle.activated",
    ),
    changed(
        "waiting-bundles-not-looked-at",
        "W4",
        "    bundles = [*in_force(world), *waiting(world)]\n    grants",
        "    bundles = [*in_force(world)]\n    grants",
    ),
    changed(
        "only-included-not-said",
        "W5",
        '"only-included" if _giving(world, one) else "no-bundle-grants"',
        '"no-bundle-grants"',
    ),
    changed(
        "not-granted-to-always",
        "W7",
        "return _NOT_GRANTED if is_sold else _of_installation(world, one)",
        "return _NOT_GRANTED",
    ),
    changed(
        "not-granted-to-where-system-gives-it",
        "W7",
        'grant.license.kind != "system" and grant.cap > Access.NONE',
        "grant.cap > Access.NONE",
    ),
    changed(
        "not-granted-to-of-what-lapsed",
        "W7",
        'grant.license.kind != "system" and grant.cap > Access.NONE',
        'grant.license.kind != "system"',
    ),
    left_out(
        "assigned-lapse-not-said",
        "W8",
        "    if best(world, first) == Access.NONE:\n"
        "        return _of_installation(world, world.catalogs.licenses[first])\n",
    ),
    left_out(
        "beyond-sold-not-said",
        "W9",
        '    if beyond_sold(world, assigned, holder) is not None:\n        return Why("beyond-sold", "beyond-sold")\n',
    ),
    changed("beyond-sold-of-any-kind", "W9", "if is_own_kind and one.access", "if one.access"),
    changed("beyond-sold-of-what-is-not-granted", "W9", " and best(world, one.license) > Access.NONE:", ":"),
    changed(
        "lapse-not-said-last",
        "W10",
        "return _not_in_force(world, world.catalogs.licenses[first]) or _NOT_GRANTED",
        "return _NOT_GRANTED",
    ),
    changed(
        "assignments-in-their-order",
        "W8",
        "return sorted(giving, key=lambda one: written(world, one.license))",
        "return giving",
    ),
    changed("passed-by-code", "W8", '    if holder.kind == "application":\n        return giving\n', ""),
)

_KIND: Final = '    need(world.catalogs.licenses[code].kind == kind, "wrong-kind")\n'

_PLAN: Final = '    need(_has_one_plan(world, made), "plan-held")\n'

_REQUIRED: Final = '    need(all(_has_required(world, one, made) for one in licenses), "requirement-missing")\n'

_STILL: Final = '    need(not _loses_required(world, made), "still-required")\n'

_FREE: Final = '    need(all(_is_free(world, one) for one in licenses), "none-free")\n'

ASSIGNING: Final = mutants_of(
    "evaluation.assigning",
    left_out("assigned-of-another-kind", "Assignments S1", _KIND),
    changed(
        "limiting-licenses-assigned", "Assignments S1", "one.limits_sites or one.is_concurrent", "one.is_concurrent"
    ),
    changed(
        "concurrent-licenses-assigned", "Assignments S1", "one.limits_sites or one.is_concurrent", "one.limits_sites"
    ),
    changed("retired-users-assigned", "Assignments", '    need(not (is_retired and assign), "user-retired")\n', ""),
    changed(
        "released-though-not-assigned", "Assignments", '    need(set(released) <= set(before), "not-assigned")\n', ""
    ),
    changed(
        "assigned-again-is-new",
        "Assignments",
        "return [code for code in self.after if code not in self.before]",
        "return self.after",
    ),
    left_out("more-assigned-than-sold", "Assignments S2", _FREE),
    changed("last-one-not-free", "Assignments S2", "in_use(world, one) < there", "in_use(world, one) + 1 < there"),
    changed("one-more-is-free", "Assignments S2", "in_use(world, one) < there", "in_use(world, one) <= there"),
    left_out("two-plans-held", "Assignments S3", _PLAN),
    changed("one-plan-of-all-issuers", "Assignments S3", " or new.issuer != other.issuer", ""),
    changed(
        "plan-not-exchanged",
        "Assignments S3",
        "for new in made.new if new in plans for other in plans",
        "for new in made.new if new in plans for other in [*plans, *(c for c in made.before if "
        "c in known and known[c].plan)]",
    ),
    left_out("requirements-not-judged", "Assignments S4", _REQUIRED),
    changed(
        "required-by-assignment-alone",
        "Assignments S4",
        "given | {code for code, access in common.items() if access > Access.NONE}",
        "given",
    ),
    changed("required-in-full", "Assignments S4", "if access > Access.NONE}", "if access == Access.FULL}"),
    changed(
        "required-directly-assigned",
        "Assignments S4",
        "for one in assigned for code in world.catalogs.reached(one)}",
        "for one in assigned for code in [one]}",
    ),
    left_out("release-of-what-is-required", "Assignments S5", _STILL),
    changed(
        "still-required-by-what-goes",
        "Assignments S5",
        "for code in made.after if code in made.before and code in",
        "for code in made.before if code in",
    ),
    swapped("plan-after-requirement", "Assignments", _PLAN, _REQUIRED),
    swapped("requirement-after-release", "Assignments", _REQUIRED, _STILL),
    swapped("free-before-release", "Assignments", _STILL, _FREE),
)

LOGIN: Final = mutants_of(
    "evaluation.login",
    changed(
        "unknown-user-has-more-reasons",
        "Login",
        '        return [Reason("unknown-user")]\n    user = world.users[name]\n',
        '        return [Reason("unknown-user"), *_of_licenses(world, name, way, site)]\n'
        "    user = world.users[name]\n",
    ),
    changed("login-of-retired-users", "Login", '"retired": user.is_retired, ', ""),
    changed("login-off-not-asked", "Login", '"login-off": not user.can_log_in, ', ""),
    changed("login-of-any-kind", "Login", ', "kind": user.kind not in way.users', ""),
    changed(
        "first-reason-alone",
        "Login",
        'return sorted(set(against), key=lambda one: (one.code, one.license or "", one.event or 0))',
        "return against[:1]",
    ),
    changed(
        "login-needs-full",
        "Login",
        "elif has.get(code, Access.NONE) == Access.NONE:",
        "elif has.get(code, Access.NONE) != Access.FULL:",
    ),
    changed(
        "login-needs-system-in-full",
        "Login",
        "if present(world).get(code, Access.NONE) == Access.NONE:",
        "if present(world).get(code, Access.NONE) != Access.FULL:",
    ),
    changed(
        "login-without-system-licenses",
        "Login",
        '                found.append(Reason("not-licensed", written(world, code)))\n',
        "                pass\n",
    ),
    changed(
        "login-without-user-licenses",
        "Login",
        "            found.append(_not_held(world, code, holder))\n",
        "            pass\n",
    ),
    changed(
        "login-surplus-not-said",
        "Login",
        '        return Reason("beyond-sold", written(world, surplus))\n',
        "        pass\n",
    ),
    changed(
        "login-surplus-names-what-is-taken",
        "Login",
        'Reason("beyond-sold", written(world, surplus))',
        'Reason("beyond-sold", written(world, code))',
    ),
    changed("administrators-stopped-by-events", "Events", "    if user.is_administrator:\n        return []\n", ""),
    changed("login-stopped-by-any-event", "Events", 'event.kind == "no-login" and ', ""),
    changed(
        "events-not-asked",
        "Events",
        '    return [\n        Reason("event", event=event.number)',
        '    return [] and [\n        Reason("event", event=event.number)',
    ),
)

EVENTS: Final = mutants_of(
    "evaluation.events",
    changed("rebuilding-stops-nothing", "Events", '{f"no-{function}", f"rebuild-{function}"}', '{f"no-{function}"}'),
    changed("events-of-groups-not-asked", "Events", ', "group": groups', ""),
    changed("events-of-sites-not-asked", "Events", '"site": [site], ', ""),
    changed("events-of-users-not-asked", "Events", '"user": [user], ', ""),
    changed("events-of-the-installation-not-asked", "Events", 'event.scope == "installation" or ', ""),
    changed("events-concern-everybody", "Events", "or event.subject in subjects.get(event.scope, ())", "or True"),
    changed("events-in-their-order", "Events", "return sorted(event.number", "return list(event.number"),
)
