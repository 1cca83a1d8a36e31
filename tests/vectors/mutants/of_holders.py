"""Mutants of evaluation: what licenses are to whom, slots, logins, settings, meters and notices."""

from typing import Final

from tests.vectors.mutants.mutant import changed, left_out, mutants_of, swapped

GRANTS: Final = mutants_of(
    "evaluation.grants",
    changed("granted-in-another-kind", "Grants", " and one.kind == kind", ""),
    changed("granted-by-another-catalog", "Grants", "world.catalogs.licenses.get(Code(bundle.issuer, name))", "world.catalogs.licenses.get(Code(bundle.issuer, name), world.catalogs.licenses.get(Code(world.vendor, name)))"),
    changed("present-if-named-alone", "Includes", "given = highest(world, ((grant.license.code, grant.cap) for grant in granted(world)))", "given = {}\n    for grant in granted(world):\n        given[grant.license.code] = max(grant.cap, given.get(grant.license.code, Access.NONE))"),
    changed("present-through-system-licenses-alone", "Includes", "(grant.license.code, grant.cap) for grant in granted(world)", '(grant.license.code, grant.cap) for grant in granted(world) if grant.license.kind == "system"'),
    changed("present-with-the-last-cap", "Includes", "found[given] = max(access, found.get(given, Access.NONE))", "found[given] = access"),
    changed("present-with-the-lowest-cap", "Includes", "found[given] = max(access, found.get(given, Access.NONE))", "found[given] = min(access, found.get(given, access))"),
    changed("everybody-has-nothing", "Includes", "return highest(world, present(world).items())", "return {}"),
    changed("everybody-by-full-with", "Includes", "return highest(world, present(world).items())", "return highest(world, ((c, a if world.catalogs.licenses[c].full_with is None else min(a, Access.READ)) for c, a in present(world).items()))"),
)

CATALOGS: Final = mutants_of(
    "evaluation.catalogs",
    changed("gives-without-successors", "Includes", ", *([next_one.replaced_by] if next_one.replaced_by else [])", ""),
    changed("gives-successors-alone", "Includes", "[*next_one.includes, *(", "[*("),
    changed("gives-directly-alone", "Includes", "if next_one is not None and next_one.code not in reached:", "if next_one is not None and (len(reached) == 0 or next_one.code in self.licenses[code].includes + (self.licenses[code].replaced_by,)) and next_one.code not in reached:"),
    changed("bare-code-is-the-vendors", "Words and inputs", "takes = tuple(code_of(text, issuer) for text in one[\"all\"])", 'takes = tuple(code_of(text, "demo") for text in one["all"])'),
)

_FULL_WITH: Final = "return most if _is_whole(world, one, holder) else min(most, Access.READ)"

ACCESS: Final = mutants_of(
    "evaluation.access",
    changed("full-with-not-asked", "Access", _FULL_WITH, "return most"),
    changed("full-with-gives-nothing", "Access", _FULL_WITH, "return most if _is_whole(world, one, holder) else Access.NONE"),
    changed("full-with-of-the-installation-asked", "Access", '    if holder.kind == "installation":\n        return False\n', ""),
    changed("full-with-by-read", "Access", "has.get(one.full_with) == Access.FULL", "has.get(one.full_with, Access.NONE) > Access.NONE"),
    changed("full-with-by-assignment-alone", "Access", "has = {**held(world, holder), **present(world)}", "has = {one.license: one.access for one in holder.own}"),
    changed("full-with-without-system-licenses", "Access", "has = {**held(world, holder), **present(world)}", "has = held(world, holder)"),
    changed("retired-user-has-its-licenses", "Access", '        return Holder("user", "retired")\n', "        pass\n"),
    changed("unknown-user-has-what-everybody-has", "Access", '        return Holder("user", "unknown-user")\n', '        return Holder("user")\n'),
    changed("unknown-site-has-what-everybody-has", "Access", '        return Holder("site", "unknown-site")\n', '        return Holder("site")\n'),
    changed("unknown-site-of-a-user-is-unknown", "Access", "    if user not in world.users:\n", '    if site is not None and site not in world.sites:\n        return Holder("user", "unknown-site")\n    if user not in world.users:\n'),
    changed("site-gives-users-nothing", "Access", "    of_site = served(world, world.sites[site]) if site in world.sites else ()\n", "    of_site = ()\n"),
    changed("site-gives-users-no-license-of-its-own", "Access", "highest(world, (*holder.own, *holder.of_site))", "highest(world, (*holder.own, *((c, s.access) for s in holder.of_site for c in world.catalogs.reached(s.license) - {s.license})))"),
    changed("held-without-what-everybody-has", "Access", "found = dict(everybody(world))", "found = {}"),
    changed("held-lowest", "Access", "found[code] = max(access, found.get(code, Access.NONE))", "found[code] = min(access, found.get(code, access))"),
    changed("passed-in-full", "Your own users", "Served(code, best(world, code))", "Served(code, Access.FULL)"),
)

