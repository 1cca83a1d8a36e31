"""Mutants of Files, S1 and Packs."""

from typing import Final

from tests.vectors.mutants.mutant import changed, left_out, mutants_of, swapped

_GAP_WAITS: Final = 'if not isinstance(error, UnvouchedError) and error.args[0] != "root-gap":'
_AGAIN: Final = "        if len(waiting) == len(tokens):\n            break\n"
_GAP: Final = '    need(len(older) == len(waiting), "root-gap")\n'
_OLDER: Final = "    if older and state.chain[0].version == 1:\n        raise older[0]\n"
_TRUST_OLDER: Final = (
    "            if state.chain[0].version == 1:\n                raise\n            older.append(error)\n"
)
_REPLACED: Final = '            if error.args[0] != "root-not-newest":\n                raise\n'
_MISSING: Final = '    if state.trust is None:\n        raise older[0] if older else RefusedError("trust-missing")\n'
_REVOKED: Final = '            if error.args[0] != "key-revoked":\n                raise\n'
_LISTS: Final = (
    '    for held in _highest(state, _still_signed(state, tokens, "revocations")):\n'
    "        state = trust.take_list(state, held, now)\n"
)
_CATALOGS: Final = (
    '    for held in _highest(state, _still_signed(state, tokens, "catalog")):\n'
    "        state = trust.take_catalog(state, held, now)\n"
)
_TAKEN: Final = "    for held in _highest(state, judged):\n        state = trust.take_trust(state, held, now)\n"

