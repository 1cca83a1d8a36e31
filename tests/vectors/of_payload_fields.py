"""Cases of every field of every document: its kind, its bounds, and the values that are refused."""

from collections.abc import Callable, Iterator
from typing import Any, Final

from tests.vectors.document_fields import TABLES
from tests.vectors.document_samples import AROUND, SAMPLES, SIXTEEN, changed, many, surrounded
from tests.vectors.field_kinds import BOUNDS, ListOf, MapOf, Within
from tests.vectors.field_trials import BAD, BOUND, Trial, trials, trials_there
from tests.vectors.payload_cases import distinct, of_record, refused, slug, taken, titled
from tests.vectors.spelled import Many, Raw, Record, pack
from tests.vectors.vector import Case

_UNBOUNDED: Final[dict[str, Any]] = {"lowest": None, "highest": None, "default": None}


def most(table: str, field: str) -> Many:
    """Return a list or map with as many entries as it may have."""
    kind = TABLES[table].fields[field]
    assert isinstance(kind, ListOf | MapOf)
    return many(kind, kind.most)


BESIDE: Final[dict[tuple[str, str], dict[str, Any]]] = {
    ("root", "threshold"): {"keys": most("root", "keys")},
    ("admitted key", "valid_from"): {"valid_to": None},
    ("admitted key", "valid_to"): {"valid_from": 0},
    ("scope", "types"): {"longest_term": None, "parts": None, "most": None},
    ("scope", "issuers"): {"most": None},
    ("scope", "parts"): {"most": None},
    ("license", "quantity"): {"per": None},
    ("setting", "type"): _UNBOUNDED,
    ("setting", "lowest"): {"highest": None, "default": None},
    ("setting", "highest"): {"lowest": None, "default": None},
    ("setting", "choices"): {**_UNBOUNDED, "type": 0},
    ("bundle", "starts"): {"expiry": None},
    ("bundle", "warning"): {"expiry": BOUNDS["DAYS"]},
    ("bundle", "grace"): {"expiry": 0},
    ("binding", "needed"): {"facts": most("binding", "facts")},
}
"""Table and field to other fields that let it have its whole range: the sentences under the tables bind them."""

BESIDE_TRIAL: Final[dict[tuple[str, str, str], dict[str, Any]]] = {
    ("binding", "needed", "the lowest, 0"): {"facts": {}},
    ("binding", "facts", "no entry"): {"needed": 0},
    ("binding", "facts", "nothing, which may not stand there"): {"needed": 0},
}
"""The same, for one trial."""


ONCE: Final[dict[tuple[str, str], list[Trial]]] = {
    ("bundle", "serial"): [Trial("a dot within", "1010.14", BAD)],
    ("bundle", "part"): [Trial("two dashes in a row", "a--b")],
    ("bundle", "starts"): [Trial("the reserved byte c1 for nothing", Raw(b"\xc1"), BAD)],
    ("license", "full_with"): [
        Trial("an issuer of 65 characters", f"{'a' * 65}.b", BAD, BOUND),
        Trial("a code of 65 characters behind an issuer", f"a.{'b' * 65}", BAD, BOUND),
    ],
    ("reset", "nonce"): [Trial("an ext value of 16 bytes for bytes", Raw(b"\xd8\0" + SIXTEEN), BAD)],
}
"""Table and field to what is tried with this one, for all fields of its kind."""


def beside(table: str, field: str, trial: Trial) -> dict[str, Any]:
    """Return the other fields that a trial needs."""
    if (table, field) == ("setting", "default"):
        value = trial.value
        kind = 2 if isinstance(value, bool) else 0 if isinstance(value, str) else 1
        return {"type": kind, "lowest": None, "highest": None}
    return BESIDE_TRIAL.get((table, field, trial.what), BESIDE.get((table, field), {}))


def of_table(table: str) -> Iterator[Case]:
    """Yield the cases of a document's fields, and of its length."""
    for turn, (field, kind) in enumerate(TABLES[table].fields.items()):
        for trial in (*trials(kind, turn), *ONCE.get((table, field), ())):
            if field == "extensions" and table != "bundle" and ":" in trial.what:
                continue  # those of what a map of extensions holds are tried on a bundle
            record = changed(table, **beside(table, field, trial), **{field: trial.value})
            yield _case(table, field, trial, record)
    record = SAMPLES[table]
    whole = list(record.values())
    for what, values in {"without its last field": whole[:-1], "without its first field": whole[1:]}.items():
        yield _whole(table, what, Record(zip(record, values, strict=False)))
    yield _whole(table, "with nothing as a field more", Record({**record, "more": None}))


def _case(table: str, field: str, trial: Trial, record: Record) -> Case:
    name, about = slug(f"{table} {field} {trial.what}"), f"`{field}` of {titled(table)}: {trial.what}"
    return of_record(name, about, table, record, trial.code, flags=trial.flags, musts=trial.musts)


def _whole(table: str, what: str, record: Record) -> Case:
    return of_record(slug(f"{table} {what}"), f"{titled(table)} {what}", table, record, BAD, rule="Payloads 1")


def fields_of(kind: str) -> Iterator[Case]:
    """Yield the cases of the documents of a type, and of those inside it."""
    tables = [
        table for table in TABLES if table == kind or (table in AROUND and surrounded(table, SAMPLES[table])[0] == kind)
    ]
    yield taken(
        slug(f"{kind} sample"), f"{titled(kind)} that the others change in one place", kind, SAMPLES[kind], "Documents"
    )
    for table in tables:
        yield from of_table(table)
    yield from _whole_payloads(kind)


def _whole_payloads(kind: str) -> Iterator[Case]:
    """Yield payloads that are not an array of the fields at all."""
    for trial in trials_there(Within(kind, ""), 0):
        name, about = slug(f"{kind} {trial.what}"), f"in place of {titled(kind)}: {trial.what}"
        if "field" not in trial.what:
            yield refused(name, about, kind, pack(trial.value), "Payloads 1")


def _maker(kind: str) -> Callable[[], Iterator[Case]]:
    def fields() -> Iterator[Case]:
        return distinct(fields_of(kind))

    fields.__doc__ = f"{titled(kind).capitalize()}: what each field takes and refuses, and those of what is inside it."
    return fields


TYPES: Final = [name for name in TABLES if name not in AROUND]
PAYLOAD_FIELDS: Final = {f"fields-of-{kind}": _maker(kind) for kind in TYPES}
"""Group to what makes its cases: one for each type of document."""