_DOUBLE: Final = " and _taken(world)[one.license, one.slot] == 1"
_TOTAL: Final = "return 1 if present(world).get(one.code) == Access.FULL else 0"
_SOLD: Final = "grant.license.code == code and grant.cap >= least]"
_SATELLITE: Final = "    if not site.is_satellite or not limiting:\n        return Access.FULL\n"

SLOTS: Final = mutants_of(
    "evaluation.slots",
    changed("total-under-any-cap", "Counts and surplus", "return _sold(world, one.code, Access.FULL)", "return _sold(world, one.code, Access.NONE)"),
    changed("total-with-read", "Counts and surplus", "return _sold(world, one.code, Access.FULL)", "return _sold(world, one.code, Access.READ)"),
    changed("total-of-system-license-with-read", "Counts and surplus", _TOTAL, "return 1 if present(world).get(one.code, Access.NONE) > Access.NONE else 0"),
    changed("total-of-quantities-1", "Counts and surplus", ' and one.quantity is None', ""),
    changed("total-of-system-licenses-summed", "Counts and surplus", 'one.kind == "system" and one.quantity is None', "False"),
    changed("unrestricted-loses", "Counts and surplus", "return None if None in counts else sum", "return sum"),
    changed("total-is-the-highest", "Counts and surplus", "else sum(count for count in counts if count is not None)", "else max((count for count in counts if count is not None), default=0)"),
    changed("read-tier-counts-read-alone", "Counts and surplus", _SOLD, _SOLD.replace(">=", "==")),
    changed("read-tier-counts-all", "Counts and surplus", _SOLD, "grant.license.code == code and (grant.cap >= least or least == Access.READ)]"),
    changed("slot-at-the-sum-is-surplus", "Counts and surplus", "slot <= sold", "slot < sold"),
    changed("slot-behind-the-sum-is-served", "Counts and surplus", "slot <= sold", "slot <= sold + 1"),
    changed("no-read-tier", "Counts and surplus", "for access in (Access.FULL, Access.READ):", "for access in (Access.FULL,):"),
    changed("slot-0-taken", "Counts and surplus", "1 <= slot <= HIGHEST_SLOT", "0 <= slot <= HIGHEST_SLOT"),
    changed("slot-above-the-highest-taken", "Counts and surplus", "1 <= slot <= HIGHEST_SLOT", "1 <= slot"),
    changed("highest-slot-refused", "Counts and surplus", "1 <= slot <= HIGHEST_SLOT", "1 <= slot < HIGHEST_SLOT"),
    changed("boolean-slot-taken", "Counts and surplus", "type(slot) is int", "isinstance(slot, int)"),
    changed("doubles-served", "Counts and surplus", _DOUBLE, ""),
    changed("doubles-of-other-licenses-count", "Counts and surplus", _DOUBLE, " and sum(n for (_, s), n in _taken(world).items() if s == one.slot) == 1"),
    changed("doubles-of-retired-users-count", "Counts and surplus", "if not user.is_retired for one in user.licenses", "for one in user.licenses"),
    changed("first-of-doubles-in-use-alone", "Counts and surplus", "return max((slot for code, slot in _taken(world) if code == one.code), default=0)", "return sum(n for (code, _), n in _taken(world).items() if code == one.code)"),
    changed("doubles-not-in-use", "Counts and surplus", "return max((slot for code, slot in _taken(world) if code == one.code), default=0)", "return max((slot for (code, slot), n in _taken(world).items() if code == one.code and n == 1), default=0)"),
    changed("users-of-site-licenses-served", "Counts and surplus", "is_good = is_slot(one.slot) and _is_of(world, one.license, kind)", "is_good = is_slot(one.slot)").with_change(_DOUBLE, " and _taken(world)[one.license, one.slot] <= 1"),
    changed("retired-user-served", "Counts and surplus", "return [] if holder.is_retired else", "return"),
    changed("satellites-not-limited", "Counts and surplus", _SATELLITE, "    return Access.FULL\n"),
    changed("central-site-is-limited", "Counts and surplus", "if not site.is_satellite or not limiting:", "if not limiting:"),
    changed("satellites-of-one-slot-served", "Counts and surplus", " or _satellites(world)[site.satellite] != 1:", ":"),
    changed("satellite-with-the-lowest", "Counts and surplus", "return max(_tier(world, code, site.satellite) for code in limiting)", "return min(_tier(world, code, site.satellite) for code in limiting)"),
    changed("satellite-raises-what-is-assigned", "Counts and surplus", "min(one.access, most)", "max(one.access, most)"),
    changed("satellites-not-in-use", "Counts and surplus", "        return max(_satellites(world), default=0)\n", "        pass\n"),
)