FILES: Final = mutants_of(
    "files",
    changed("roots-in-order-of-the-file", "F1.1", _AGAIN, "        break\n"),
    changed("root-gap-refused-immediately", "F1.1", _GAP_WAITS, "if not isinstance(error, UnvouchedError):"),
    changed("unvouched-root-refused-immediately", "F1.1", _GAP_WAITS, 'if error.args[0] != "root-gap":'),
    changed("any-refused-root-passed-over", "F1.1", _GAP_WAITS + "\n                    raise\n", "pass\n"),
    left_out("roots-with-a-gap-passed-over", "F1.1", _GAP),
    swapped("unvouched-before-gap", "F1.1", _GAP, _OLDER),
    left_out("unvouched-root-passed-over", "F1.1", _OLDER),
    changed(
        "unvouched-root-refused-under-any-pin", "F1.1", "    if older and state.chain[0].version == 1:", "    if older:"
    ),
    changed("unvouched-trust-passed-over", "F1.2", _TRUST_OLDER, "            older.append(error)\n"),
    changed("unvouched-trust-refused-under-any-pin", "F1.2", _TRUST_OLDER, "            raise\n"),
    changed("trust-of-a-replaced-root-refused", "F1.2", _REPLACED, "            raise\n"),
    changed("any-refused-trust-passed-over", "F1.2", _REPLACED, "            continue\n"),
    changed("trust-with-a-gap-passed-over", "F1.2", '!= "root-not-newest"', 'not in {"root-not-newest", "root-gap"}'),
    changed(
        "trust-of-another-product-passed-over",
        "F1.2",
        '!= "root-not-newest"',
        'not in {"root-not-newest", "wrong-product"}',
    ),
    changed("older-trust-of-a-file-taken", "F1.3", _TAKEN, _TAKEN.replace("_highest(state, judged)", "judged")),
    changed(
        "older-trust-than-seen-refused",
        "F1.3",
        _TAKEN,
        _TAKEN.replace("_highest(state, judged)", "_highest(replace(state, seen={}), judged)"),
    ),
    changed(
        "trust-newest-of-the-file-last",
        "F1.3",
        _TAKEN,
        _TAKEN.replace("_highest(state, judged)", "sorted(judged, key=lambda held: held.place[0])"),
    ),
    left_out("file-without-trust-taken", "F1.4", _MISSING),
    changed(
        "file-without-trust-is-missing",
        "F1.4",
        _MISSING,
        _MISSING.replace('older[0] if older else RefusedError("trust-missing")', 'RefusedError("trust-missing")'),
    ),
    changed("file-without-trust-has-the-last-code", "F1.4", _MISSING, _MISSING.replace("older[0] if", "older[-1] if")),
    changed("trust-missing-judged-last", "F1.4", _MISSING, "").with_change(_CATALOGS, _CATALOGS + _MISSING),
    changed(
        "list-by-a-revoked-key-refused",
        "F1.5",
        _REVOKED,
        '            if kind == "revocations" or error.args[0] != "key-revoked":\n                raise\n',
    ),
    changed(
        "catalog-by-a-revoked-key-refused",
        "F1.6",
        _REVOKED,
        '            if kind == "catalog" or error.args[0] != "key-revoked":\n                raise\n',
    ),
    changed(
        "any-refused-list-passed-over",
        "F1.5",
        _REVOKED,
        '            if kind != "revocations":\n                raise\n',
    ),
    changed(
        "any-refused-catalog-passed-over",
        "F1.6",
        _REVOKED,
        '            if kind != "catalog":\n                raise\n',
    ),
    changed("document-ahead-passed-over", "F1.5", '!= "key-revoked"', 'not in {"key-revoked", "document-ahead"}'),
    changed("unknown-key-passed-over", "F1.5", '!= "key-revoked"', 'not in {"key-revoked", "key-unknown"}'),
    changed(
        "older-list-refused",
        "F1.5",
        '_highest(state, _still_signed(state, tokens, "revocations"))',
        '_still_signed(state, tokens, "revocations")',
    ),
    changed(
        "older-catalog-refused",
        "F1.6",
        _CATALOGS,
        '    for held in _still_signed(state, tokens, "catalog"):\n'
        "        trust.require_not_lower(state, held)\n"
        "        state = trust.take_catalog(state, held, now)\n",
    ),
    changed(
        "older-catalog-taken",
        "F1.6",
        '_highest(state, _still_signed(state, tokens, "catalog"))',
        '_still_signed(state, tokens, "catalog")',
    ),
    swapped("catalogs-taken-before-lists", "F1.5", _LISTS, _CATALOGS),
    changed(
        "lists-judged-before-trust",
        "F1.5",
        _TAKEN,
        '    lists = _still_signed(state, tokens, "revocations")\n' + _TAKEN,
    ).with_change('_still_signed(state, tokens, "revocations")):', "lists):"),
    changed(
        "highest-of-all-issuers",
        "F1.5",
        "return [held for held in found if held.place[0] == top[held.order]]",
        "return [held for held in found if held.place[0] == max(h.place[0] for h in found)]",
    ),
    changed(
        "fork-in-a-file-passed-over",
        "O1.3",
        "return [held for held in found if held.place[0] == top[held.order]]",
        "return list({held.order: held for held in found if held.place[0] == top[held.order]}.values())",
    ),
    changed(
        "highest-without-seen",
        "F1.3",
        "    top = {order: version for order, (version, _) in state.seen.items()}\n",
        "    top = {}\n",
    ),
    changed(
        "bundles-judged-before-trust-is-taken",
        "F1",
        "    state = _alone(state",
        '    for token in tokens:\n        if token.type == "bundle":\n            _document(state, token, now)\n'
        "    state = _alone(state",
    ),
)

_ROOT_FORK: Final = '    need(not any(forks(known.held, root) for known in state.chain), "fork")\n'
_ROOT_LOW: Final = '    need((state.root.version,) >= state.seen["root", ""][0], "rollback")\n'
_TRUST_LOW: Final = (
    "    if state.trust is not None:\n"
    '        version, _ = state.seen["trust", ""]\n'
    '        need(state.trust.place[0] >= version, "rollback")\n'
)
_HELD: Final = "    held = [state.trust, *state.lists.values(), *state.catalogs.values()]\n"
_KEPT: Final = (
    "    kept = {i: one for i, one in state.catalogs.items() if one.place == state.seen[one.order]}\n"
    "    return replace(state, catalogs=kept)\n"
)

