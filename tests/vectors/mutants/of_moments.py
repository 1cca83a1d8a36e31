"""Mutants of evaluation: settings, meters, consequences and notices."""

from typing import Final

from tests.vectors.mutants.mutant import changed, mutants_of

SETTINGS: Final = mutants_of(
    "evaluation.settings",
    changed(
        "expired-bundles-sell-values", "Settings", "in in_force(world) if works(world, bundle)]", "in in_force(world)]"
    ),
    changed("unfit-values-count", "Settings", "if one.code == code and fits(world, one)]", "if one.code == code]"),
    changed(
        "other-issuers-sell-values",
        "Settings",
        "Sold(bundle, Code(bundle.issuer, name), value)",
        "Sold(bundle, Code(world.vendor, name), value)",
    ),
    changed(
        "default-beside-values",
        "Settings",
        "(left) if left else setting",
        '(left) if left and setting["default"] is None else setting',
    ),
    changed("no-default", "Settings", 'if left else setting["default"]', "if left else None"),
    changed(
        "latest-by-activation",
        "Settings",
        '(one.bundle.says["issued"], one.bundle.held.identity)',
        "one.bundle.activated",
    ),
    changed(
        "latest-by-the-lowest-identity",
        "Settings",
        '(one.bundle.says["issued"], one.bundle.held.identity)',
        '(one.bundle.says["issued"], [-b for b in one.bundle.held.identity])',
    ),
    changed("sum-is-most", "Settings", "(_latest, _sum, _most)", "(_latest, _most, _most)"),
    changed("most-is-sum", "Settings", "(_latest, _sum, _most)", "(_latest, _sum, _sum)"),
    changed("sum-is-latest", "Settings", "(_latest, _sum, _most)", "(_latest, _latest, _most)"),
)

_START: Final = 'return int(bundle.says["issued"] // DAY if starts is None else starts) * DAY'

METERS: Final = mutants_of(
    "evaluation.meters",
    changed("allowances-under-any-cap", "Meters", " and grant.cap == Access.FULL]", "]"),
    changed(
        "allowances-by-start", "Meters", "(one.ends, one.starts, one.amount)", "(one.starts, one.ends, one.amount)"
    ),
    changed("allowances-of-a-term-summed", "Meters", '    if meter.per == "term":\n', "    if False:\n"),
)

TERMS: Final = mutants_of(
    "evaluation.terms",
    changed("most-not-divided", "Meters", "most // periods)", "most)"),
    changed("most-alone", "Meters", "min(number, most // periods)", "most // periods"),
    changed("most-rounded-up", "Meters", "most // periods)", "-(-most // periods))"),
    changed("most-not-asked", "Meters", "if most is None or number is None:", "if True:"),
    changed(
        "most-without-end-in-full",
        "Meters",
        "    if end is None or end <= start:\n        return 0\n",
        "    if end is None or end <= start:\n        return number\n",
    ),
    changed("term-starts-with-issue", "Meters", _START, 'return int(bundle.says["issued"] // DAY) * DAY'),
    changed(
        "term-starts-at-the-second-of-issue",
        "Meters",
        _START,
        'return int(bundle.says["issued"]) if starts is None else int(starts) * DAY',
    ),
    changed(
        "term-of-advisory-ends", "Meters", 'None if bundle.after_grace == "advisory" else bundle.ends', "bundle.ends"
    ),
    changed("months-of-30-days", "Meters", "12 * day.year + day.month - 1", "second // DAY // 30"),
    changed("periods-one-less", "Meters", "period_of(start, per) + 1\n", "period_of(start, per) or 1\n"),
    changed("periods-to-the-second-after", "Meters", "period_of(end - 1, per)", "period_of(end, per)"),
)

