"""Mutants of evaluation: which bundles govern, their states, what they grant, and coverage."""

from typing import Final

from tests.vectors.mutants.mutant import changed, left_out, mutants_of

_SORTED: Final = 'key=lambda one: (one.says["sequence"], one.activated)'
_HEAD: Final = "if not bundle.scope.is_limited or bundle.scope.admits(head):"
_OUT: Final = "if other not in reached[one] or newest[other] > newest[one]"
_MAY: Final = 'bundle.says["part"] == "base" and not bundle.is_revoked and not bundle.scope.is_limited'
_NAMED: Final = 'is_named = number in bundle.says["replaces"] and use >= bundle.says["use"]'
_CHOSEN: Final = 'key=lambda one: (-one.says["use"], one.activated)'
_LISTED: Final = "key=lambda one: (one.issuer != world.vendor, one.part, one.activated)"
_ORDER: Final = "return bundle.issuer != world.vendor, is_add_on, bundle.issuer, waits, bundle.part, bundle.activated"

GOVERNING: Final = mutants_of(
    "evaluation.governing",
    changed("sequences-over-all-uses", "P1", "lines[bundle.part, bundle.serial].append", "lines[bundle.part, bundle.serial[:2]].append"),
    changed("sequences-over-all-serials", "P1", "lines[bundle.part, bundle.serial].append", "lines[bundle.part, bundle.serial[2:]].append"),
    changed("sequences-over-all-parts", "P1", "lines[bundle.part, bundle.serial].append", "lines[bundle.serial].append"),
    changed("lines-by-activation", "P1", _SORTED, "key=lambda one: one.activated"),
    changed("equal-sequences-by-first-activation", "P1", _SORTED, _SORTED.replace("one.activated", "-one.activated")),
    changed("equal-sequences-by-issue", "P1", _SORTED, _SORTED.replace("one.activated", 'one.says["issued"]')),
    changed("limited-key-displaces-anything", "P1", _HEAD, "if True:"),
    changed("limited-key-displaces-nothing", "P1", _HEAD, "if not bundle.scope.is_limited:"),
    changed("every-key-displaces-what-it-may-sign", "P1", _HEAD, "if bundle.scope.admits(head):"),
    changed("present-head-is-the-lowest", "P1", _HEAD, "if not bundle.scope.is_limited or bundle.scope.admits(line[0]):"),
    changed("revoked-head-gives-way", "P2", "    lines = _lines(_started(world))\n", "    lines = _lines([one for one in _started(world) if not one.is_revoked])\n"),
    changed("revoked-head-still-grants", "P2", "if not _head(line).is_revoked]", "]"),
    changed("revoked-line-is-there-to-replace", "P2", "    out = _replaced(granting)\n", "    out = _replaced([line for line in lines if any(not b.is_revoked for b in line)])\n"),
    changed("bundles-before-their-start-count", "Bundles that govern", "if bundle.starts <= world.now]\n\n\ndef _lines", "]\n\n\ndef _lines"),
    changed("bundles-count-a-second-late", "Bundles that govern", "bundle.starts <= world.now]", "bundle.starts < world.now]"),
    changed("add-ons-replace-serials", "P3", 'bundle.says["part"] == "base" and not bundle.is_revoked', "not bundle.is_revoked"),
    changed("revoked-bundles-replace", "P3", _MAY, _MAY.replace(" and not bundle.is_revoked", "")),
    changed("limited-keys-replace", "P3", _MAY, _MAY.replace(" and not bundle.scope.is_limited", "")),
    changed("named-of-a-higher-use-replaced", "P3", _NAMED, _NAMED.replace(' and use >= bundle.says["use"]', "")),
    changed("named-of-an-equal-use-stays", "P3", _NAMED, _NAMED.replace(">=", ">")),
    changed("named-of-a-lower-use-stays", "P3", _NAMED, _NAMED.replace(">=", "==")),
    changed("production-replaces-named-alone", "P3", ' or (bundle.says["use"] == 0 and use > 0)', ""),
    changed("production-replaces-demos-alone", "P3", "== 0 and use > 0)", "== 0 and use > 1)"),
    changed("trials-replace-demos", "P3", '(bundle.says["use"] == 0 and use > 0)', 'use > bundle.says["use"]'),
    changed("replaces-other-issuers", "P3", " or bundle.issuer != issuer", ""),
    changed("heads-alone-replace", "P3", "for line in granting if line[0].serial == serial for bundle in line]", "for line in granting if line[0].serial == serial for bundle in [_head(line)]]"),
    changed("replaces-directly-alone", "P4", "        waiting += new\n", ""),
    changed("ring-is-out-altogether", "P4", _OUT, ""),
    changed("ring-stays-altogether", "P4", _OUT, "if other not in reached[one]"),
    changed("ring-keeps-the-oldest", "P4", _OUT, _OUT.replace("newest[other] >", "newest[other] <")),
    changed("ring-by-base-bundles-alone", "P4", "for b in _of_serial(one, granting) if not b.is_revoked)", 'for b in _of_serial(one, granting) if not b.is_revoked and b.says["part"] == "base")'),
    changed("ring-by-revoked-bundles-too", "P4", " if not b.is_revoked)", ")"),
    changed("part-by-activation-alone", "P5", _CHOSEN, "key=lambda one: one.activated"),
    changed("part-by-first-activation", "P5", _CHOSEN, _CHOSEN.replace("one.activated", "-one.activated")),
    changed("part-by-sequence", "P5", _CHOSEN, _CHOSEN.replace("one.activated", 'one.says["sequence"]')),
    changed("demo-before-trial", "P5", _CHOSEN, _CHOSEN.replace('-one.says["use"]', '(0, -2, -1)[one.says["use"]]')),
    changed("lowest-use-first", "P5", _CHOSEN, _CHOSEN.replace("-one", "one")),
    changed("waits-though-it-will-not-govern", "Bundles that govern", "if bundle in governing(world.at(bundle.starts)).values()]", "]"),
    changed("waiting-of-the-next-alone", "Bundles that govern", "    later = [bundle for bundle in world.bundles if bundle.starts > world.now]\n", "    later = sorted((one for one in world.bundles if one.starts > world.now), key=lambda one: one.starts)[:1]\n"),
    changed("listed-by-code-alone", "Bundles that govern", _LISTED, "key=lambda one: (one.part, one.activated)"),
    changed("listed-by-activation", "Bundles that govern", _LISTED, "key=lambda one: (one.issuer != world.vendor, one.activated)"),
    changed("out-of-reach-is-listed", "Bundles that govern", "for bundle in bundles if not is_out_of_reach(world, bundle)]", "for bundle in bundles]"),
    changed("serial-of-any-issuer", "Bundles that govern", _ORDER, _ORDER.replace("bundle.issuer != world.vendor, is_add_on, bundle.issuer", "is_add_on")),
    changed("serial-of-add-ons-too", "Bundles that govern", _ORDER, _ORDER.replace("is_add_on, ", "")),
    changed("serial-of-what-is-in-force-first", "Bundles that govern", _ORDER, _ORDER.replace("bundle.issuer != world.vendor, is_add_on, bundle.issuer, waits", "waits, bundle.issuer != world.vendor, is_add_on, bundle.issuer")),
    changed("serial-of-what-waits-first", "Bundles that govern", _ORDER, _ORDER.replace("waits", "not waits")),
    changed("serial-of-what-is-in-force-alone", "Bundles that govern", "bundles = [*in_force(world), *waiting(world)]\n\n    def order", "bundles = [*in_force(world)]\n\n    def order"),
)