FLOORS: Final = mutants_of(
    "files",
    left_out("floor-fork-of-roots-not-judged", "S1.1", _ROOT_FORK),
    changed("floor-fork-of-the-newest-root-alone", "S1.1", "for known in state.chain)", "for known in [state.root])"),
    swapped(
        "floor-rollback-of-roots-before-fork",
        "S1.1",
        _ROOT_FORK,
        _ROOT_LOW,
        "no root of the chain has the version of one that is above all of them",
    ),
    changed(
        "floor-fork-of-roots-after-the-file",
        "S1.1",
        'root = floor.get(("root", ""), state.seen["root", ""])',
        'root = state.seen["root", ""]',
    ),
    left_out("floor-of-roots-not-judged", "S1.2", _ROOT_LOW),
    changed("floor-of-roots-one-less", "S1.2", "(state.root.version,) >=", "(state.root.version + 1,) >="),
    left_out("floor-of-trust-not-judged", "S1.3", _TRUST_LOW),
    changed("floor-fork-of-trust-not-judged", "S1.3", "[state.trust, *state", "[*state"),
    changed("floor-fork-of-lists-not-judged", "S1.4", "*state.lists.values(), ", ""),
    changed("floor-fork-of-catalogs-not-judged", "S1.5", ", *state.catalogs.values()]\n    for", "]\n    for"),
    changed("floor-of-catalogs-not-judged", "S1.5", _KEPT, "    return state\n"),
    changed(
        "floor-of-lists-refused",
        "S1.4",
        _HELD,
        '    need(all(one.place[0] >= state.seen[one.order][0] for one in state.lists.values()), "rollback")\n' + _HELD,
        "a list below the floor is not in force by then",
    ),
    changed(
        "floor-of-catalogs-refused",
        "S1.5",
        _HELD,
        '    need(all(one.place[0] >= state.seen[one.order][0] for one in state.catalogs.values()), "rollback")\n'
        + _HELD,
    ),
    changed("floor-gives-way-where-as-high", "S1", "place[0] >= seen[order][0]", "place[0] > seen[order][0]"),
    changed("floor-replaces-what-is-higher", "S1", "if order not in seen or place[0] >= seen[order][0]:", "if True:"),
    changed(
        "floor-for-what-is-here-alone",
        "S1",
        "if order not in seen or place[0] >= seen[order][0]:",
        "if order in seen and place[0] >= seen[order][0]:",
    ),
    changed(
        "floor-added-after-the-file",
        "S1",
        "at_floor(added(with_floor(state, floor), tokens, now), floor)",
        "at_floor(with_floor(added(state, tokens, now), floor), floor)",
    ),
    changed(
        "floor-keeps-lists-below",
        "S1.4",
        "if held.place[0] >= seen[held.order][0]}\n    return",
        "}\n    return",
        "step 9 finds the list below, and L1 takes the one that is as high",
    ),
)

_ALLOWED: Final = '{"root", "trust", "revocations", "catalog"}'

PACKS: Final = mutants_of(
    "files",
    changed(
        "bundles-in-packs-taken",
        "Packs",
        f"    need(kinds <= {_ALLOWED}",
        f'    need(kinds <= {_ALLOWED[:-1]}, "bundle", "reset", "request", "receipt", "statement"}}',
    ),
    changed(
        "resets-in-packs-taken",
        "Packs",
        f"    need(kinds <= {_ALLOWED}",
        f'    need(kinds <= {_ALLOWED[:-1]}, "reset"}}',
    ),
    changed(
        "requests-in-packs-taken",
        "Packs",
        f"    need(kinds <= {_ALLOWED}",
        f'    need(kinds <= {_ALLOWED[:-1]}, "request", "receipt", "statement"}}',
    ),
    changed(
        "catalogs-in-packs-refused",
        "Packs",
        f"    need(kinds <= {_ALLOWED}",
        '    need(kinds <= {"root", "trust", "revocations"}',
    ),
    changed(
        "pack-judged-at-now",
        "O1.2",
        '    return extended(trust.start(pack, given.contents(line, "root")), pack, None)\n',
        '    return extended(trust.start(pack, given.contents(line, "root")), pack, given.moment(line, "now"))\n',
    ),
    changed(
        "pack-taken-with-the-floor",
        "S1",
        'given.contents(line, "root")), pack, None)',
        'given.contents(line, "root")), pack, None, given.floor(line))',
    ),
    changed(
        "types-of-a-pack-after-its-pin",
        "Packs",
        f"    need(kinds <= {_ALLOWED}",
        f'    trust.start(pack, given.contents(line, "root"))\n    need(kinds <= {_ALLOWED}',
    ),
    changed(
        "file-read-before-pack",
        "Packs",
        "    state = opened(line)\n",
        '    tokens_of(given.contents(line, "file"))\n    state = opened(line)\n',
        "no rule says which is read first where both are damaged",
    ),
)
