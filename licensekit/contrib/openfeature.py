"""A provider for OpenFeature, with licenses, settings and ways to log in as flags."""

from asyncio import to_thread
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from math import inf
from typing import Any, Final, TypeVar, cast

from openfeature.evaluation_context import EvaluationContext  # pyright: ignore[reportMissingTypeStubs]  # it has types
from openfeature.event import ProviderEventDetails
from openfeature.exception import FlagNotFoundError, TargetingKeyMissingError, TypeMismatchError
from openfeature.flag_evaluation import FlagResolutionDetails, FlagValueType, Reason
from openfeature.provider import AbstractProvider, Metadata  # pyright: ignore[reportMissingTypeStubs]  # it has types

from licensekit.contrib.gate import Opened, asked_about
from licensekit.contrib.problems import problem_of
from licensekit.errors import NotEntitled, UnknownCode, WrongKind, plain_value
from licensekit.runtime.changes import LicensingChange
from licensekit.runtime.licensing import Licensing
from licensekit.wire.plain import word

T = TypeVar("T")
Question = Callable[[Licensing, str, str | None], Any]  # returns the value of a code for a user, or the refusal
_OBJECT: Final = cast("type[Sequence[FlagValueType] | Mapping[str, FlagValueType]]", (dict, list))


def _allows(licensing: Licensing, code: str, user: str | None) -> bool | NotEntitled:
    try:
        asked_about(licensing, code, user).require(code)
    except NotEntitled as error:
        return error
    return True


def _explanation(licensing: Licensing, code: str, user: str | None) -> object:
    if user is None:
        return [one.plain() for one in licensing.explain(code)]
    given = licensing.user(user).explain(code)
    return plain_value({**given._asdict(), "access": word(given.access)})


_ASK: Final[Mapping[str, Question]] = {
    "allows": _allows,
    "access": lambda licensing, code, user: word(asked_about(licensing, code, user).access(code)),
    "total": lambda licensing, code, _: inf if (total := licensing.count(code).total) is None else total,
    "setting": lambda licensing, code, _: licensing.setting(code),
    "explanation": _explanation,
    "decision": lambda licensing, code, user: licensing.user(user or "").may_login(code).plain(),
}


def _resolvers(kind: type[T], *questions: str) -> tuple[Callable[..., FlagResolutionDetails[T]], Any]:
    """Return a sync and an async method that resolve a flag by the first of `questions` that knows its code."""

    def resolve(
        self: "LicenseProvider", flag_key: str, default_value: T, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[T]:
        user = (evaluation_context and evaluation_context.targeting_key) or None
        for question in questions:
            with suppress(UnknownCode):
                try:
                    return _resolved(kind, _ASK[question](self.licensing, flag_key, user), default_value, user)
                except WrongKind as error:
                    raise TargetingKeyMissingError(str(error)) from error
        raise FlagNotFoundError(f"no catalog has `{flag_key}`")

    async def resolve_async(*args: Any, **kwargs: Any) -> FlagResolutionDetails[T]:
        return await to_thread(resolve, *args, **kwargs)  # a first question about a user reads the database

    return resolve, resolve_async


def _resolved(kind: type[T], found: Any, default: T, user: str | None) -> FlagResolutionDetails[T]:
    if found is None:
        return FlagResolutionDetails(default, reason=Reason.DEFAULT)
    about = problem_of(found) if isinstance(found, NotEntitled) else {}
    value: Any = False if about else float(found) if kind is float and type(found) is int else found
    if not isinstance(value, kind) or isinstance(value, bool) is not (kind is bool):
        raise TypeMismatchError(f"it is {value!r}")
    return FlagResolutionDetails(value, reason=Reason.TARGETING_MATCH if user else Reason.STATIC, flag_metadata=about)


class LicenseProvider(AbstractProvider):
    """Resolves flags named as codes of catalogs; the targeting key is the user (`docs/how-to/frameworks.md`).

    The metadata of a refusal has the members of its problem document.
    """

    def __init__(self, licensing: Opened) -> None:
        super().__init__()
        self.licensing = cast("Licensing", licensing)
        self._known: tuple[dict[str, object], dict[str, int]] = {}, {}
        self._cancel: Callable[[], object] = dict

    resolve_boolean_details, resolve_boolean_details_async = _resolvers(bool, "allows", "setting")
    resolve_string_details, resolve_string_details_async = _resolvers(str, "setting", "access")
    resolve_integer_details, resolve_integer_details_async = _resolvers(int, "setting", "total")
    resolve_float_details, resolve_float_details_async = _resolvers(float, "setting", "total")
    resolve_object_details, resolve_object_details_async = _resolvers(_OBJECT, "explanation", "decision")

    def get_metadata(self) -> Metadata:
        """Return the name of the provider."""
        return Metadata("licensekit")

    def initialize(self, evaluation_context: EvaluationContext) -> None:  # noqa: ARG002  # the interface has it
        """Start to report changes."""
        self._known = self._look()
        self._cancel = self.licensing.on_change(self._report)

    def shutdown(self) -> None:
        """Stop reporting changes; the licensing stays open."""
        self._cancel()

    def _look(self) -> tuple[dict[str, object], dict[str, int]]:
        """Return code to value, and license code to how many are in use."""
        rows = self.licensing.licenses
        given: dict[str, object] = {row.code: row._replace(in_use=0) for row in rows}
        return {**given, **self.licensing.entitlements.settings.values}, {row.code: row.in_use for row in rows}

    def _report(self, change: LicensingChange) -> None:
        (given, in_use), self._known = self._known, self._look()
        # A changed assignment may change any flag, even with the same numbers: then no flag is named.
        differ = given.items() ^ self._known[0].items() if in_use == self._known[1] else ()
        changed = sorted({code for code, _ in differ}) or None
        self.emit_provider_configuration_changed(ProviderEventDetails(changed, metadata={"revision": change.revision}))