CONSEQUENCES: Final = mutants_of(
    "evaluation.consequences",
    changed(
        "file-counts-from-now",
        "Consequences",
        "first = after.at(min(starts) if is_later else before.now)",
        "first = after.at(before.now)",
    ),
    changed(
        "losses-of-the-file-not-shown",
        "Consequences",
        "for before, after in pairwise(compared) for",
        "for before, after in pairwise(compared[1:]) for",
    ),
    changed("eleven-moments", "Consequences", "_LATER: Final = 12", "_LATER: Final = 11"),
    changed("thirteen-moments", "Consequences", "_LATER: Final = 12", "_LATER: Final = 13"),
    changed("moments-of-ends-alone", "Consequences", "(*(one.starts for one in world.bundles), *ends)", "(*ends,)"),
    changed(
        "moments-of-starts-alone",
        "Consequences",
        "(*(one.starts for one in world.bundles), *ends)",
        "(one.starts for one in world.bundles)",
    ),
    changed(
        "moments-of-what-will-govern",
        "Consequences",
        "(*(one.starts for one in world.bundles), *ends)",
        "(*(one.starts for one in waiting(world)), *ends)",
    ),
    changed(
        "read-only-is-no-loss", "Consequences", "for left in (Access.NONE, Access.READ):", "for left in (Access.NONE,):"
    ),
    changed(
        "loss-of-system-to-holders",
        "Consequences",
        '    if one.kind == "system":\n        return access(world, one, INSTALLATION)\n',
        "",
    ),
    changed("logins-with-events", "Consequences", "_logins(replace(world, events=()))", "_logins(world)"),
    changed("logins-at-every-moment", "Consequences", "if place < 2 or one[1:] != counted[place - 1][1:]]", "]"),
)

_DAYS: Final = "days=_days_to(world, covered.until))"

NOTICES: Final = mutants_of(
    "evaluation.notices",
    changed(
        "notices-by-code-alone",
        "Notices",
        '_SEVERITIES.index(one["severity"]), *(one.get(name, "") for name in _MEMBERS)',
        'tuple(one.get(name, "") for name in _MEMBERS)',
    ),
    changed("label-with-every-use", "Notices", 'use = "" if says["use"] == 0 else', 'use = "" if False else'),
    changed(
        "label-without-issuer",
        "Notices",
        'issuer = "" if bundle.issuer == world.vendor else',
        'issuer = "" if True else',
    ),
    changed("warning-days-to-the-end-of-coverage", "Notices", 'days=_days_to(world, says["expiry"]))', _DAYS),
    changed(
        "next-check-the-day-after",
        "Notices",
        'if _has_come(world, bundle.says["next_check"]):',
        'if _has_come(world, bundle.says["next_check"] and bundle.says["next_check"] + 1):',
    ),
    changed("facts-changed-always-info", "Notices", '"warning" if matching == binding["needed"] else "info"', '"info"'),
    changed("deficit-of-what-lapsed", "Notices", "        if not has_lapsed:\n    ", "        if True:\n    "),
    changed("deficit-not-said", "Notices", "    if used > there:\n", "    if False:\n"),
    changed("used-up-not-said", "Notices", "elif is_assigned and used == there:", "elif False:"),
    changed("nearly-used-at-nine", "Notices", "used * 10 >= there * 9", "used * 10 > there * 9"),
    changed("nearly-used-at-eight", "Notices", "used * 10 >= there * 9", "used * 10 >= there * 8"),
    changed(
        "unknown-licenses-not-said",
        "Notices",
        '        yield _about(world, "info", "unknown-license", bundle, license=written(world, code))\n',
        "        pass\n",
    ),
    changed(
        "unknown-settings-not-said",
        "Notices",
        '            yield _about(world, "info", "unknown-setting", one.bundle, setting=code)\n',
        "            pass\n",
    ),
    changed(
        "unfit-settings-not-said",
        "Notices",
        '            yield _about(world, "warning", "setting-unfit", one.bundle, setting=code)\n',
        "            pass\n",
    ),
    changed("not-fresh-a-second-later", "Notices", "world.now >= until", "world.now > until"),
    changed("grace-days-to-expiry", "Notices", "days=_days_to(world, covered.works_until))", _DAYS),
    changed(
        "pending-not-said",
        "Notices",
        "    for bundle in waiting(world):\n        yield from _of_waiting(world, bundle)\n",
        "",
    ),
)
