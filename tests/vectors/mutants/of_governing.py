"""Mutants of evaluation: which bundles govern, their states, what they grant, and coverage."""

from typing import Final

from tests.vectors.mutants.mutant import changed, mutants_of

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
    changed(
        "sequences-over-all-uses",
        "P1",
        "lines[bundle.part, bundle.serial].append",
        "lines[bundle.part, bundle.serial[:2]].append",
    ),
    changed(
        "sequences-over-all-serials",
        "P1",
        "lines[bundle.part, bundle.serial].append",
        "lines[bundle.part, bundle.serial[2:]].append",
    ),
    changed(
        "sequences-over-all-parts", "P1", "lines[bundle.part, bundle.serial].append", "lines[bundle.serial].append"
    ),
    changed("lines-by-activation", "P1", _SORTED, "key=lambda one: one.activated"),
    changed("equal-sequences-by-first-activation", "P1", _SORTED, _SORTED.replace("one.activated", "-one.activated")),
    changed("equal-sequences-by-issue", "P1", _SORTED, _SORTED.replace("one.activated", 'one.says["issued"]')),
    changed("limited-key-displaces-anything", "P1", _HEAD, "if True:"),
    changed("limited-key-displaces-nothing", "P1", _HEAD, "if not bundle.scope.is_limited:"),
    changed(
        "every-key-displaces-what-it-may-sign",
        "P1",
        _HEAD,
        "if bundle.scope.admits(head):",
        "a key without limits admits every head of its own line",
    ),
    changed(
        "present-head-is-the-lowest", "P1", _HEAD, "if not bundle.scope.is_limited or bundle.scope.admits(line[0]):"
    ),
    changed(
        "revoked-head-gives-way",
        "P2",
        "    lines = _lines(_started(world))\n",
        "    lines = _lines([one for one in _started(world) if not one.is_revoked])\n",
    ),
    changed("revoked-head-still-grants", "P2", "if not _head(line).is_revoked]", "]"),
    changed(
        "revoked-line-is-there-to-replace",
        "P2",
        "    out = _replaced(granting)\n",
        "    out = _replaced([line for line in lines if any(not b.is_revoked for b in line)])\n",
    ),
    changed(
        "bundles-before-their-start-count",
        "Bundles that govern",
        "if bundle.starts <= world.now]\n\n\ndef _lines",
        "]\n\n\ndef _lines",
    ),
    changed(
        "bundles-count-a-second-late",
        "Bundles that govern",
        "bundle.starts <= world.now]",
        "bundle.starts < world.now]",
    ),
    changed(
        "add-ons-replace-serials",
        "P3",
        'bundle.says["part"] == "base" and not bundle.is_revoked',
        "not bundle.is_revoked",
    ),
    changed("revoked-bundles-replace", "P3", _MAY, _MAY.replace(" and not bundle.is_revoked", "")),
    changed("limited-keys-replace", "P3", _MAY, _MAY.replace(" and not bundle.scope.is_limited", "")),
    changed("named-of-a-higher-use-replaced", "P3", _NAMED, _NAMED.replace(' and use >= bundle.says["use"]', "")),
    changed("named-of-an-equal-use-stays", "P3", _NAMED, _NAMED.replace(">=", ">")),
    changed("named-of-a-lower-use-stays", "P3", _NAMED, _NAMED.replace(">=", "==")),
    changed("production-replaces-named-alone", "P3", ' or (bundle.says["use"] == 0 and use > 0)', ""),
    changed("production-replaces-demos-alone", "P3", "== 0 and use > 0)", "== 0 and use > 1)"),
    changed("trials-replace-demos", "P3", '(bundle.says["use"] == 0 and use > 0)', 'use > bundle.says["use"]'),
    changed("replaces-other-issuers", "P3", " or bundle.issuer != issuer", ""),
    changed(
        "heads-alone-replace",
        "P3",
        "for line in granting if line[0].serial == serial for bundle in line]",
        "for line in granting if line[0].serial == serial for bundle in [_head(line)]]",
    ),
    changed("replaces-directly-alone", "P4", "        waiting += new\n", ""),
    changed("ring-is-out-altogether", "P4", _OUT, ""),
    changed("ring-stays-altogether", "P4", _OUT, "if other not in reached[one]"),
    changed("ring-keeps-the-oldest", "P4", _OUT, _OUT.replace("newest[other] >", "newest[other] <")),
    changed(
        "ring-by-base-bundles-alone",
        "P4",
        "for b in _of_serial(one, granting) if not b.is_revoked)",
        'for b in _of_serial(one, granting) if not b.is_revoked and b.says["part"] == "base")',
    ),
    changed("ring-by-revoked-bundles-too", "P4", " if not b.is_revoked)", ")"),
    changed("part-by-activation-alone", "P5", _CHOSEN, "key=lambda one: one.activated"),
    changed("part-by-first-activation", "P5", _CHOSEN, _CHOSEN.replace("one.activated", "-one.activated")),
    changed("part-by-sequence", "P5", _CHOSEN, _CHOSEN.replace("one.activated", 'one.says["sequence"]')),
    changed("demo-before-trial", "P5", _CHOSEN, _CHOSEN.replace('-one.says["use"]', '(0, -2, -1)[one.says["use"]]')),
    changed("lowest-use-first", "P5", _CHOSEN, _CHOSEN.replace("-one", "one")),
    changed(
        "waits-though-it-will-not-govern",
        "Bundles that govern",
        "if bundle in governing(world.at(bundle.starts)).values()]",
        "]",
    ),
    changed(
        "waiting-of-the-next-alone",
        "Bundles that govern",
        "    later = [bundle for bundle in world.bundles if bundle.starts > world.now]\n",
        "    later = sorted((one for one in world.bundles if one.starts > world.now), "
        "key=lambda one: one.starts)[:1]\n",
    ),
    changed("listed-by-code-alone", "Bundles that govern", _LISTED, "key=lambda one: (one.part, one.activated)"),
    changed(
        "listed-by-activation",
        "Bundles that govern",
        _LISTED,
        "key=lambda one: (one.issuer != world.vendor, one.activated)",
    ),
    changed(
        "out-of-reach-is-listed",
        "Bundles that govern",
        "for bundle in bundles if not is_out_of_reach(world, bundle)]",
        "for bundle in bundles]",
    ),
    changed(
        "serial-of-any-issuer",
        "Bundles that govern",
        _ORDER,
        _ORDER.replace("bundle.issuer != world.vendor, is_add_on, bundle.issuer", "is_add_on"),
    ),
    changed("serial-of-add-ons-too", "Bundles that govern", _ORDER, _ORDER.replace("is_add_on, ", "")),
    changed(
        "serial-of-what-is-in-force-first",
        "Bundles that govern",
        _ORDER,
        _ORDER.replace(
            "bundle.issuer != world.vendor, is_add_on, bundle.issuer, waits",
            "waits, bundle.issuer != world.vendor, is_add_on, bundle.issuer",
        ),
    ),
    changed("serial-of-what-waits-first", "Bundles that govern", _ORDER, _ORDER.replace("waits", "not waits")),
    changed(
        "serial-of-what-is-in-force-alone",
        "Bundles that govern",
        "bundles = [*in_force(world), *waiting(world)]\n\n    def order",
        "bundles = [*in_force(world)]\n\n    def order",
    ),
)

