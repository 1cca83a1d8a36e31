"""The issuer: a workspace with catalog, keys and ledger, which turns orders into license files.

A program can do everything that the commands do:

    with Workspace.open(Path("acme")) as workspace:
        key = open_key(workspace.keys.choose("bundle", now), lambda: passphrase)
        file = workspace.issue(draft_from(order), key, who="webhook", now=now)
        shown = workspace.propose_change(renewal(serial, days=365, number="R-7"), now=now)
        file = shown.sign(key, who="webhook", confirm=True)
        done = workspace.issue_bulk(json_lines(bounded(orders), "orders"), key, who="hook", now=now)

Nothing here prints, prompts, exits, or reads the clock or the environment.
"""

from licensekit.catalog.tables import catalog_text
from licensekit.issuer.bulk.lines import (
    OrderLine,
    OrderSource,
    bounded,
    csv_lines,
    json_lines,
    open_orders,
    order_file,
    order_stream,
)
from licensekit.issuer.bulk.renewals import RENEWAL_FIELDS, Renewal, renewal_lines
from licensekit.issuer.bulk.runs import Done, faults_of
from licensekit.issuer.catalog.catalog_file import read_catalog
from licensekit.issuer.catalog.pack import CatalogDraft, PackProposal
from licensekit.issuer.create import FIRST_KEY, NewWorkspace, Secrets
from licensekit.issuer.exchange.customers import MergeProposal, Received
from licensekit.issuer.exchange.requests import VerifiedRequest
from licensekit.issuer.exchange.usage import OVER, USAGE_FIELDS, USAGE_STATES, UsageReport
from licensekit.issuer.keys.ceremony import Ceremony, PendingDocument, RootKeys, resume
from licensekit.issuer.keys.changes import Permission, key_id
from licensekit.issuer.keys.key_change import KeyChange, KeyPlan, KeyProposal, generated_key, imported_key, token_key
from licensekit.issuer.keys.keyring import KeyFile, KnownKey, change_passphrase, open_key
from licensekit.issuer.keys.revocation import ListProposal
from licensekit.issuer.keys.workspace_keys import find_key_file, root_key_files
from licensekit.issuer.ledger.bundles import LISTED_FIELDS, Issued
from licensekit.issuer.ledger.customers import CUSTOMER_FIELDS, Customer
from licensekit.issuer.ledger.documents import WorkspaceState
from licensekit.issuer.ledger.entries import ENTRY_FIELDS, LedgerEntry
from licensekit.issuer.ledger.installations import KnownInstallation
from licensekit.issuer.ledger.integrity import diagnose_ledger, move_ledger, restore_ledger, upgrade_ledger
from licensekit.issuer.ledger.lookup import LISTED_STATES, Filters, LookupResult
from licensekit.issuer.ledger.report import REPORT_FIELDS, REPORTED_BY, ReportRow, ReportScope
from licensekit.issuer.orders.amendment import Amendment, ChangeProposal, amendment, renewal
from licensekit.issuer.orders.issue import OVERRIDES, IssueProposal
from licensekit.issuer.orders.order_file import draft_from, parse_key, read_draft
from licensekit.issuer.output.attachments import Attach
from licensekit.issuer.output.license_file import LicenseFile, PublishedFile, ResetFile, file_name, require_replaceable
from licensekit.issuer.output.product_module import module_file, product_module, renewed_module
from licensekit.issuer.output.qr_code import SCALES, qr_code, sheet_page
from licensekit.issuer.proposal import BundlesVoid, SignProposal
from licensekit.issuer.support import SupportCase, Verdict
from licensekit.issuer.transaction import CLOCK_IS_RIGHT
from licensekit.issuer.workspace import Workspace
from licensekit.text.columns import TableOptions

__all__ = [
    "CLOCK_IS_RIGHT", "CUSTOMER_FIELDS", "ENTRY_FIELDS", "FIRST_KEY", "LISTED_FIELDS", "LISTED_STATES", "OVER",
    "OVERRIDES", "RENEWAL_FIELDS", "REPORTED_BY", "REPORT_FIELDS", "SCALES", "USAGE_FIELDS", "USAGE_STATES",
    "Amendment", "Attach", "BundlesVoid", "CatalogDraft", "Ceremony", "ChangeProposal", "Customer", "Done", "Filters",
    "IssueProposal", "Issued", "KeyChange", "KeyFile", "KeyPlan", "KeyProposal", "KnownInstallation", "KnownKey",
    "LedgerEntry", "LicenseFile", "ListProposal", "LookupResult", "MergeProposal", "NewWorkspace", "OrderLine",
    "OrderSource", "PackProposal", "PendingDocument", "Permission", "PublishedFile", "Received", "Renewal", "ReportRow",
    "ReportScope", "ResetFile", "RootKeys", "Secrets", "SignProposal", "SupportCase", "TableOptions", "UsageReport",
    "Verdict", "VerifiedRequest", "Workspace", "WorkspaceState", "amendment", "bounded", "catalog_text",
    "change_passphrase", "csv_lines", "diagnose_ledger", "draft_from", "faults_of", "file_name", "find_key_file",
    "generated_key", "imported_key", "json_lines", "key_id", "module_file", "move_ledger", "open_key", "open_orders",
    "order_file", "order_stream", "parse_key", "product_module", "qr_code", "read_catalog", "read_draft", "renewal",
    "renewal_lines", "renewed_module", "require_replaceable", "restore_ledger", "resume", "root_key_files",
    "sheet_page", "token_key", "upgrade_ledger",
]  # fmt: skip
