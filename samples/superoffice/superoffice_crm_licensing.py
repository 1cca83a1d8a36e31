"""The licensing of superoffice-crm.

    from superoffice_crm_licensing import superoffice_crm

    licensing = superoffice_crm.open()
    licensing.allows("area-mgt")

Written by `licensekit product`. Do not edit it: write it again when the pack changes.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Final, Literal, Protocol, Self, TypeAlias, TypeVar

from licensekit import (
    Access,
    BundleState,
    Count,
    Decision,
    Event,
    Explanation,
    Given,
    Health,
    Lease,
    LicensedPart,
    LicenseRow,
    LicensingChange,
    Meter,
    Notice,
    Seat,
    Source,
    Use,
)
from licensekit.product import Product

SystemLicense: TypeAlias = Literal[
    "area-mgt",
    "customer-centre",
    "exchange-sync",
    "expander-services",
    "online-webservices",
    "quote",
    "saint",
    "sale",
    "server",
    "system",
]
SiteLicense: TypeAlias = Literal[
    "audience",
    "reporter-studio",
    "satellite",
]
UserLicense: TypeAlias = Literal[
    "anonymous-user-cal",
    "complete",
    "contact-manager",
    "extern-user-cal",
    "mailing-cal",
    "marketing-pro",
    "outlook-synchronizer",
    "pocket-crm-cal",
    "project-cal",
    "quote-cal",
    "relation-cal",
    "remote-travel",
    "report-cal",
    "reporter-studio-user",
    "sale-cal",
    "sales-pro",
    "selection-cal",
    "selection-combined-cal",
    "service-client",
    "service-pro",
    "system-user-cal",
    "user",
    "web",
    "windows",
]
License: TypeAlias = SystemLicense | SiteLicense | UserLicense
WayToLogIn: TypeAlias = Literal[
    "anonymous",
    "external",
    "pocket",
    "system",
    "web",
    "windows",
]
F = TypeVar("F", bound=Callable[..., object])


class SiteLicensing(Protocol):
    """What a site may do; `licensekit.Holder` documents each question."""

    def allows(self, code: License, at_least: Access = Access.FULL) -> bool: ...
    def access(self, code: License) -> Access: ...
    def require(self, code: License, at_least: Access = Access.FULL) -> None: ...
    def explain(self, code: License) -> Given: ...
    def unavailable(self, function: str) -> tuple[Event, ...]: ...


class UserLicensing(SiteLicensing, Protocol):
    """What a user may do; `licensekit.User` documents each question."""

    def may_login(self, way: WayToLogIn) -> Decision: ...


class SuperofficeCrmLicensing(Protocol):
    """What the installation may do; `licensekit.Licensing` documents each question."""

    def allows(self, code: SystemLicense, at_least: Access = Access.FULL) -> bool: ...
    def access(self, code: SystemLicense) -> Access: ...
    def require(self, code: SystemLicense, at_least: Access = Access.FULL) -> None: ...
    def requires(self, code: SystemLicense) -> Callable[[F], F]: ...
    def count(self, code: License) -> Count: ...
    def explain(self, code: License) -> tuple[Explanation, ...]: ...
    def setting(self, code: Literal["systems"]) -> str: ...
    def user(
        self,
        user_id: str,
        site: str | None = None,
        licenses: Iterable[SiteLicense | UserLicense] | None = None,
    ) -> UserLicensing: ...
    def site(self, site_id: str) -> SiteLicensing: ...
    def seen(self, user_id: str) -> None: ...
    def seat(
        self,
        code: UserLicense,
        *,
        holder: str,
        ttl: int = 120,
        wait: float = 0,
        at_least: Access = Access.FULL,
        on_lost: Callable[[Lease], object] | None = None,
    ) -> Seat: ...
    def meter(self, code: SystemLicense) -> Meter: ...
    def unavailable(self, function: str) -> tuple[Event, ...]: ...
    @property
    def source(self) -> Source: ...
    @property
    def status(self) -> BundleState | None: ...
    @property
    def company(self) -> str | None: ...
    @property
    def serial(self) -> str | None: ...
    @property
    def use(self) -> Use | None: ...
    @property
    def is_trial(self) -> bool: ...
    @property
    def days_left(self) -> int | None: ...
    @property
    def covered_until(self) -> date | None: ...
    @property
    def parts(self) -> tuple[LicensedPart, ...]: ...
    @property
    def licenses(self) -> tuple[LicenseRow, ...]: ...
    @property
    def notices(self) -> tuple[Notice, ...]: ...
    @property
    def health(self) -> Health: ...
    def metric_lines(self) -> Iterator[str]: ...
    @property
    def revision(self) -> int: ...
    def on_change(
        self, callback: Callable[[LicensingChange], object]
    ) -> Callable[[], object]: ...
    def wait_until(
        self, predicate: Callable[[Self], object], timeout: float | None = None
    ) -> bool: ...
    async def changed(self, since: int | None = None) -> int: ...
    def refresh(self) -> None: ...
    def close(self) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...


ROOT: Final = "lkroot1-dfhf2qlmtshobifzsdzgu6heyyped454nqvgfjgp2zapb63mqxmq"
PACK: Final = (
    "lk1-root.AQH24Hy/i0JqJ3Bgt/O1Nz4oIMgTognOw1/JrL85nPnAvPAfI0sYS+6p94GzcDLZnoW1blc"
    "4oma1oZ9LjZ+I3duVgDjC5euGqgCWr3N1cGVyb2ZmaWNlLWNybatzdXBlcm9mZmljZQEBkZIBxCB8OFg"
    "crWAXYp+pthhU+FbeekjYXnW7MEosgOYsOrw+wIA\n"
    "lk1-trust.AQH24Hy/i0JqJw2zZQ1SDI6mFAG6KlFR3HIrHmOQky2bHPcPC7+lLhKCBah1exJ0kHi0eG"
    "x9b3cO9MSL+XE+pVO2/NcbcquZ5QGXr3N1cGVyb2ZmaWNlLWNybQEBzmrmgQDAkZcBxCAQUJlppOb3MM"
    "jT+x397mCAI2yIpY77JlxySV7crjSgCK9URVNUIEtFWSB2ZW5kb3IAAMCWlAABAgORq3N1cGVyb2ZmaW"
    "NlkwABAsDAwIA\n"
    "lk1-catalog.AQEjkYT3+43n/iaOPB5QjqvxuZE2glafgILLkuJr3mqQJH1OUgTVSzGOElQozxZcXE0d"
    "4uo5L9Skp7tAY65qibsWm739bGja+w2dq3N1cGVyb2ZmaWNlr3N1cGVyb2ZmaWNlLWNybQEBAc5q5oEA"
    "gqZpc3N1ZXKrU3VwZXJPZmZpY2WncHJvZHVjdK9TdXBlck9mZmljZSBDUk2Co2J1edkoaHR0cHM6Ly9l"
    "eGFtcGxlLmNvbS9zdXBlcm9mZmljZS9saWNlbnNlc6dzdXBwb3J0u21haWx0bzpsaWNlbnNlc0BleGFt"
    "cGxlLmNvbd4AJbJhbm9ueW1vdXMtdXNlci1jYWyeAq5Bbm9ueW1vdXMgdXNlctktVGhlIGxvZ2luIHJp"
    "Z2h0IG9mIHZpc2l0b3JzIHdobyBnaXZlIG5vIG5hbWUuwsPAkJAAwsDAwICoYXJlYS1tZ3SeAK9BcmVh"
    "IE1hbmFnZW1lbnTZOEFyZWFzIGNhbiBiZSBkZWZpbmVkLCBhbmQgd2l0aCB0aGVtIHNhdGVsbGl0ZSBk"
    "YXRhYmFzZXMuwsLAkJAAwsDAwICoYXVkaWVuY2WeAahBdWRpZW5jZdk6U28gbWFueSBzaXRlcyBtYXkg"
    "cHVibGlzaCB0byBwZW9wbGUgb3V0c2lkZSB3aXRoIEF1ZGllbmNlLsLCwJCRsWV4cGFuZGVyLXNlcnZp"
    "Y2VzAMLAwMCAqGNvbXBsZXRlngKxQ29tcGxldGUgQ1JNIFVzZXLZK1N0YW5kYXJkIENSTSwgU2FsZSBh"
    "bmQgU3VwZXJPZmZpY2UgU2VydmljZS7DwsCSqXNhbGVzLXByb6tzZXJ2aWNlLXByb5AAwsDAwICvY29u"
    "dGFjdC1tYW5hZ2VyngKxU3RhbmRhcmQgQ1JNIFVzZXLZS1N0YW5kYXJkIENSTTogY29tcGFuaWVzLCBj"
    "b250YWN0cywgZGlhcnksIHByb2plY3RzLCBzZWxlY3Rpb25zIGFuZCByZXBvcnRzLsPCwJarcHJvamVj"
    "dC1jYWyscmVsYXRpb24tY2FsqnJlcG9ydC1jYWytc2VsZWN0aW9uLWNhbKR1c2Vyo3dlYpAAwsDAwICv"
    "Y3VzdG9tZXItY2VudHJlngCvQ3VzdG9tZXIgQ2VudHJl2TZUaGUgcGFnZSBvbiB3aGljaCBjdXN0b21l"
    "cnMgZm9sbG93IHRoZWlyIG93biByZXF1ZXN0cy7CwsCQkADCwMDAgK1leGNoYW5nZS1zeW5jngC1RXhj"
    "aGFuZ2UgU3luY2hyb25pemVy2TZLZWVwcyBkaWFyaWVzIGFuZCBjb250YWN0cyBpbiBzdGVwIHdpdGgg"
    "YSBtYWlsIHNlcnZlci7CwsCQkADCwMDAgLFleHBhbmRlci1zZXJ2aWNlc54AvVN1cGVyT2ZmaWNlIEV4"
    "cGFuZGVyIFNlcnZpY2Vz2UtPcGVucyB0aGUgc3lzdGVtIHRvIGV4dGVybmFsIGFuZCBhbm9ueW1vdXMg"
    "dXNlcnMgYW5kIHRvIHByb2dyYW1zIG9mIG90aGVycy7CwsCTsmFub255bW91cy11c2VyLWNhbK9leHRl"
    "cm4tdXNlci1jYWyvc3lzdGVtLXVzZXItY2FskADCwMDAgK9leHRlcm4tdXNlci1jYWyeAq1FeHRlcm5h"
    "bCB1c2Vy2TVUaGUgbG9naW4gcmlnaHQgb2YgcGVvcGxlIG91dHNpZGUsIHN1Y2ggYXMgY3VzdG9tZXJz"
    "LsLDwJCQAMLAwMCAq21haWxpbmctY2FsngKoTWFpbGluZ3OgwsPAkJAAwsDAwICtbWFya2V0aW5nLXBy"
    "b54Crk1hcmtldGluZyBVc2Vy2SZTdGFuZGFyZCBDUk0gYW5kIHRoZSBNYXJrZXRpbmcgbW9kdWxlLsPC"
    "wJOvY29udGFjdC1tYW5hZ2Vyq21haWxpbmctY2FstnNlbGVjdGlvbi1jb21iaW5lZC1jYWyQAMLAwMCA"
    "sm9ubGluZS13ZWJzZXJ2aWNlc54As09ubGluZSBXZWIgU2VydmljZXPZI0xldHMgcGVvcGxlIHdvcmsg"
    "ZnJvbSBhIHdlYiBjbGllbnQuwsLAkJAAwsDAwIC0b3V0bG9vay1zeW5jaHJvbml6ZXKeArRPdXRsb29r"
    "IFN5bmNocm9uaXplctkjS2VlcHMgYSB1c2VyJ3Mgb3duIE91dGxvb2sgaW4gc3RlcC7CwsCQkaR1c2Vy"
    "AMLAwMCArnBvY2tldC1jcm0tY2FsngKqUG9ja2V0IENSTbdUaGUgYXBwIGZvciB0ZWxlcGhvbmVzLsLC"
    "wJCRpHVzZXIAwsDAwICrcHJvamVjdC1jYWyeAqhQcm9qZWN0c6DCw8CQkADCwMDAgKVxdW90ZZ4AtlNh"
    "bGVzIFF1b3RlIE1hbmFnZW1lbnS5UXVvdGVzLCBtYWRlIGZyb20gYSBzYWxlLsLCwJCQAMLAwMCAqXF1"
    "b3RlLWNhbJ4CsVNhbGUgUXVvdGUgQWNjZXNz2SZXb3JrIHdpdGggcXVvdGVzLCBiZXNpZGUgU3RhbmRh"
    "cmQgQ1JNLsLCwJCSpXF1b3RlpHVzZXIAwsDAwICscmVsYXRpb24tY2FsngKpUmVsYXRpb25zoMLDwJCQ"
    "AMLAwMCArXJlbW90ZS10cmF2ZWyeAq1SZW1vdGUgVHJhdmVs2UZUYWtlcyBwYXJ0IG9mIHRoZSBkYXRh"
    "YmFzZSBhbG9uZywgYW5kIGJyaW5ncyBpdCB1cCB0byBkYXRlIGFmdGVyd2FyZHMuwsLAkJGnd2luZG93"
    "cwDCwMDAgKpyZXBvcnQtY2FsngKnUmVwb3J0c6DCw8CQkADCwMDAgK9yZXBvcnRlci1zdHVkaW+eAa9S"
    "ZXBvcnRlciBTdHVkaW/ZLFNvIG1hbnkgc2l0ZXMgbWF5IHdvcmsgd2l0aCBSZXBvcnRlciBTdHVkaW8u"
    "wsLAkbRyZXBvcnRlci1zdHVkaW8tdXNlcpAAwsDAwIC0cmVwb3J0ZXItc3R1ZGlvLXVzZXKeArRSZXBv"
    "cnRlciBTdHVkaW8gdXNlcqDCw8CQkADCwMDAgKVzYWludJ4AslNhbGVzIEludGVsbGlnZW5jZdk7U3Rh"
    "dHVzIG1vbml0b3JzIHRoYXQgd2F0Y2ggaG93IGN1c3RvbWVycyBhbmQgc2FsZXMgZGV2ZWxvcC7CwsCQ"
    "kADCwMDAgKRzYWxlngCkU2FsZdlGVGhlIHBhbmVsIHdpdGggc2FsZXM6IHJlYWQgYnkgYWxsLCB3cml0"
    "dGVuIGJ5IHRob3NlIHdpdGggdGhlIHJpZ2h0IHRvLsLDqHNhbGUtY2FskJAAwsDAwICoc2FsZS1jYWye"
    "AqtTYWxlLCB3cml0ZbxNYWtlcyB0aGUgcGFuZWwgYHNhbGVgIGZ1bGwuwsPAkJAAwsDAwICpc2FsZXMt"
    "cHJvngKqU2FsZXMgVXNlctlOU3RhbmRhcmQgQ1JNIGFuZCB0aGUgU2FsZSBtb2R1bGUsIHdpdGggcXVv"
    "dGVzIHdoZXJlIHRoZSBpbnN0YWxsYXRpb24gaGFzIHRoZW0uw8LAla9jb250YWN0LW1hbmFnZXKpcXVv"
    "dGUtY2FspHNhbGWoc2FsZS1jYWy2c2VsZWN0aW9uLWNvbWJpbmVkLWNhbJAAwsDAwICpc2F0ZWxsaXRl"
    "ngGpU2F0ZWxsaXRl2StTbyBtYW55IHNhdGVsbGl0ZSBkYXRhYmFzZXMgbWF5IGJlIGRlZmluZWQuwsLA"
    "kJGoYXJlYS1tZ3QAw8DAwICtc2VsZWN0aW9uLWNhbJ4CqlNlbGVjdGlvbnOgwsPAkJAAwsDAwIC2c2Vs"
    "ZWN0aW9uLWNvbWJpbmVkLWNhbJ4Cs0NvbWJpbmVkIHNlbGVjdGlvbnOgwsPAkJAAwsDAwICmc2VydmVy"
    "ngCyU3VwZXJPZmZpY2UgU2VydmVy2T9UaGUgc2VydmVyIGl0c2VsZi4gRXZlcnkgb3RoZXIgbW9kdWxl"
    "IGFuZCBldmVyeSBsb2dpbiBuZWVkcyBpdC7CwsCQkADCwMDAgK5zZXJ2aWNlLWNsaWVudJ4CrlNlcnZp"
    "Y2UgY2xpZW50oMLDwJCQAMLAwMCAq3NlcnZpY2UtcHJvngKsU2VydmljZSBVc2Vy2SVTdGFuZGFyZCBD"
    "Uk0gYW5kIFN1cGVyT2ZmaWNlIFNlcnZpY2Uuw8LAkq9jb250YWN0LW1hbmFnZXKuc2VydmljZS1jbGll"
    "bnSQAMLAwMCApnN5c3RlbZ4ApnN5c3RlbdlNU3BlY2lmaWVzIHdoaWNoIHN5c3RlbXMgeW91IGhhdmUg"
    "YWNjZXNzIHRvLiBUaGUgc2V0dGluZyBgc3lzdGVtc2AgbmFtZXMgdGhlbS7CwsCQkADCwMDAgK9zeXN0"
    "ZW0tdXNlci1jYWyeAqtTeXN0ZW0gdXNlcrxUaGUgbG9naW4gcmlnaHQgb2YgcHJvZ3JhbXMuwsPAkJAA"
    "wsDAwICkdXNlcp4Cq0xvZ2luIHJpZ2h0vk1heSBsb2cgaW4gdG8gU3VwZXJPZmZpY2UgQ1JNLsLDwJCQ"
    "AMLAwMCAo3dlYp4CqldlYiBjbGllbnTZMVRoZSBjbGllbnQgbGljZW5zZSBmb3IgU3RhbmRhcmQgQ1JN"
    "IGluIGEgYnJvd3Nlci7Cw8CQkADCwMDAgKd3aW5kb3dzngKrV2luZG93cyBBcHC3VGhlIGNsaWVudCBm"
    "b3IgV2luZG93cy7CwsCQkaR1c2VyAMLAwMCAgadzeXN0ZW1zlwC6U3lzdGVtcyB5b3UgaGF2ZSBhY2Nl"
    "c3MgdG/AwJCjYWxsAIapYW5vbnltb3VzkpKyYW5vbnltb3VzLXVzZXItY2FspnNlcnZlcpEDqGV4dGVy"
    "bmFskpKvZXh0ZXJuLXVzZXItY2FspnNlcnZlcpEBpnBvY2tldJKTrnBvY2tldC1jcm0tY2FspnNlcnZl"
    "cqR1c2VykQCmc3lzdGVtkpKmc2VydmVyr3N5c3RlbS11c2VyLWNhbJECo3dlYpKUsm9ubGluZS13ZWJz"
    "ZXJ2aWNlc6ZzZXJ2ZXKkdXNlcqN3ZWKRAKd3aW5kb3dzkpOmc2VydmVypHVzZXKnd2luZG93c5EAg6pz"
    "YWxlcy10ZWFtlapTYWxlcyB0ZWFtg7JvbmxpbmUtd2Vic2VydmljZXMBpXF1b3RlAaZzZXJ2ZXIBgIKu"
    "cG9ja2V0LWNybS1jYWwKqXNhbGVzLXBybwqArHNlcnZpY2UtZGVza5WsU2VydmljZSBkZXNrhK9jdXN0"
    "b21lci1jZW50cmUBsWV4cGFuZGVyLXNlcnZpY2VzAbJvbmxpbmUtd2Vic2VydmljZXMBpnNlcnZlcgGA"
    "gq9jb250YWN0LW1hbmFnZXIFq3NlcnZpY2UtcHJvBYCtc3RhbmRhcmQtdGVhbZWtU3RhbmRhcmQgdGVh"
    "bYKyb25saW5lLXdlYnNlcnZpY2VzAaZzZXJ2ZXIBgIGvY29udGFjdC1tYW5hZ2VyCoCA\n"
)

superoffice_crm: Final = Product[SuperofficeCrmLicensing](
    "superoffice-crm",
    root=ROOT,
    pack=PACK,
    released=None,
)