BUNDLES: Final = mutants_of(
    "evaluation.bundles",
    changed("same-payload-counts-again", "Bundles that govern", "{_payload(token): token for token in tokens}", "{place: token for place, token in enumerate(tokens)}"),
    changed("same-payload-in-its-last-place", "Bundles that govern", "    signed_last = {_payload(token): token for token in tokens}\n", "    signed_last = dict(reversed({_payload(token): token for token in reversed(tokens)}.items()))\n"),
    changed("same-payload-by-its-first-key", "Bundles that govern", "{_payload(token): token for token in tokens}", "{_payload(token): token for token in reversed(tokens)}"),
    changed("limited-by-parts-alone", "Bundles that govern", "(self.parts, self.most, self.longest_term) != (None, None, None)", "self.parts is not None"),
    changed("limited-by-term-alone", "Bundles that govern", "(self.parts, self.most, self.longest_term) != (None, None, None)", "self.longest_term is not None"),
    changed("admits-other-issuers", "P1", "bundle.issuer in self.issuers and ", ""),
    changed("bundles-at-issued-ahead-left-out", "Bundles that govern", 'held = trust.verified(state, token, "bundle", None)', 'held = trust.verified(state, token, "bundle", 1798765200)'),
    changed("missing-list-revokes-nothing", "P2", "        trust.require_not_revoked(state, held)\n    except RefusedError:\n", "        trust.require_not_revoked(state, held)\n    except RefusedError as error:\n        if error.args[0] == 'revocations-missing':\n            return Bundle(held, activated, scope, is_revoked=False)\n"),
    changed("starts-at-the-end-of-its-day", "States", 'int(self.says["starts"]) * DAY', '(int(self.says["starts"]) + 1) * DAY'),
    changed("starts-with-its-issue", "States", 'return 0 if self.says["starts"] is None', 'return int(self.says["issued"]) if self.says["starts"] is None'),
    changed("ends-with-the-first-second-of-its-day", "States", "(int(last) + 1) * DAY", "int(last) * DAY"),
    changed("ends-with-expiry", "States", 'self.says["expiry"] if self.says["grace"] is None else self.says["grace"]', 'self.says["expiry"]'),
)

