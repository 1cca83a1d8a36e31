"""The provider, asked through the SDK: values, reasons, error codes, hooks and events."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from math import inf
from typing import Any

import pytest
from openfeature import api
from openfeature.client import OpenFeatureClient
from openfeature.evaluation_context import EvaluationContext  # pyright: ignore[reportMissingTypeStubs]  # it has types
from openfeature.event import EventDetails, ProviderEvent
from openfeature.exception import ErrorCode
from openfeature.flag_evaluation import FlagEvaluationOptions, Reason
from openfeature.hook import Hook  # pyright: ignore[reportMissingTypeStubs]  # likewise

from licensekit import Licensing
from licensekit.contrib.openfeature import LicenseProvider
from licensekit.product import Product
from licensekit.testing import TestLicensing
from licensekit.wire.documents import Kind, LoginRule, SettingType, UserKind
from samples.frameworks.openfeature_flags import flags
from samples.superoffice.superoffice_crm_licensing import superoffice_crm
from tests import homes, makers

pytestmark = pytest.mark.framework

ANNA = EvaluationContext("anna")
CATALOG = makers.catalog(
    licenses={
        "quote": makers.license_entry(Kind.SYSTEM),
        "saint": makers.license_entry(Kind.SYSTEM),
        "plan": makers.license_entry(Kind.USER),
    },
    settings={
        "tier": makers.setting(SettingType.TEXT, default="silver"),
        "rows": makers.setting(SettingType.NUMBER, default=100),
        "beta": makers.setting(SettingType.BOOLEAN, default=True),
        "bare": makers.setting(SettingType.TEXT),
    },
    access={"web": LoginRule(all=["plan"], users=[UserKind.ASSOCIATE])},
)
CRM: Product[Licensing] = Product(makers.PRODUCT, root=homes.PIN, pack=homes.pack(CATALOG))


@pytest.fixture
def licensing() -> Iterator[TestLicensing]:
    """Quotes, and a plan that anna holds."""
    with CRM.testing(system=["quote"], users={"plan": 3}, expiry=30) as one:
        one.assign("anna", "plan")
        yield one


@pytest.fixture
def client(licensing: TestLicensing) -> Iterator[OpenFeatureClient]:
    """A client of the SDK, whose provider is ours."""
    api.set_provider_and_wait(LicenseProvider(licensing))
    yield api.get_client()
    api.shutdown()
    api.clear_providers()


@pytest.mark.parametrize(
    ("code", "context", "value", "reason"),
    [
        ("quote", None, True, Reason.STATIC),
        ("saint", None, False, Reason.STATIC),
        ("plan", ANNA, True, Reason.TARGETING_MATCH),
        ("plan", EvaluationContext("bob"), False, Reason.TARGETING_MATCH),
        ("beta", None, True, Reason.STATIC),
    ],
)
def test_a_boolean_is_whether_it_may_be_used(
    client: OpenFeatureClient, code: str, context: EvaluationContext | None, reason: Reason, *, value: bool
) -> None:
    found = client.get_boolean_details(code, not value, context)
    assert (found.value, found.reason, found.error_code) == (value, reason, None)


def test_a_refusal_says_why(client: OpenFeatureClient, licensing: TestLicensing) -> None:
    licensing.travel(31)
    about = client.get_boolean_details("quote", True).flag_metadata
    assert (about["reason"], about["license"]) == ("expired", "quote")


def test_a_text_is_a_setting_or_the_access(client: OpenFeatureClient) -> None:
    assert client.get_string_value("tier", "") == "silver"
    assert client.get_string_value("quote", "") == "full"
    assert client.get_string_value("plan", "", ANNA) == "full"
    assert client.get_string_value("saint", "") == "none"


def test_a_number_is_a_setting_or_the_count(client: OpenFeatureClient, licensing: TestLicensing) -> None:
    assert client.get_integer_value("rows", 0) == 100
    assert client.get_integer_value("plan", 0) == 3
    assert client.get_float_value("rows", 0.0) == 100.0
    licensing.grant(users={"plan": None})
    assert client.get_float_value("plan", 0.0) == inf
    unrestricted = client.get_integer_details("plan", 7)
    assert (unrestricted.value, unrestricted.error_code) == (7, ErrorCode.TYPE_MISMATCH)


def test_an_object_is_an_explanation_or_a_decision(client: OpenFeatureClient) -> None:
    (bundle,) = client.get_object_value("quote", [])
    assert isinstance(bundle, dict)
    assert (bundle["state"], bundle["access"]) == ("active", "full")
    given = client.get_object_value("plan", {}, EvaluationContext("bob"))
    assert isinstance(given, dict)
    assert given["access"] == "none"
    assert json.dumps(given)
    assert client.get_object_value("web", {}, ANNA) == {"allowed": True, "reasons": [], "messages": []}
    denied: Any = client.get_object_value("web", {})
    assert [one["code"] for one in denied["reasons"]] == ["unknown-user"]


@pytest.mark.parametrize("kind", ["boolean", "string", "integer", "float", "object"])
def test_what_no_catalog_has_is_not_found(client: OpenFeatureClient, kind: str) -> None:
    defaults: dict[str, Any] = {"boolean": True, "string": "x", "integer": 1, "float": 1.5, "object": {}}
    default = defaults[kind]
    found = getattr(client, f"get_{kind}_details")("qoute", default)
    assert (found.value, found.error_code, found.reason) == (default, ErrorCode.FLAG_NOT_FOUND, Reason.ERROR)


def test_a_users_license_needs_a_targeting_key(client: OpenFeatureClient) -> None:
    assert client.get_boolean_details("plan", False).error_code is ErrorCode.TARGETING_KEY_MISSING


@pytest.mark.parametrize(
    ("kind", "code"), [("integer", "tier"), ("integer", "beta"), ("string", "rows"), ("float", "beta")]
)
def test_a_setting_of_another_type_is_a_mismatch(client: OpenFeatureClient, kind: str, code: str) -> None:
    default: Any = {"integer": 1, "string": "x", "float": 1.5}[kind]
    found = getattr(client, f"get_{kind}_details")(code, default)
    assert (found.value, found.error_code) == (default, ErrorCode.TYPE_MISMATCH)


def test_a_setting_that_has_no_value_has_the_default_of_whoever_asks(client: OpenFeatureClient) -> None:
    found = client.get_string_details("bare", "plain")
    assert (found.value, found.reason) == ("plain", Reason.DEFAULT)


def test_a_database_that_is_away_is_an_error_about_an_unknown_user(
    client: OpenFeatureClient, licensing: TestLicensing
) -> None:
    with licensing.lose_database():
        assert client.get_boolean_value("quote", False) is True
        assert client.get_boolean_details("plan", False, EvaluationContext("new")).error_code is ErrorCode.GENERAL


def test_hooks_see_what_was_answered(client: OpenFeatureClient) -> None:
    seen: list[Any] = []

    class Noting(Hook):
        """Notes each answer."""

        def after(self, hook_context: Any, details: Any, hints: Any) -> None:
            seen.append((hook_context.flag_key, details.value, hook_context.provider_metadata.name, hints))

    client.get_boolean_value("quote", False, None, FlagEvaluationOptions([Noting()]))
    assert seen == [("quote", True, "licensekit", {})]


def test_tasks_ask_in_a_thread(client: OpenFeatureClient, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    user = Licensing.user

    def noting(licensing: Licensing, *given: Any) -> Any:
        asked.append(threading.current_thread().name)
        return user(licensing, *given)

    monkeypatch.setattr(Licensing, "user", noting)
    assert asyncio.run(client.get_boolean_value_async("plan", False, ANNA)) is True
    assert asked
    assert all(name.startswith("asyncio") for name in asked)


class Listener:
    """Collects what the SDK reports."""

    def __init__(self) -> None:
        self.heard: list[EventDetails] = []
        self._came = threading.Event()
        api.add_handler(ProviderEvent.PROVIDER_CONFIGURATION_CHANGED, self._note)

    def _note(self, details: EventDetails) -> None:
        self.heard.append(details)
        self._came.set()

    def next(self) -> EventDetails:
        """Wait for a report."""
        assert self._came.wait(30)
        self._came.clear()
        return self.heard[-1]

    def close(self) -> None:
        """Listen no more."""
        with suppress(ValueError):  # a shutdown has removed it
            api.remove_handler(ProviderEvent.PROVIDER_CONFIGURATION_CHANGED, self._note)


@pytest.fixture
def listener(client: OpenFeatureClient) -> Iterator[Listener]:
    """Who listens to changes of `client`."""
    assert client is not None
    one = Listener()
    yield one
    one.close()


def test_a_change_of_the_license_names_its_flags(listener: Listener, licensing: TestLicensing) -> None:
    licensing.grant(system=["quote", "saint"], settings={"tier": "gold"})
    assert listener.next().flags_changed == ["saint", "tier"]


def test_a_change_of_who_holds_what_may_be_of_any_flag(listener: Listener, licensing: TestLicensing) -> None:
    licensing.assign("bob", "plan")
    assert listener.next().flags_changed is None


def test_nothing_is_reported_after_shutdown(listener: Listener, licensing: TestLicensing) -> None:
    later: list[int] = []
    api.shutdown()
    cancel = licensing.on_change(lambda change: later.append(change.revision))
    licensing.grant(system=["saint"])
    licensing.wait_until(lambda _: later, 30)
    cancel()
    assert listener.heard == []


def test_the_sample_shows_the_flags_of_a_user() -> None:
    with superoffice_crm.testing(system=["quote"], users={"sales-pro": 2}) as licensing:
        licensing.assign("anna", "sales-pro")
        api.set_provider_and_wait(LicenseProvider(licensing))
        assert list(flags("anna")) == [
            "quote: True, TARGETING_MATCH",
            "sales-pro: True, TARGETING_MATCH",
            "no-such-code: False, FLAG_NOT_FOUND",
            "sale: full",
            "plans: 2",
        ]
        assert list(flags("bob"))[1] == "sales-pro: False, unknown-user"
        assert list(flags(""))[1] == "sales-pro: False, TARGETING_KEY_MISSING"
        api.shutdown()
        api.clear_providers()