_PARTNER: Final = "if _is_code(text) and code.issuer not in {world.vendor, *world.catalogs.issuers}:"

CODES: Final = mutants_of(
    "evaluation.codes",
    changed("absent-partner-is-a-mistake", "Codes", _PARTNER, "if False:"),
    changed("malformed-code-of-an-absent-partner", "Codes", _PARTNER, _PARTNER.replace("_is_code(text) and ", "")),
    changed("unknown-code-is-absent", "Codes", "need(code in known, \"unknown-code\")", "if code not in known:\n        return None"),
    changed("unknown-codes-of-the-vendor-alone", "Codes", _PARTNER, "if _is_code(text) and code.issuer != world.vendor and code not in known:"),
    changed("wrong-kind-is-unknown", "Codes", '"wrong-kind"', '"unknown-code"'),
    changed("kinds-not-judged", "Codes", '    need(world.catalogs.licenses[code].kind in kinds, "wrong-kind")\n', ""),
    changed("codes-shown-in-full", "Codes", "code.name if code.issuer == world.vendor else", "code.name if False else"),
)

REASONS: Final = mutants_of(
    "evaluation.reasons",
    changed("absent-before-unknown-user", "Why not W1", 'return _unknown(holder) or Why("not-installed", "issuer-absent")', 'return Why("not-installed", "issuer-absent")'),
    changed("full-with-not-said", "Why not W3", '        return Why("not-assigned", "full-with-another")\n', "        pass\n"),
    changed("full-with-said-of-read", "Why not W3", "present(world).get(one.code) == Access.FULL", "one.code in present(world)"),
    changed("lapse-of-what-gives-it-not-said", "Why not W4", "    for grant in _giving(world, one):\n        if not works", "    for grant in _giving(world, one):\n        if grant.license is one and not works"),
    changed("lapse-of-what-waits-first", "Why not W4", "return waits, grant.license.code != one.code, grant.license.code.name", "return not waits, grant.license.code != one.code, grant.license.code.name"),
    changed("lapse-of-what-gives-it-first", "Why not W4", "return waits, grant.license.code != one.code,", "return waits, grant.license.code == one.code,"),
    changed("lapse-by-activation", "Why not W4", "return waits, grant.license.code != one.code, grant.license.code.name", "return waits, grant.bundle.activated"),
    changed("waiting-bundles-not-looked-at", "Why not W4", "    bundles = [*in_force(world), *waiting(world)]\n    grants", "    bundles = [*in_force(world)]\n    grants"),
    changed("only-included-not-said", "Why not W5", '"only-included" if _giving(world, one) else "no-bundle-grants"', '"no-bundle-grants"'),
    changed("not-granted-to-always", "Why not W7", "return _NOT_GRANTED if is_sold else _of_installation(world, one)", "return _NOT_GRANTED"),
    changed("not-granted-to-where-system-gives-it", "Why not W7", 'grant.license.kind != "system" and grant.cap > Access.NONE', "grant.cap > Access.NONE"),
    changed("not-granted-to-of-what-lapsed", "Why not W7", 'grant.license.kind != "system" and grant.cap > Access.NONE', 'grant.license.kind != "system"'),
    left_out("assigned-lapse-not-said", "Why not W8", "    if best(world, first) == Access.NONE:\n        return _of_installation(world, world.catalogs.licenses[first])\n"),
    left_out("beyond-sold-not-said", "Why not W9", '    if beyond_sold(world, assigned, holder) is not None:\n        return Why("beyond-sold", "beyond-sold")\n'),
    changed("beyond-sold-of-any-kind", "Why not W9", "if is_own_kind and one.access", "if one.access"),
    changed("beyond-sold-of-what-is-not-granted", "Why not W9", " and best(world, one.license) > Access.NONE:", ":"),
    changed("lapse-not-said-last", "Why not W10", "return _not_in_force(world, world.catalogs.licenses[first]) or _NOT_GRANTED", "return _NOT_GRANTED"),
    changed("assignments-in-their-order", "Why not W8", "return sorted(giving, key=lambda one: written(world, one.license))", "return giving"),
    changed("passed-by-code", "Why not W8", '    if holder.kind == "application":\n        return giving\n', ""),
)

