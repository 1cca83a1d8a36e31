"""Mutants of what is kept over files and restarts."""

from typing import Final

from tests.vectors.mutants.mutant import changed, mutants_of

_KEPT: Final = "    return replace(reader, state=state, kept=kept, seen=state.seen)\n"
_TAKEN: Final = "reader = replace(_keeping(reader, state), bundles=reader.bundles | bundles)"
_REFUSED: Final = '            answer = {"code": error.args[0]}\n'
_LEFT_OUT: Final = '            if error.args[0] != "trust-missing":\n                continue\n'

SEQUENCES: Final = mutants_of(
    "sequences",
    changed(
        "floors-not-kept",
        "Readers 6",
        "    floored = files.with_floor(state, seen)\n",
        "    floored, seen = state, state.seen\n",
    ),
    changed(
        "floors-kept-with-documents-alone",
        "Readers 6",
        _KEPT,
        "    return replace(reader, state=state, kept=kept, seen={one.order: one.place for one "
        "in held if one is not None})\n",
    ),
    changed(
        "floors-of-lists-not-kept",
        "L2",
        _KEPT,
        "    seen = {order: place for order, place in state.seen.items() if order[0] != "
        '"revocations"}\n'
        "    return replace(reader, state=state, kept=kept, seen=seen)\n",
    ),
    changed(
        "floors-of-catalogs-not-kept",
        "S1.5",
        _KEPT,
        "    seen = {order: place for order, place in state.seen.items() if order[0] != "
        '"catalog"}\n'
        "    return replace(reader, state=state, kept=kept, seen=seen)\n",
    ),
    changed(
        "floors-of-trust-not-kept",
        "S1.3",
        _KEPT,
        "    seen = {order: place for order, place in state.seen.items() if order[0] != "
        '"trust"}\n'
        "    return replace(reader, state=state, kept=kept, seen=seen)\n",
    ),
    changed(
        "floors-of-roots-not-kept",
        "S1.2",
        _KEPT,
        "    seen = {order: place for order, place in state.seen.items() if order[0] != "
        '"root"}\n'
        "    return replace(reader, state=state, kept=kept, seen=seen)\n",
    ),
    changed(
        "floors-raised-by-refused-files",
        "S1",
        _REFUSED,
        _REFUSED + '            if does == "take":\n'
        "                try:\n"
        "                    seen = files.added(reader.state, tokens_of(given.contents(step, "
        '"file")), None).seen\n'
        "                    reader = replace(reader, seen=seen)\n"
        "                except RefusedError:\n"
        "                    pass\n",
    ),
    changed(
        "refused-file-taken-in-part",
        "F1",
        _REFUSED,
        _REFUSED + '            if does == "take":\n'
        "                try:\n"
        "                    reader = _keeping(reader, files.extended(reader.state, "
        'tokens_of(given.contents(step, "file")), given.moment(step, "now"), reader.seen))\n'
        "                except RefusedError:\n"
        "                    pass\n",
    ),
    changed("roots-not-kept", "Readers 7", "held = [*(known.held for known in state.chain), ", "held = ["),
    changed(
        "trust-not-kept",
        "Readers 7",
        "state.trust, *state.lists.values(), *state.catalogs.values()]",
        "*state.lists.values(), *state.catalogs.values()]",
    ),
    changed("lists-not-kept", "Readers 7", "*state.lists.values(), *state", "*state"),
    changed("catalogs-not-kept", "Readers 7", ", *state.catalogs.values()]\n    kept", "]\n    kept"),
    changed(
        "kept-documents-judged-at-now",
        "O1.2",
        "_loaded(floored, list(kept))",
        '_loaded_at(floored, list(kept), given.moment(step, "now"))',
    ).with_change(
        "def _loaded(",
        "def _loaded_at(state: State, kept: list[Token], now: int) -> State:\n"
        "    return files.added(state, kept, now)\n"
        "\n"
        "\n"
        "def _loaded(",
    ),
    changed(
        "kept-documents-taken-together-or-not",
        "Readers 7",
        "    taken: list[Token] = []\n    loaded = state\n",
        "    return state\n    taken: list[Token] = []\n    loaded = state\n",
    ),
    changed(
        "kept-documents-by-the-old-pack",
        "Packs",
        "    state = files.opened(ground)\n    lost",
        "    state = files.opened(reader.ground)\n    lost",
    ),
    changed(
        "pack-of-a-restart-forgotten",
        "Packs",
        "replace(reader, ground=ground, state=floored",
        "replace(reader, state=floored",
    ),
    changed(
        "refused-restart-keeps-the-state", "S1", '        return reader, {"code": error.args[0]}\n', "        raise\n"
    ),
    changed(
        "restart-without-s1", "S1", "files.at_floor(_loaded(floored, list(kept)), seen)", "_loaded(floored, list(kept))"
    ),
    changed("one-bad-document-ends-loading", "Readers 7", _LEFT_OUT, "            break\n"),
    changed("bad-document-stays-while-loading", "S1", _LEFT_OUT, "            pass\n"),
    changed(
        "lost-documents-come-back-after-a-refused-start",
        "S1",
        "state=floored, kept=kept, seen=seen)",
        "state=floored, seen=seen)",
    ),
    changed("bundles-not-kept", "Readers 7", _TAKEN, "reader = replace(_keeping(reader, state), bundles=bundles)"),
    changed(
        "bundles-judged-when-taken",
        "L2",
        "    try:\n"
        "        trust.bundle(state, token, now)\n"
        "    except RefusedError as error:\n"
        "        return str(error.args[0])\n"
        "    return None\n",
        "    return None\n",
    ),
    changed(
        "same-bundle-keeps-its-first-token",
        "Readers 7",
        "bundles=reader.bundles | bundles)",
        "bundles=bundles | reader.bundles)",
    ),
    changed(
        "file-without-the-floor",
        "S1",
        "state = files.extended(reader.state, tokens, now, reader.seen)",
        "state = files.extended(reader.state, tokens, now)",
        "what was seen is part of the state already",
    ),
    changed(
        "verify-at-its-clock",
        "Verification",
        'return now if state.trust is None else max(now, state.trust.says["issued"])',
        "return now",
    ),
    changed(
        "verify-at-issued-of-any-document",
        "Verification",
        'max(now, state.trust.says["issued"])',
        "max(now, state.trust.says[\"issued\"], *(c.says['issued'] for c in state.catalogs.values()))",
    ),
    changed(
        "verify-at-issued-of-the-pack-alone",
        "Verification",
        '    now = _not_before(state, given.moment(step, "now"))\n',
        '    now = _not_before(files.opened(reader.ground), given.moment(step, "now"))\n',
    ),
    changed(
        "verify-with-what-was-seen",
        "Verification",
        "    state = files.opened(reader.ground)\n    state = files.extended",
        "    state = files.with_floor(files.opened(reader.ground), reader.seen)\n    state = files.extended",
    ),
    changed(
        "verify-is-kept",
        "Verification",
        '    return reader, {"state": files.numbers(state), "documents": files.documents(state, tokens, now)}\n',
        '    return _keeping(reader, state), {"state": files.numbers(state), "documents": '
        "files.documents(state, tokens, now)}\n",
    ),
)