_FOREIGN: Final = '    if not _is_here(world.installation, bundle):\n        return "foreign"\n'
_MATCHES: Final = "return matching_facts(installation, bundle) >= int(binding"
_UNMAINTAINED: Final = "world.released > maintenance"

STATES: Final = mutants_of(
    "evaluation.states",
    left_out("bindings-not-judged", "States", _FOREIGN),
    changed("maintenance-before-binding", "States", _FOREIGN, "").with_change("    return _by_dates(world.now, bundle)\n", _FOREIGN + "    return _by_dates(world.now, bundle)\n"),
    changed("without-installation-all-matches", "States", "installation is None or binding", "installation is not None and binding"),
    changed("digest-or-facts", "States", 'binding["installation"] not in {None, installation.digest}:\n        return False', 'binding["installation"] == installation.digest:\n        return True'),
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
    changed("foreign-as-after-grace", "States", 'has_expired = state(world, bundle) == "expired"', 'has_expired = state(world, bundle) in {"expired", "foreign"}'),
    changed("unmaintained-as-after-grace", "States", 'has_expired = state(world, bundle) == "expired"', 'has_expired = state(world, bundle) in {"expired", "unmaintained"}'),
    changed("reach-not-judged", "Bundles that govern", "return world.away_hours is not None and world.away_hours >= bundle.offline_hours", "return False"),
    changed("reach-an-hour-longer", "Bundles that govern", "world.away_hours >= bundle.offline_hours", "world.away_hours > bundle.offline_hours"),
    changed("out-of-reach-works", "Bundles that govern", " and not is_out_of_reach(world, bundle)\n\n\ndef cap", "\n\n\ndef cap"),
    changed("out-of-reach-as-after-grace", "Bundles that govern", '== "expired" and not is_out_of_reach(world, bundle)', '== "expired"'),
)

COVERAGE: Final = mutants_of(
    "evaluation.coverage",
    changed("coverage-of-the-present-bundle", "Coverage", "    for moment in moments(world)[1:]:\n", "    for moment in ():\n"),
    changed("coverage-of-what-does-not-work", "Coverage", "last is None or not works(world, last)", "last is None"),
    changed("coverage-over-gaps", "Coverage", "        if not works(world.at(moment - 1), last):\n            break\n", ""),
    changed("coverage-without-grace", "Coverage", "if not works(world.at(moment - 1), last):", 'if last.says["expiry"] is not None and (last.says["expiry"] + 1) * DAY < moment:'),
    changed("coverage-by-what-does-not-work", "Coverage", "after is None or not works(world.at(moment), after)", "after is None"),
    changed("coverage-a-day-longer", "Coverage", "moment // DAY - 1)", "moment // DAY)"),
    changed("coverage-past-what-takes-its-place", "Coverage", "return _ended(last, moment // DAY - 1)", "return _ended(last, None)"),
    changed("coverage-to-the-end-of-grace", "Coverage", 'days = (last.says["expiry"], None', 'days = (None if ends is None else ends // DAY - 1, None'),
    changed("coverage-works-until-expiry", "Coverage", "None if ends is None else ends // DAY - 1)", 'last.says["expiry"])'),
    changed("coverage-of-what-governs-now-alone", "Coverage", "for moment in moments(world) for part in", "for moment in moments(world)[:1] for part in"),
    changed("coverage-by-code-alone", "Coverage", "key=lambda part: (part[0] != world.vendor, part)", "key=lambda part: part"),
)

BASE: Final = mutants_of(
    "evaluation.base",
    changed("base-of-any-issuer", "The base part", '    part = (world.vendor, "base")\n', '    part = next((b.part for b in in_force(world) if b.says["part"] == "base"), (world.vendor, "base"))\n'),
    changed("base-that-waits-is-none", "The base part", "else waiting(world)", "else ()"),
    changed("base-out-of-reach-gives-way", "The base part", "listed = in_force(world) if part in governing(world) else waiting(world)", "listed = [*in_force(world), *waiting(world)]"),
    changed("days-left-one-more", "The base part", "last - today", "last - today + 1"),
    changed("days-left-of-perpetual-0", "The base part", "return None if last is None else", "return 0 if last is None else"),
    changed("days-left-not-to-grace", "The base part", "covered.until is None or covered.until >= today", "True"),
    changed("days-left-always-to-grace", "The base part", "covered.until is None or covered.until >= today", "covered.until is None"),
)
