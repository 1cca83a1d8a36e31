"""Payloads as frozen structs: what each type of document holds, in order.

Nothing here says that a document is genuine; `licensekit.signed` does.
"""

from licensekit.wire.documents.codec import CLASS_OF, TYPE_OF, AnyDocument, decode, encode
from licensekit.wire.documents.fields import Document, Value, is_code, is_serial, text_fault
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
    Access,
    AfterGrace,
    Binding,
    Bundle,
    Catalog,
    Edition,
    Kind,
    License,
    Seats,
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
    "Access",
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
    "Receipt",
    "Request",
    "Reset",
    "ResetWhat",
    "Revocations",
    "Root",
    "RootKey",
    "Scope",
    "Seats",
    "SignedType",
    "Statement",
    "Trust",
    "Usage",
    "Use",
    "UserKind",
    "Value",
    "decode",
    "encode",
    "is_code",
    "is_serial",
    "order_of_dates_fault",
    "text_fault",
]
