"""What a program's questions are refused for: mistakes in it, no grant, and a seat that is lost."""

from typing import ClassVar

from licensekit.errors.coded import LicenseError, Message, Templates


class QuestionError(LicenseError):
    """A question that is a mistake in the program that asks it."""


class UnknownLicense(QuestionError):
    """A license code that no catalog has."""

    template = "no catalog has a license `{license}`; check the code against the catalog"
    license: str


class UnknownSetting(QuestionError):
    """A setting that no catalog has."""

    template = "no catalog has a setting `{setting}`; check the code against the catalog"
    setting: str


class UnknownIssuer(QuestionError):
    """An issuer whose catalog is not here."""

    template = "there is no issuer {issuer:quoted} here"
    issuer: str


class UnknownAccess(QuestionError):
    """A way to log in that no catalog has."""

    template = "no catalog has a way to log in called `{way}`; there are: {known:list none}"
    way: str
    known: tuple[str, ...]


class WrongKind(QuestionError):
    """A license of another kind than the question is about."""

    template: ClassVar[Templates] = {
        "kind": "`{license}` is a {kind} license, and this needs one of kind {wanted:list}",
        "seats": "`{license}` has no concurrent seats: it counts the users who hold it; ask `user(…).allows`",
    }
    reason: str
    license: str
    kind: str
    """What it is: `system`, `site` or `user`."""
    wanted: tuple[str, ...] = ()


class SeatMisused(QuestionError):
    """A seat that cannot be taken in this way."""

    template: ClassVar[Templates] = {
        "again": "this seat of `{license}` was taken for a block before; call `licensing.seat(…)` for each block",
        "blocking": "to wait here for a seat of `{license}` stops the event loop; use `async with`, or `take_async`",
        "no-loop": "a seat of `{license}` is awaited where no loop of asyncio runs; use `with` or `take`, in a thread",
    }
    reason: str
    license: str


class OriginInvalid(QuestionError):
    """An address by which browsers would reach the console, and that is none."""

    template = "{address:quoted} is no address like https://licenses.example.com:8443"
    hint_template = "give a scheme, a host and perhaps a port"
    address: str


class NotEntitled(LicenseError):
    """`require`: the license does not grant what is needed; `why` is the reason."""

    template = "`{license}` is not granted: {why}; {why.hint}"
    license: str
    why: Message
    holder: str = ""
    """Who asked for it, where it is not the installation as a whole."""


class LeaseLost(LicenseError):
    """A seat that was held and is not any more; `reason` says why."""

    template: ClassVar[Templates] = {
        name: "the seat of `{license}` is not held by {holder} any more: " + why
        for name, why in {
            "released": "it was given back",
            "ended": "an administrator has ended it",
            "expired": "it was not renewed in time",
            "inherited": "it is the parent process's, and a forked child has none of its seats",
            "refused": "{refusal.message}",
            "gone": "the installation has no such lease now",
        }.items()
    }
    reason: str
    license: str
    holder: str
    lease: str
    """The id by which administrators see it."""
    refusal: LicenseError | None = None
    """Why it got no other seat when its license had fewer."""