_KIND: Final = '    need(world.catalogs.licenses[code].kind == kind, "wrong-kind")\n'
_PLAN: Final = '    need(_has_one_plan(world, made), "plan-held")\n'
_REQUIRED: Final = '    need(all(_has_required(world, one, made) for one in licenses), "requirement-missing")\n'
_STILL: Final = '    need(not _loses_required(world, made), "still-required")\n'
_FREE: Final = '    need(all(_is_free(world, one) for one in licenses), "none-free")\n'

ASSIGNING: Final = mutants_of(
    "evaluation.assigning",
    left_out("assigned-of-another-kind", "Assignments S1", _KIND),
    changed("limiting-licenses-assigned", "Assignments S1", "one.limits_sites or one.is_concurrent", "one.is_concurrent"),
    changed("concurrent-licenses-assigned", "Assignments S1", "one.limits_sites or one.is_concurrent", "one.limits_sites"),
    changed("retired-users-assigned", "Assignments", '    need(not (is_retired and assign), "user-retired")\n', ""),
    changed("released-though-not-assigned", "Assignments", '    need(set(released) <= set(before), "not-assigned")\n', ""),
    changed("assigned-again-is-new", "Assignments", "return [code for code in self.after if code not in self.before]", "return self.after"),
    left_out("more-assigned-than-sold", "Assignments S2", _FREE),
    changed("last-one-not-free", "Assignments S2", "in_use(world, one) < there", "in_use(world, one) + 1 < there"),
    changed("one-more-is-free", "Assignments S2", "in_use(world, one) < there", "in_use(world, one) <= there"),
    left_out("two-plans-held", "Assignments S3", _PLAN),
    changed("one-plan-of-all-issuers", "Assignments S3", " or new.issuer != other.issuer", ""),
    changed("plan-not-exchanged", "Assignments S3", "for new in made.new if new in plans for other in plans", "for new in made.new if new in plans for other in [*plans, *(c for c in made.before if c in known and known[c].plan)]"),
    left_out("requirements-not-judged", "Assignments S4", _REQUIRED),
    changed("required-by-assignment-alone", "Assignments S4", "return given | {code for code, access in common.items() if access > Access.NONE}", "return given"),
    changed("required-in-full", "Assignments S4", "if access > Access.NONE}", "if access == Access.FULL}"),
    changed("required-directly-assigned", "Assignments S4", "for one in assigned for code in world.catalogs.reached(one)}", "for one in assigned for code in [one]}"),
    left_out("release-of-what-is-required", "Assignments S5", _STILL),
    changed("still-required-by-what-goes", "Assignments S5", "for code in made.after if code in made.before and code in", "for code in made.before if code in"),
    swapped("plan-after-requirement", "Assignments", _PLAN, _REQUIRED),
    swapped("requirement-after-release", "Assignments", _REQUIRED, _STILL),
    swapped("free-before-release", "Assignments", _STILL, _FREE),
)

