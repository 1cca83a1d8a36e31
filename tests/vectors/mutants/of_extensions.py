"""Mutants of Documents and Extensions: what is found first, and what readers do not know."""

from typing import Final

from tests.vectors.mutants.mutant import changed, left_out, mutants_of, swapped

_READ: Final = "    fields, plain = _document(_title(kind), packed.value)\n"

_RULES: Final = "    rules.keep(kind, fields)\n"

_CANONICAL: Final = '    need(packed.is_canonical, "not-canonical")\n'

_NEWER: Final = '    need(not any(name.startswith("!") for name in fields["extensions"]), "newer-reader-needed")\n'

DOCUMENTS: Final = mutants_of(
    "fields",
    left_out("other-spellings-taken", "Verification 6", _CANONICAL),
    left_out("extensions-with-mark-taken", "Extensions", _NEWER),
    changed("extension-mark-alone-refused", "Extensions", 'name.startswith("!")', 'name == "!"'),
    changed("extension-mark-anywhere-refused", "Extensions", 'name.startswith("!")', '"!" in name'),
    changed("extension-mark-of-bundles-alone", "Extensions", _NEWER, '    if kind == "bundle":\n    ' + _NEWER),
    changed(
        "unknown-extensions-refused",
        "Extensions",
        'name.startswith("!")',
        '"." not in name and name not in {"request", "pickup", "ledger", "holds", "follows"}',
    ),
    changed("extension-without-dot-refused", "Extensions", 'name.startswith("!")', '"." not in name'),
    changed("empty-extension-name-refused", "Extensions", 'name.startswith("!")', 'not name or name.startswith("!")'),
    changed(
        "malformed-request-refused",
        "Extensions",
        _NEWER,
        _NEWER + '    need(re.fullmatch("[0-9a-f]{32}", str(fields["extensions"].get("request", "0" * '
        '32))), "payload-invalid")\n',
    ),
    changed(
        "malformed-ledger-refused",
        "Extensions",
        _NEWER,
        _NEWER + '    need(isinstance(fields["extensions"].get("ledger", ""), str), "payload-invalid")\n',
    ),
    swapped("rules-after-spelling", "Payloads", _RULES, _CANONICAL),
    swapped("extensions-before-spelling", "Payloads", _CANONICAL, _NEWER),
    changed("spelling-before-document", "Payloads", _READ + _RULES + _CANONICAL, _CANONICAL + _READ + _RULES),
    changed("rules-of-documents-not-judged", "Documents", _RULES, ""),
    changed(
        "rules-of-inner-documents-not-judged",
        "Documents",
        "        rules.keep(name, fields)\n        return plain\n",
        "        return plain\n",
    ),
    changed(
        "a-field-more-taken",
        "Payloads",
        "    fields = named(title, kinds.items(value, len(rows), len(rows)))\n",
        "    fields = named(title, kinds.items(value, len(rows), len(rows) + 1)[: len(rows)])\n",
    ),
    changed(
        "written-without-reading-back",
        "Writers 1",
        '    need(read(kind, payload).plain == plain, "payload-invalid")\n',
        "",
    ),
)
