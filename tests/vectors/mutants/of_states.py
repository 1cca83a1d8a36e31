"""Mutants of evaluation: states of bundles, coverage and the base part."""

from typing import Final

from tests.vectors.mutants.mutant import changed, left_out, mutants_of

_FOREIGN: Final = '    if not _is_here(world.installation, bundle):\n        return "foreign"\n'

_MATCHES: Final = "return matching_facts(installation, bundle) >= int(binding"

_UNMAINTAINED: Final = "world.released > maintenance"

STATES: Final = mutants_of(
    "evaluation.states",
    left_out("bindings-not-judged", "States", _FOREIGN),
    changed("maintenance-before-binding", "States", _FOREIGN, "").with_change(
        "    return _by_dates(world.now, bundle)\n", _FOREIGN + "    return _by_dates(world.now, bundle)\n"
    ),
    changed(
        "without-installation-all-matches",
        "States",
        "installation is None or binding",
        "installation is not None and binding",
    ),
    changed(
        "digest-or-facts",
        "States",
        'binding["installation"] not in {None, installation.digest}:\n        return False',
        'binding["installation"] == installation.digest:\n        return True',
    ),
    changed("digest-not-compared", "States", 'binding["installation"] not in {None, installation.digest}', "False"),
    changed("digest-always-needed", "States", "not in {None, installation.digest}", "!= installation.digest"),
    changed("facts-not-compared", "States", _MATCHES, "return True or int(binding"),
    changed("all-facts-needed", "States", 'int(binding["needed"])', 'len(binding["facts"])'),
    changed("one-fact-more-needed", "States", _MATCHES, _MATCHES.replace(">=", ">=  bool(binding['facts']) +")),
    changed("one-fact-less-needed", "States", _MATCHES, _MATCHES.replace(">=", "+ 1 >=")),
    changed("facts-by-name-alone", "States", "installation.facts.get(name) == value", "name in installation.facts"),
    changed("maintenance-not-judged", "States", _UNMAINTAINED, "False"),
    changed("maintenance-on-its-day-over", "States", _UNMAINTAINED, "world.released >= maintenance"),
    changed("maintenance-by-now", "States", _UNMAINTAINED, "world.now // DAY > maintenance"),
    changed("pending-a-second-longer", "States", "now < bundle.starts", "now <= bundle.starts"),
    changed("expired-a-second-later", "States", "now >= bundle.ends", "now > bundle.ends"),
    changed("grace-from-its-day", "States", '(says["expiry"] + 1) * DAY', 'says["expiry"] * DAY'),
    changed("grace-a-second-later", "States", 'now >= (says["expiry"] + 1)', 'now > (says["expiry"] + 1)'),
    changed("warning-from-the-end-of-its-day", "States", 'says["warning"] * DAY', '(says["warning"] + 1) * DAY'),
    changed("warning-a-second-later", "States", 'now >= says["warning"]', 'now > says["warning"]'),
    changed("no-warning-state", "States", '        return "warning"\n', '        return "active"\n'),
    changed("grace-does-not-work", "States", '{"active", "warning", "grace"}', '{"active", "warning"}'),
    changed("warning-does-not-work", "States", '{"active", "warning", "grace"}', '{"active", "grace"}'),
    changed("read-only-blocks", "States", '"read-only": Access.READ', '"read-only": Access.NONE'),
    changed("block-leaves-read", "States", '"block": Access.NONE', '"block": Access.READ'),
    changed("advisory-leaves-read", "States", '"advisory": Access.FULL', '"advisory": Access.READ'),
    changed(
        "foreign-as-after-grace",
        "States",
        'has_expired = state(world, bundle) == "expired"',
        'has_expired = state(world, bundle) in {"expired", "foreign"}',
    ),
    changed(
        "unmaintained-as-after-grace",
        "States",
        'has_expired = state(world, bundle) == "expired"',
        'has_expired = state(world, bundle) in {"expired", "unmaintained"}',
    ),
    changed(
        "reach-not-judged",
        "Bundles that govern",
        "return world.away_hours is not None and world.away_hours >= bundle.offline_hours",
        "return False",
    ),
    changed(
        "reach-an-hour-longer",
        "Bundles that govern",
        "world.away_hours >= bundle.offline_hours",
        "world.away_hours > bundle.offline_hours",
    ),
    changed(
        "out-of-reach-works",
        "Bundles that govern",
        " and not is_out_of_reach(world, bundle)\n\n\ndef cap",
        "\n\n\ndef cap",
    ),
    changed(
        "out-of-reach-as-after-grace",
        "Bundles that govern",
        '== "expired" and not is_out_of_reach(world, bundle)',
        '== "expired"',
        "nobody asks for the cap of what is not listed",
    ),
)

COVERAGE: Final = mutants_of(
    "evaluation.coverage",
    changed(
        "coverage-of-the-present-bundle",
        "Coverage",
        "    for moment in moments(world)[1:]:\n",
        "    for moment in ():\n",
    ),
    changed("coverage-of-what-does-not-work", "Coverage", "last is None or not works(world, last)", "last is None"),
    changed(
        "coverage-over-gaps", "Coverage", "        if not works(world.at(moment - 1), last):\n            break\n", ""
    ),
    changed(
        "coverage-without-grace",
        "Coverage",
        "if not works(world.at(moment - 1), last):",
        'if last.says["expiry"] is not None and (last.says["expiry"] + 1) * DAY < moment:',
    ),
    changed(
        "coverage-by-what-does-not-work",
        "Coverage",
        "after is None or not works(world.at(moment), after)",
        "after is None",
    ),
    changed("coverage-a-day-longer", "Coverage", "moment // DAY - 1)", "moment // DAY)"),
    changed(
        "coverage-past-what-takes-its-place",
        "Coverage",
        "return _ended(last, moment // DAY - 1)",
        "return _ended(last, None)",
    ),
    changed(
        "coverage-to-the-end-of-grace",
        "Coverage",
        'days = (last.says["expiry"], None',
        "days = (None if ends is None else ends // DAY - 1, None",
    ),
    changed(
        "coverage-works-until-expiry", "Coverage", "None if ends is None else ends // DAY - 1)", 'last.says["expiry"])'
    ),
    changed(
        "coverage-of-what-governs-now-alone",
        "Coverage",
        "for moment in moments(world) for part in",
        "for moment in moments(world)[:1] for part in",
    ),
    changed(
        "coverage-by-code-alone",
        "Coverage",
        "key=lambda part: (part[0] != world.vendor, part)",
        "key=lambda part: part",
    ),
)

BASE: Final = mutants_of(
    "evaluation.base",
    changed(
        "base-of-any-issuer",
        "The base part",
        '    part = (world.vendor, "base")\n',
        '    part = next((b.part for b in in_force(world) if b.says["part"] == "base"), (world.vendor, "base"))\n',
    ),
    changed("base-that-waits-is-none", "The base part", "else waiting(world)", "else ()"),
    changed(
        "base-out-of-reach-gives-way",
        "The base part",
        "listed = in_force(world) if part in governing(world) else waiting(world)",
        "listed = [*in_force(world), *waiting(world)]",
    ),
    changed("days-left-one-more", "The base part", "last - today", "last - today + 1"),
    changed(
        "days-left-of-perpetual-0", "The base part", "return None if last is None else", "return 0 if last is None else"
    ),
    changed("days-left-not-to-grace", "The base part", "covered.until is None or covered.until >= today", "True"),
    changed(
        "days-left-always-to-grace",
        "The base part",
        "covered.until is None or covered.until >= today",
        "covered.until is None",
    ),
)
