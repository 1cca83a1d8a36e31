"""Payloads as frozen structs: what each type of document holds, in order.

Nothing here says that a document is genuine; `licensekit.trust.signed` does.
"""

from licensekit.wire.documents.codec import CLASS_OF, TYPE_OF, AnyDocument, compose, decode, encode
from licensekit.wire.documents.fields import Document, Value
from licensekit.wire.documents.installed import (
    ANSWERS,
    FOLLOWS,
    Receipt,
    Request,
    Reset,
    ResetWhat,
    Statement,
    Usage,
)
from licensekit.wire.documents.sold import (
    AfterGrace,
    Binding,
    Bundle,
    Catalog,
    Edition,
    Kind,
    License,
    LoginRule,
    SeatKind,
    Use,
    UserKind,
    order_of_dates_fault,
)
from licensekit.wire.documents.trusted import (
    AdmittedKey,
    KeyState,
    Revocations,
    Root,
    RootKey,
    Scope,
    SignedType,
    Trust,
)

__all__ = [
    "ANSWERS",
    "CLASS_OF",
    "FOLLOWS",
    "TYPE_OF",
    "AdmittedKey",
    "AfterGrace",
    "AnyDocument",
    "Binding",
    "Bundle",
    "Catalog",
    "Document",
    "Edition",
    "KeyState",
    "Kind",
    "License",
    "LoginRule",
    "Receipt",
    "Request",
    "Reset",
    "ResetWhat",
    "Revocations",
    "Root",
    "RootKey",
    "Scope",
    "SeatKind",
    "SignedType",
    "Statement",
    "Trust",
    "Usage",
    "Use",
    "UserKind",
    "Value",
    "compose",
    "decode",
    "encode",
    "order_of_dates_fault",
]