LOGIN: Final = mutants_of(
    "evaluation.login",
    changed("unknown-user-has-more-reasons", "Login", '        return [Reason("unknown-user")]\n    user = world.users[name]\n', '        return [Reason("unknown-user"), *_of_licenses(world, name, way, site)]\n    user = world.users[name]\n'),
    changed("login-of-retired-users", "Login", '"retired": user.is_retired, ', ""),
    changed("login-off-not-asked", "Login", '"login-off": not user.can_log_in, ', ""),
    changed("login-of-any-kind", "Login", ', "kind": user.kind not in way.users', ""),
    changed("first-reason-alone", "Login", "return sorted(set(against), key=lambda one: (one.code, one.license or \"\", one.event or 0))", "return against[:1]"),
    changed("login-needs-full", "Login", "elif has.get(code, Access.NONE) == Access.NONE:", "elif has.get(code, Access.NONE) != Access.FULL:"),
    changed("login-needs-system-in-full", "Login", "if present(world).get(code, Access.NONE) == Access.NONE:", "if present(world).get(code, Access.NONE) != Access.FULL:"),
    changed("login-without-system-licenses", "Login", '                found.append(Reason("not-licensed", written(world, code)))\n', "                pass\n"),
    changed("login-without-user-licenses", "Login", "            found.append(_not_held(world, code, holder))\n", "            pass\n"),
    changed("login-surplus-not-said", "Login", '        return Reason("beyond-sold", written(world, surplus))\n', "        pass\n"),
    changed("login-surplus-names-what-is-taken", "Login", 'Reason("beyond-sold", written(world, surplus))', 'Reason("beyond-sold", written(world, code))'),
    changed("administrators-stopped-by-events", "Events", "    if user.is_administrator:\n        return []\n", ""),
    changed("login-stopped-by-any-event", "Events", 'event.kind == "no-login" and ', ""),
    changed("events-not-asked", "Events", '    return [\n        Reason("event", event=event.number)', '    return [] and [\n        Reason("event", event=event.number)'),
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

SETTINGS: Final = mutants_of(
    "evaluation.settings",
    changed("expired-bundles-sell-values", "Settings", "in in_force(world) if works(world, bundle)]", "in in_force(world)]"),
    changed("unfit-values-count", "Settings", "if one.code == code and fits(world, one)]", "if one.code == code]"),
    changed("other-issuers-sell-values", "Settings", "Sold(bundle, Code(bundle.issuer, name), value)", "Sold(bundle, Code(world.vendor, name), value)"),
    changed("default-beside-values", "Settings", "(left) if left else setting", '(left) if left and setting["default"] is None else setting'),
    changed("no-default", "Settings", 'if left else setting["default"]', "if left else None"),
    changed("latest-by-activation", "Settings", '(one.bundle.says["issued"], one.bundle.held.identity)', "one.bundle.activated"),
    changed("latest-by-the-lowest-identity", "Settings", '(one.bundle.says["issued"], one.bundle.held.identity)', '(one.bundle.says["issued"], [-b for b in one.bundle.held.identity])'),
    changed("sum-is-most", "Settings", "(_latest, _sum, _most)", "(_latest, _most, _most)"),
    changed("most-is-sum", "Settings", "(_latest, _sum, _most)", "(_latest, _sum, _sum)"),
    changed("sum-is-latest", "Settings", "(_latest, _sum, _most)", "(_latest, _latest, _most)"),
)

_START: Final = 'return int(bundle.says["issued"] // DAY if starts is None else starts) * DAY'

METERS: Final = mutants_of(
    "evaluation.meters",
    changed("allowances-under-any-cap", "Meters", " and grant.cap == Access.FULL]", "]"),
    changed("allowances-by-start", "Meters", "(one.ends, one.starts, one.amount)", "(one.starts, one.ends, one.amount)"),
    changed("allowances-of-a-term-summed", "Meters", '    if meter.per == "term":\n', "    if False:\n"),
)
TERMS: Final = mutants_of(
    "evaluation.terms",
    changed("most-not-divided", "Meters", "most // periods)", "most)"),
    changed("most-alone", "Meters", "min(number, most // periods)", "most // periods"),
    changed("most-rounded-up", "Meters", "most // periods)", "-(-most // periods))"),
    changed("most-not-asked", "Meters", "if most is None or number is None:", "if True:"),
    changed("most-without-end-in-full", "Meters", "    if end is None or end <= start:\n        return 0\n", "    if end is None or end <= start:\n        return number\n"),
    changed("term-starts-with-issue", "Meters", _START, 'return int(bundle.says["issued"] // DAY) * DAY'),
    changed("term-starts-at-the-second-of-issue", "Meters", _START, 'return int(bundle.says["issued"]) if starts is None else int(starts) * DAY'),
    changed("term-of-advisory-ends", "Meters", 'None if bundle.after_grace == "advisory" else bundle.ends', "bundle.ends"),
    changed("months-of-30-days", "Meters", "12 * day.year + day.month - 1", "second // DAY // 30"),
    changed("periods-one-less", "Meters", "period_of(start, per) + 1\n", "period_of(start, per) or 1\n"),
    changed("periods-to-the-second-after", "Meters", "period_of(end - 1, per)", "period_of(end, per)"),
)

CONSEQUENCES: Final = mutants_of(
    "evaluation.consequences",
    changed("file-counts-from-now", "Consequences", "first = after.at(min(starts) if is_later else before.now)", "first = after.at(before.now)"),
    changed("losses-of-the-file-not-shown", "Consequences", "for before, after in pairwise(compared) for", "for before, after in pairwise(compared[1:]) for"),
    changed("eleven-moments", "Consequences", "_LATER: Final = 12", "_LATER: Final = 11"),
    changed("thirteen-moments", "Consequences", "_LATER: Final = 12", "_LATER: Final = 13"),
    changed("moments-of-ends-alone", "Consequences", "(*(one.starts for one in bundles), *ends)", "(*ends,)"),
    changed("moments-of-starts-alone", "Consequences", "(*(one.starts for one in bundles), *ends)", "(one.starts for one in bundles)"),
    changed("read-only-is-no-loss", "Consequences", "for left in (Access.NONE, Access.READ):", "for left in (Access.NONE,):"),
    changed("loss-of-system-to-holders", "Consequences", '    if one.kind == "system":\n        return access(world, one, INSTALLATION)\n', ""),
    changed("logins-with-events", "Consequences", "_logins(replace(world, events=()))", "_logins(world)"),
    changed("logins-at-every-moment", "Consequences", "if place < 2 or one[1:] != counted[place - 1][1:]]", "]"),
)

_DAYS: Final = "days=_days_to(world, covered.until))"

NOTICES: Final = mutants_of(
    "evaluation.notices",
    changed("notices-by-code-alone", "Notices", '_SEVERITIES.index(one["severity"]), *(one.get(name, "") for name in _MEMBERS)', 'tuple(one.get(name, "") for name in _MEMBERS)'),
    changed("label-with-every-use", "Notices", 'use = "" if says["use"] == 0 else', 'use = "" if False else'),
    changed("label-without-issuer", "Notices", 'issuer = "" if bundle.issuer == world.vendor else', 'issuer = "" if True else'),
    changed("warning-of-the-bundle", "Notices", "covered = coverage(world, part)\n", "covered = coverage(world, part)\n    covered = covered and covered._replace(until=covered.bundle.says['expiry'])\n"),
    changed("next-check-the-day-after", "Notices", 'if _has_come(world, bundle.says["next_check"]):', 'if _has_come(world, bundle.says["next_check"] and bundle.says["next_check"] + 1):'),
    changed("facts-changed-always-info", "Notices", '"warning" if matching == binding["needed"] else "info"', '"info"'),
    changed("deficit-of-what-lapsed", "Notices", "        if not has_lapsed:\n    ", "        if True:\n    "),
    changed("deficit-not-said", "Notices", "    if used > there:\n", "    if False:\n"),
    changed("used-up-not-said", "Notices", "elif is_assigned and used == there:", "elif False:"),
    changed("nearly-used-at-nine", "Notices", "used * 10 >= there * 9", "used * 10 > there * 9"),
    changed("nearly-used-at-eight", "Notices", "used * 10 >= there * 9", "used * 10 >= there * 8"),
    changed("unknown-licenses-not-said", "Notices", '        yield _about(world, "info", "unknown-license", bundle, license=written(world, code))\n', "        pass\n"),
    changed("unknown-settings-not-said", "Notices", '            yield _about(world, "info", "unknown-setting", one.bundle, setting=code)\n', "            pass\n"),
    changed("unfit-settings-not-said", "Notices", '            yield _about(world, "warning", "setting-unfit", one.bundle, setting=code)\n', "            pass\n"),
    changed("not-fresh-a-second-later", "Notices", "world.now >= until", "world.now > until"),
    changed("grace-days-to-expiry", "Notices", "days=_days_to(world, covered.works_until))", _DAYS),
    changed("pending-not-said", "Notices", "    for bundle in waiting(world):\n        yield from _of_waiting(world, bundle)\n", ""),
)
