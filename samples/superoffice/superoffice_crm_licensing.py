"""What is licensed of superoffice-crm.

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
    def requires(
        self, code: SystemLicense, at_least: Access = Access.FULL
    ) -> Callable[[F], F]: ...
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
    "lk1-catalog.AQEjkYT3+43n/oD/SFgIIn6Poqe5K9Nn/M6UsVomAuPjWpMj+/OQOc5pm/DdI4iCn7HW"
    "Hd+1ENpjSuLdqWuFlik0C9sWtZI1UAydq3N1cGVyb2ZmaWNlr3N1cGVyb2ZmaWNlLWNybQEBAc5q5oEA"
    "gqZpc3N1ZXKrU3VwZXJPZmZpY2WncHJvZHVjdK9TdXBlck9mZmljZSBDUk2Bo2J1edkoaHR0cHM6Ly9l"
    "eGFtcGxlLmNvbS9zdXBlcm9mZmljZS9saWNlbnNlc94AJbJhbm9ueW1vdXMtdXNlci1jYWyeAq5Bbm9u"
    "eW1vdXMgdXNlctktVGhlIGxvZ2luIHJpZ2h0IG9mIHZpc2l0b3JzIHdobyBnaXZlIG5vIG5hbWUuwsPA"
    "kJAAwsDAwICoYXJlYS1tZ3SeAK9BcmVhIE1hbmFnZW1lbnTZOEFyZWFzIGNhbiBiZSBkZWZpbmVkLCBh"
    "bmQgd2l0aCB0aGVtIHNhdGVsbGl0ZSBkYXRhYmFzZXMuwsLAkJAAwsDAwICoYXVkaWVuY2WeAahBdWRp"
    "ZW5jZdk6U28gbWFueSBzaXRlcyBtYXkgcHVibGlzaCB0byBwZW9wbGUgb3V0c2lkZSB3aXRoIEF1ZGll"
    "bmNlLsLCwJCRsWV4cGFuZGVyLXNlcnZpY2VzAMLAwMCAqGNvbXBsZXRlngKxQ29tcGxldGUgQ1JNIFVz"
    "ZXLZK1N0YW5kYXJkIENSTSwgU2FsZSBhbmQgU3VwZXJPZmZpY2UgU2VydmljZS7DwsCSqXNhbGVzLXBy"
    "b6tzZXJ2aWNlLXByb5AAwsDAwICvY29udGFjdC1tYW5hZ2VyngKxU3RhbmRhcmQgQ1JNIFVzZXLZS1N0"
    "YW5kYXJkIENSTTogY29tcGFuaWVzLCBjb250YWN0cywgZGlhcnksIHByb2plY3RzLCBzZWxlY3Rpb25z"
    "IGFuZCByZXBvcnRzLsPCwJarcHJvamVjdC1jYWyscmVsYXRpb24tY2FsqnJlcG9ydC1jYWytc2VsZWN0"
    "aW9uLWNhbKR1c2Vyo3dlYpAAwsDAwICvY3VzdG9tZXItY2VudHJlngCvQ3VzdG9tZXIgQ2VudHJl2TZU"
    "aGUgcGFnZSBvbiB3aGljaCBjdXN0b21lcnMgZm9sbG93IHRoZWlyIG93biByZXF1ZXN0cy7CwsCQkADC"
    "wMDAgK1leGNoYW5nZS1zeW5jngC1RXhjaGFuZ2UgU3luY2hyb25pemVy2TZLZWVwcyBkaWFyaWVzIGFu"
    "ZCBjb250YWN0cyBpbiBzdGVwIHdpdGggYSBtYWlsIHNlcnZlci7CwsCQkADCwMDAgLFleHBhbmRlci1z"
    "ZXJ2aWNlc54AvVN1cGVyT2ZmaWNlIEV4cGFuZGVyIFNlcnZpY2Vz2UtPcGVucyB0aGUgc3lzdGVtIHRv"
    "IGV4dGVybmFsIGFuZCBhbm9ueW1vdXMgdXNlcnMgYW5kIHRvIHByb2dyYW1zIG9mIG90aGVycy7CwsCT"
    "smFub255bW91cy11c2VyLWNhbK9leHRlcm4tdXNlci1jYWyvc3lzdGVtLXVzZXItY2FskADCwMDAgK9l"
    "eHRlcm4tdXNlci1jYWyeAq1FeHRlcm5hbCB1c2Vy2TVUaGUgbG9naW4gcmlnaHQgb2YgcGVvcGxlIG91"
    "dHNpZGUsIHN1Y2ggYXMgY3VzdG9tZXJzLsLDwJCQAMLAwMCAq21haWxpbmctY2FsngKoTWFpbGluZ3Og"
    "wsPAkJAAwsDAwICtbWFya2V0aW5nLXByb54Crk1hcmtldGluZyBVc2Vy2SZTdGFuZGFyZCBDUk0gYW5k"
    "IHRoZSBNYXJrZXRpbmcgbW9kdWxlLsPCwJOvY29udGFjdC1tYW5hZ2Vyq21haWxpbmctY2FstnNlbGVj"
    "dGlvbi1jb21iaW5lZC1jYWyQAMLAwMCAsm9ubGluZS13ZWJzZXJ2aWNlc54As09ubGluZSBXZWIgU2Vy"
    "dmljZXPZI0xldHMgcGVvcGxlIHdvcmsgZnJvbSBhIHdlYiBjbGllbnQuwsLAkJAAwsDAwIC0b3V0bG9v"
    "ay1zeW5jaHJvbml6ZXKeArRPdXRsb29rIFN5bmNocm9uaXplctkjS2VlcHMgYSB1c2VyJ3Mgb3duIE91"
    "dGxvb2sgaW4gc3RlcC7CwsCQkaR1c2VyAMLAwMCArnBvY2tldC1jcm0tY2FsngKqUG9ja2V0IENSTbdU"
    "aGUgYXBwIGZvciB0ZWxlcGhvbmVzLsLCwJCRpHVzZXIAwsDAwICrcHJvamVjdC1jYWyeAqhQcm9qZWN0"
    "c6DCw8CQkADCwMDAgKVxdW90ZZ4AtlNhbGVzIFF1b3RlIE1hbmFnZW1lbnS5UXVvdGVzLCBtYWRlIGZy"
    "b20gYSBzYWxlLsLCwJCQAMLAwMCAqXF1b3RlLWNhbJ4CsVNhbGUgUXVvdGUgQWNjZXNz2SZXb3JrIHdp"
    "dGggcXVvdGVzLCBiZXNpZGUgU3RhbmRhcmQgQ1JNLsLCwJCSpXF1b3RlpHVzZXIAwsDAwICscmVsYXRp"
    "b24tY2FsngKpUmVsYXRpb25zoMLDwJCQAMLAwMCArXJlbW90ZS10cmF2ZWyeAq1SZW1vdGUgVHJhdmVs"
    "2UZUYWtlcyBwYXJ0IG9mIHRoZSBkYXRhYmFzZSBhbG9uZywgYW5kIGJyaW5ncyBpdCB1cCB0byBkYXRl"
    "IGFmdGVyd2FyZHMuwsLAkJGnd2luZG93cwDCwMDAgKpyZXBvcnQtY2FsngKnUmVwb3J0c6DCw8CQkADC"
    "wMDAgK9yZXBvcnRlci1zdHVkaW+eAa9SZXBvcnRlciBTdHVkaW/ZLFNvIG1hbnkgc2l0ZXMgbWF5IHdv"
    "cmsgd2l0aCBSZXBvcnRlciBTdHVkaW8uwsLAkbRyZXBvcnRlci1zdHVkaW8tdXNlcpAAwsDAwIC0cmVw"
    "b3J0ZXItc3R1ZGlvLXVzZXKeArRSZXBvcnRlciBTdHVkaW8gdXNlcqDCw8CQkADCwMDAgKVzYWludJ4A"
    "slNhbGVzIEludGVsbGlnZW5jZdk7U3RhdHVzIG1vbml0b3JzIHRoYXQgd2F0Y2ggaG93IGN1c3RvbWVy"
    "cyBhbmQgc2FsZXMgZGV2ZWxvcC7CwsCQkADCwMDAgKRzYWxlngCkU2FsZdlGVGhlIHBhbmVsIHdpdGgg"
    "c2FsZXM6IHJlYWQgYnkgYWxsLCB3cml0dGVuIGJ5IHRob3NlIHdpdGggdGhlIHJpZ2h0IHRvLsLDqHNh"
    "bGUtY2FskJAAwsDAwICoc2FsZS1jYWyeAqtTYWxlLCB3cml0ZbxNYWtlcyB0aGUgcGFuZWwgYHNhbGVg"
    "IGZ1bGwuwsPAkJAAwsDAwICpc2FsZXMtcHJvngKqU2FsZXMgVXNlctlOU3RhbmRhcmQgQ1JNIGFuZCB0"
    "aGUgU2FsZSBtb2R1bGUsIHdpdGggcXVvdGVzIHdoZXJlIHRoZSBpbnN0YWxsYXRpb24gaGFzIHRoZW0u"
    "w8LAla9jb250YWN0LW1hbmFnZXKpcXVvdGUtY2FspHNhbGWoc2FsZS1jYWy2c2VsZWN0aW9uLWNvbWJp"
    "bmVkLWNhbJAAwsDAwICpc2F0ZWxsaXRlngGpU2F0ZWxsaXRl2StTbyBtYW55IHNhdGVsbGl0ZSBkYXRh"
    "YmFzZXMgbWF5IGJlIGRlZmluZWQuwsLAkJGoYXJlYS1tZ3QAw8DAwICtc2VsZWN0aW9uLWNhbJ4CqlNl"
    "bGVjdGlvbnOgwsPAkJAAwsDAwIC2c2VsZWN0aW9uLWNvbWJpbmVkLWNhbJ4Cs0NvbWJpbmVkIHNlbGVj"
    "dGlvbnOgwsPAkJAAwsDAwICmc2VydmVyngCyU3VwZXJPZmZpY2UgU2VydmVy2T9UaGUgc2VydmVyIGl0"
    "c2VsZi4gRXZlcnkgb3RoZXIgbW9kdWxlIGFuZCBldmVyeSBsb2dpbiBuZWVkcyBpdC7CwsCQkADCwMDA"
    "gK5zZXJ2aWNlLWNsaWVudJ4CrlNlcnZpY2UgY2xpZW50oMLDwJCQAMLAwMCAq3NlcnZpY2UtcHJvngKs"
    "U2VydmljZSBVc2Vy2SVTdGFuZGFyZCBDUk0gYW5kIFN1cGVyT2ZmaWNlIFNlcnZpY2Uuw8LAkq9jb250"
    "YWN0LW1hbmFnZXKuc2VydmljZS1jbGllbnSQAMLAwMCApnN5c3RlbZ4ApnN5c3RlbdlNU3BlY2lmaWVz"
    "IHdoaWNoIHN5c3RlbXMgeW91IGhhdmUgYWNjZXNzIHRvLiBUaGUgc2V0dGluZyBgc3lzdGVtc2AgbmFt"
    "ZXMgdGhlbS7CwsCQkADCwMDAgK9zeXN0ZW0tdXNlci1jYWyeAqtTeXN0ZW0gdXNlcrxUaGUgbG9naW4g"
    "cmlnaHQgb2YgcHJvZ3JhbXMuwsPAkJAAwsDAwICkdXNlcp4Cq0xvZ2luIHJpZ2h0vk1heSBsb2cgaW4g"
    "dG8gU3VwZXJPZmZpY2UgQ1JNLsLDwJCQAMLAwMCAo3dlYp4CqldlYiBjbGllbnTZMVRoZSBjbGllbnQg"
    "bGljZW5zZSBmb3IgU3RhbmRhcmQgQ1JNIGluIGEgYnJvd3Nlci7Cw8CQkADCwMDAgKd3aW5kb3dzngKr"
    "V2luZG93cyBBcHC3VGhlIGNsaWVudCBmb3IgV2luZG93cy7CwsCQkaR1c2VyAMLAwMCAgadzeXN0ZW1z"
    "lwC6U3lzdGVtcyB5b3UgaGF2ZSBhY2Nlc3MgdG/AwJCjYWxsAIapYW5vbnltb3VzkpKyYW5vbnltb3Vz"
    "LXVzZXItY2FspnNlcnZlcpEDqGV4dGVybmFskpKvZXh0ZXJuLXVzZXItY2FspnNlcnZlcpEBpnBvY2tl"
    "dJKTrnBvY2tldC1jcm0tY2FspnNlcnZlcqR1c2VykQCmc3lzdGVtkpKmc2VydmVyr3N5c3RlbS11c2Vy"
    "LWNhbJECo3dlYpKUsm9ubGluZS13ZWJzZXJ2aWNlc6ZzZXJ2ZXKkdXNlcqN3ZWKRAKd3aW5kb3dzkpOm"
    "c2VydmVypHVzZXKnd2luZG93c5EAg6pzYWxlcy10ZWFtlapTYWxlcyB0ZWFtg7JvbmxpbmUtd2Vic2Vy"
    "dmljZXMBpXF1b3RlAaZzZXJ2ZXIBgIKucG9ja2V0LWNybS1jYWwKqXNhbGVzLXBybwqArHNlcnZpY2Ut"
    "ZGVza5WsU2VydmljZSBkZXNrhK9jdXN0b21lci1jZW50cmUBsWV4cGFuZGVyLXNlcnZpY2VzAbJvbmxp"
    "bmUtd2Vic2VydmljZXMBpnNlcnZlcgGAgq9jb250YWN0LW1hbmFnZXIFq3NlcnZpY2UtcHJvBYCtc3Rh"
    "bmRhcmQtdGVhbZWtU3RhbmRhcmQgdGVhbYKyb25saW5lLXdlYnNlcnZpY2VzAaZzZXJ2ZXIBgIGvY29u"
    "dGFjdC1tYW5hZ2VyCoCA\n"
)

superoffice_crm: Final = Product[SuperofficeCrmLicensing](
    "superoffice-crm",
    root=ROOT,
    pack=PACK,
    released=None,
)
