"""Mutants of Lists and Catalogs: what is believed, and what stays in force under a new trust document."""

from typing import Final

from tests.vectors.mutants.mutant import changed, mutants_of

_LISTS: Final = "    lists = {issuer: one for issuer, one in state.lists.items() if stands(new, one)}\n"

_CATALOGS: Final = "    catalogs = {issuer: one for issuer, one in state.catalogs.items() if stands(new, one)}\n"

LISTS_AND_CATALOGS: Final = mutants_of(
    "trust",
    changed("lists-not-judged-again", "L2", _LISTS, "    lists = state.lists\n"),
    changed("lists-go-with-new-trust", "L2", _LISTS, "    lists = {}\n"),
    changed("catalogs-not-judged-again", "C2", _CATALOGS, "    catalogs = state.catalogs\n"),
    changed("catalogs-go-with-new-trust", "C2", _CATALOGS, "    catalogs = {}\n"),
    changed(
        "list-floor-forgotten-with-its-key",
        "L2",
        "return with_seen(replace(new, lists=lists, catalogs=catalogs), held)",
        'new = replace(new, seen={o: p for o, p in new.seen.items() if o[0] != "revocations" or '
        "o[1] in lists})\n"
        "    return with_seen(replace(new, lists=lists, catalogs=catalogs), held)",
    ),
    changed(
        "catalog-floor-forgotten-with-its-key",
        "C2",
        "return with_seen(replace(new, lists=lists, catalogs=catalogs), held)",
        'new = replace(new, seen={o: p for o, p in new.seen.items() if o[0] != "catalog" or '
        "o[1] in catalogs})\n"
        "    return with_seen(replace(new, lists=lists, catalogs=catalogs), held)",
    ),
    changed(
        "judged-again-by-key-alone",
        "L2",
        "        verified(state, held.token, held.token.type, None)\n    except",
        '        need(held.signer in state.admitted and state.admitted[held.signer]["state"] != '
        '2, "key-unknown")\n'
        "    except",
    ),
    changed(
        "judged-again-by-step-4-alone",
        "L2",
        "        verified(state, held.token, held.token.type, None)\n    except RefusedError:\n        return False",
        "        verified(state, held.token, held.token.type, None)\n"
        "    except RefusedError as error:\n"
        '        return error.args[0] == "key-out-of-window"',
    ),
    changed(
        "judged-again-but-not-revoked",
        "L2",
        "        verified(state, held.token, held.token.type, None)\n    except RefusedError:\n        return False",
        "        verified(state, held.token, held.token.type, None)\n"
        "    except RefusedError as error:\n"
        '        return error.args[0] == "key-revoked"',
    ),
    changed(
        "judged-again-without-scope",
        "L2",
        "        verified(state, held.token, held.token.type, None)\n    except RefusedError:\n        return False",
        "        verified(state, held.token, held.token.type, None)\n"
        "    except RefusedError as error:\n"
        '        return error.args[0] == "key-out-of-scope"',
    ),
    changed(
        "document-ahead-not-judged",
        "L1",
        '    need(pair <= (state.root.version, trust_version), "document-ahead")\n',
        "",
    ),
    changed(
        "document-ahead-by-root-alone",
        "L1",
        "pair <= (state.root.version, trust_version)",
        "pair[0] <= state.root.version",
    ),
    changed(
        "document-ahead-by-each-number",
        "L1",
        "pair <= (state.root.version, trust_version)",
        "pair[0] <= state.root.version and pair[1] <= trust_version",
    ),
    changed(
        "document-ahead-by-one",
        "L1",
        "pair <= (state.root.version, trust_version)",
        "pair <= (state.root.version, trust_version + 1)",
    ),
    changed(
        "document-of-older-trust-refused",
        "L1",
        "pair <= (state.root.version, trust_version)",
        "pair == (state.root.version, trust_version)",
    ),
    changed(
        "document-ahead-not-for-lists",
        "L1",
        'need(pair <= (state.root.version, trust_version), "document-ahead")',
        'need(token.type == "revocations" or pair <= (state.root.version, trust_version), "document-ahead")',
    ),
    changed(
        "document-ahead-not-for-catalogs",
        "C1",
        'need(pair <= (state.root.version, trust_version), "document-ahead")',
        'need(token.type == "catalog" or pair <= (state.root.version, trust_version), "document-ahead")',
    ),
    changed(
        "document-ahead-before-signature",
        "L1",
        "    held = verified(state, token, token.type, None)\n    trust_version",
        "    raw = fields.read(token.type, divide(token, token.type)[1]).fields\n"
        "    need((raw['root_version'], raw['trust_version']) <= (state.root.version, "
        "state.trust.says['version'] if state.trust else 0), 'document-ahead')\n"
        "    held = verified(state, token, token.type, None)\n"
        "    trust_version",
    ),
    changed(
        "list-rollback-taken",
        "O1.4",
        "    if not is_news(state, held, state.lists.get(issuer), now):\n"
        "        return state\n"
        "    require_not_lower(state, held)\n",
        "    if not is_news(state, held, state.lists.get(issuer), now):\n        return state\n",
    ),
    changed("one-list-for-all-issuers", "L1", "lists={**state.lists, issuer: held}", "lists={issuer: held}"),
    changed(
        "one-catalog-for-all-issuers", "C1", "catalogs={**state.catalogs, issuer: held}", "catalogs={issuer: held}"
    ),
)
