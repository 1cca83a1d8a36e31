"""What every peer signs: one license of one company, with its dates and counts."""

ISSUER = "superoffice"
PRODUCT = "superoffice-crm"
SERIAL = "1010000014"
COMPANY = "Nordlys Kraft AS"
USE = "production"
PART = "base"
DAY_SECONDS = 86_400
ISSUED = 1_767_225_600
"""2026-01-01T00:00:00Z, in seconds. Some peers read the clock themselves, so the dates suit any day for nine years."""
STARTS = ISSUED // DAY_SECONDS
"""Days since 1970, as all that follow."""
WARNING = STARTS + 3_620
EXPIRY = STARTS + 3_650
GRACE = STARTS + 3_680
MAINTENANCE = STARTS + 3_650
SYSTEM: dict[str, int | None] = {"server": 1, "web-client": 1, "api": 1}
SITES: dict[str, int | None] = {"satellite": 2}
USERS: dict[str, int | None] = {"sales-pro": 25, "service": 10, "report-editor": 5, "user": 60}

STARTS_SECONDS = STARTS * DAY_SECONDS
EXPIRY_SECONDS = (EXPIRY + 1) * DAY_SECONDS
"""The first second after the last day."""

REST = {
    "company": COMPANY,
    "part": PART,
    "use": USE,
    "warning": WARNING,
    "grace": GRACE,
    "maintenance": MAINTENANCE,
    "system": SYSTEM,
    "sites": SITES,
    "users": USERS,
}
"""What web tokens have no registered claims for."""
NAMED = {
    "iss": ISSUER,
    "aud": PRODUCT,
    "sub": SERIAL,
    "iat": ISSUED,
    "nbf": STARTS_SECONDS,
    "exp": EXPIRY_SECONDS,
    **REST,
}
"""The claims under the names that RFC 7519 registers."""


def iso(seconds: int) -> str:
    """Return a time as RFC 3339 writes it."""
    from datetime import UTC, datetime  # noqa: PLC0415  # not every peer loads it

    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