BUNDLES: Final = mutants_of(
    "evaluation.bundles",
    changed(
        "same-payload-counts-again",
        "Bundles that govern",
        "{_payload(token): token for token in tokens}",
        "{place: token for place, token in enumerate(tokens)}",
    ),
    changed(
        "same-payload-in-its-last-place",
        "Bundles that govern",
        "    signed_last = {_payload(token): token for token in tokens}\n",
        "    signed_last = dict(reversed({_payload(token): token for token in reversed(tokens)}.items()))\n",
    ),
    changed(
        "same-payload-by-its-first-key",
        "Bundles that govern",
        "{_payload(token): token for token in tokens}",
        "{_payload(token): token for token in reversed(tokens)}",
    ),
    changed(
        "limited-by-parts-alone",
        "Bundles that govern",
        "(self.parts, self.most, self.longest_term) != (None, None, None)",
        "self.parts is not None",
    ),
    changed(
        "limited-by-term-alone",
        "Bundles that govern",
        "(self.parts, self.most, self.longest_term) != (None, None, None)",
        "self.longest_term is not None",
    ),
    changed(
        "admits-other-issuers",
        "P1",
        "bundle.issuer in self.issuers and ",
        "",
        "a line has one issuer, for whom its keys sign",
    ),
    changed(
        "bundles-at-issued-ahead-left-out",
        "Bundles that govern",
        'held = trust.verified(state, token, "bundle", None)',
        'held = trust.verified(state, token, "bundle", 1798765200)',
    ),
    changed(
        "missing-list-revokes-nothing",
        "P2",
        "        trust.require_not_revoked(state, held)\n    except RefusedError:\n",
        "        trust.require_not_revoked(state, held)\n"
        "    except RefusedError as error:\n"
        "        if error.args[0] == 'revocations-missing':\n"
        "            return Bundle(held, activated, scope, is_revoked=False)\n",
    ),
    changed(
        "starts-at-the-end-of-its-day",
        "States",
        'int(self.says["starts"]) * DAY',
        '(int(self.says["starts"]) + 1) * DAY',
    ),
    changed(
        "starts-with-its-issue",
        "States",
        'return 0 if self.says["starts"] is None',
        'return int(self.says["issued"]) if self.says["starts"] is None',
    ),
    changed("ends-with-the-first-second-of-its-day", "States", "(int(last) + 1) * DAY", "int(last) * DAY"),
    changed(
        "ends-with-expiry",
        "States",
        'self.says["expiry"] if self.says["grace"] is None else self.says["grace"]',
        'self.says["expiry"]',
    ),
)
