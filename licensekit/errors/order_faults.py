"""What an order gets wrong (`docs/orders.md`), by itself or against what was issued before."""

from licensekit.errors.faults import Fault


class OrderIncomplete(Fault):
    """An order without something that it needs where it is issued."""

    template = {
        "sells-nothing": "sells nothing; name a license or an edition",
        "no-number": "is missing; in bulk, each order has a number",
        "no-serial": "is missing; give the serial that the vendor sold under",
        "number-for-installations": "are counted by the order's number; give one in `order`",
        "required": "`{license}` requires {requires:codes}, which neither this order nor another part of the serial"
        " grants",
        "facts": "asks for {wanted} facts of the machine, and the request has {count}{facts:led : }",
    }
    license: str = ""
    requires: tuple[str, ...] = ()
    wanted: int = 0
    count: int = 0
    facts: tuple[str, ...] = ()


class OrderDatesInvalid(Fault):
    """Dates of an order that contradict each other, or an end that a renewal cannot have."""

    template = {
        "twice": "says again what `{key}` says; give one of them",
        "no-term": "needs an `expiry`, or a term in `days`",
        "beside-days": "cannot be a date beside `days`; give `{key}`",
        "before": "is before `{key}`",
        "before-term": "is before the term begins",
        "term": "its term is not within the years 1970 to 9999",
        "both": "give a date, or a number of days, and not both",
        "perpetual": "is perpetual, so there is nothing to renew; `licensekit amend` gives it an end",
        "earlier": "{expiry:day} is before the present one, {present:day}; `licensekit amend` shortens",
        "years": "is not within the years 1970 to 9999",
    }
    key: str = ""
    expiry: int | None = None
    present: int | None = None


class OrderSerialInvalid(Fault):
    """A serial or sequence of an order that does not fit what was issued before."""

    template = {
        "mistyped": "{serial} is mistyped: its last digit does not fit the others",
        "revoked": "{serial} was suspended or revoked: no bundle of it would be accepted;"
        " `licensekit reinstate serial {serial}` lets it count again",
        "replaces-itself": "would replace its own serial {serial}",
        "part-replaces": "is for orders of the part `base`, and this one is of `{part}`",
        "use-replaces": "{serial} is a {other} license, whose place a {use} license cannot take",
        "part-use": "`{part}` ends like a license of another use: its files would be called alike",
        "sequence": "{sequence} was issued already, and the last one is {last}",
        "used-up": "{serial} has no sequence after {last}, which is the highest that there is;"
        ' issue an order of the part `base` for a new serial, with `replaces = ["{serial}"]`',
        "installed": "is not {serial}, which the installation has and which the order does not replace",
        "own-each": "are each of a serial of their own; leave out `serial`",
    }
    serial: str = ""
    sequence: int = 0
    last: int = 0
    part: str = ""
    use: str = ""
    other: str = ""


class OrderDoubtful(Fault):
    """What is likely a slip, by what ledger and clock say: refused unless that is overridden."""

    template = {
        "other-company": "{serial} was issued to {company}",
        "unknown-replaced": "{serial} is not in the ledger: nothing was issued for it",
        "new-part": "{serial} has no part `{part}`, but `{other}`",
        "expired": "the term ended on {day:day}: it would grant nothing",
        "required": "`{license}` of part `{part}` requires {requires:codes}, which this takes away",
    }
    hint_template = "if it is meant, say `--{reason}`"
    serial: str = ""
    company: str = ""
    part: str = ""
    other: str = ""
    day: int = 0
    license: str = ""
    requires: tuple[str, ...] = ()


class AmendmentInvalid(Fault):
    """A key that no change of a sold bundle can set or take out."""

    template = {
        **dict.fromkeys(("serial", "replaces"), "stays: another serial is another order"),
        "part": "stays: another part is another order",
        "sequence": "is counted on by itself",
        "order": "is the number of an order, which `--order` gives",
        **dict.fromkeys(("installations", "facts"), "stays: answer with another order"),
        "table": "is a table; name what is in it, `{key}.CODE`",
        "absent": "is not there, so it cannot be taken out",
        "lower-use": "cannot become {to}: what was bought would still count before it",
    }
    key: str
    to: str = ""
