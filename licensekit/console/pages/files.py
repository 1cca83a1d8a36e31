"""License files, uploaded or fetched: preview, settlement, activation; and files for the vendor.

Between the steps, the form carries the tokens of a file and, before the first activation, the product's pack: the
server keeps neither. Files for the vendor are requests, statements, and receipts of returns.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from starlette.responses import Response

from licensekit.console.rendering import download, moved, page, trouble
from licensekit.console.visit import Visit, whole
from licensekit.dates import parse_seconds
from licensekit.errors import EntryInvalid, LicenseError, ProposalStale, UnexpectedType
from licensekit.installation import ActivationProposal, Settlement, table_of
from licensekit.limits import FILE_BYTES
from licensekit.text.pasted import LeftOut
from licensekit.text.tokens import find_tokens
from licensekit.trust.pack import IN_PACKS
from licensekit.wire import armor
from licensekit.wire.documents.exchange import PURPOSES

NAMED: Final = 100  # how many surplus assignments are named: each takes time


def ask(visit: Visit, error: LicenseError | None = None, *, text: str = "", pack: str = "") -> Response:
    """Ask for a file, and before the first for the product's pack; after a refusal, with the input and the error."""
    text, pack = text or visit.form.raw("text"), pack or visit.form.raw("pack")
    shown: dict[str, Any] = {"text": text, "needs_pack": visit.installation.needs_pack, "largest": FILE_BYTES}
    try:
        return page(_with_pack(visit, pack), "activate.html", error=error, pack=pack, **shown)
    except LicenseError as refused:
        if not shown["needs_pack"]:
            raise
        return trouble(visit, error or (refused if pack else None), "activate.html", pack="", **shown)


def preview(visit: Visit) -> Response:
    """Show what files would change, and what was left out to find their tokens, which the form carries."""
    pack, tokens, left_out = visit.form.raw("pack"), dict[armor.Token, None](), list[LeftOut]()
    given = (*visit.form.files("file"), visit.form.raw("text").encode())
    try:
        for pasted in map(find_tokens, filter(bytes.strip, given)):
            found = armor.read(pasted.data)
            if visit.installation.needs_pack and {one.type for one in found} <= IN_PACKS:
                pack = armor.write_file(found)
            else:
                tokens |= dict.fromkeys(found)
                left_out += pasted.left_out
        if not tokens:
            return ask(visit, None if pack else UnexpectedType(reason="nothing"), pack=pack)
        carried = {"text": armor.write_file(tokens), "pack": pack, "root": visit.form.text("root")}
        with_pack = _with_pack(visit, pack)
        return _preview(with_pack, with_pack.installation.propose_activate(carried["text"]), carried, left_out=left_out)
    except LicenseError as error:
        return ask(visit, error, text=armor.write_file(tokens).strip(), pack=pack)


def fetch(visit: Visit) -> Response:
    """Fetch the newest file of an issuer, and show what it would change."""
    proposal = visit.installation.propose_update(issuer=visit.form.text("issuer") or None)
    if proposal is None:
        return moved(visit, "/activate", saved="newest")
    return _preview(visit, proposal, {"text": armor.write_file(armor.read(proposal.data))})


def activate(visit: Visit) -> Response:
    """Activate a file, with the chosen settlement, if it still changes what was shown."""
    carried = {name: visit.form.raw(name) for name in ("text", "pack", "root")}
    visit = _with_pack(visit, carried["pack"])
    proposal = visit.installation.propose_activate(carried["text"])
    try:
        if visit.form.text("shown") not in {"", proposal.digest}:
            raise ProposalStale(about=proposal.about, changed=tuple(one.path for one in proposal.changes))
        done = proposal.apply(settle=_settlement(visit, proposal.settlement))
    except LicenseError as error:
        return _preview(visit, proposal, carried, error=error)
    return moved(visit, f"/activated/{done.entry}") if done.entry else moved(visit, "/activate", saved="same")


def activated(visit: Visit) -> Response:
    """Show what an activation has changed."""
    entry, bundles = visit.installation.activation_record(whole(visit.request.path_params["entry"]) or 0)
    return page(visit, "activated.html", entry=entry, bundles=bundles, at=parse_seconds(str(entry.facts["at"])))


def _with_pack(visit: Visit, pack: str) -> Visit:
    """Return the visit with the pack and pin that a form carries before the first activation."""
    return replace(visit, installation=visit.installation.with_pack(pack or None, visit.form.text("root") or None))


def _settlement(visit: Visit, settlement: Settlement) -> Settlement | None:
    """Return the settlement, as it was chosen for each holder or of the newest slots; None if none was asked for."""
    if visit.form.text("settle") == "chosen":
        return settlement.read(table_of(()) + "\n".join(visit.form.texts("choice")))
    return settlement if visit.form.has("settle") else None


def _preview(visit: Visit, proposal: ActivationProposal, carried: Mapping[str, str], **more: Any) -> Response:
    carried = {**carried, "shown": proposal.digest}
    called = {row.code: row.name or row.code for row in proposal.preview.rows}
    shown: dict[str, Any] = {"proposal": proposal, "carried": carried, "called": called, "left_out": (), **more}
    return page(visit, "preview.html", **shown)


def show(visit: Visit, error: LicenseError | None = None) -> Response:
    """Show the files to make, and the parts that can be, or were, returned; after a refusal, with the error."""
    parts = {(one.state, one.issuer, one.part) for one in visit.installation.bundles()}
    active, returned = (sorted(one[1:] for one in parts if one[0] == state) for state in ("active", "returned"))
    return page(visit, "files.html", error=error, active=active, returned=returned, purposes=PURPOSES)


def request(visit: Visit) -> Response:
    """Sign a request, to download."""
    purpose = next((one for one in PURPOSES if one == visit.form.text("purpose")), None)
    name, with_facts = visit.form.text("name"), visit.form.has("facts")
    written, _ = visit.installation.request(with_facts=with_facts, name=name, purpose=purpose)
    return download("request.lkr", written)


def statement(visit: Visit) -> Response:
    """Sign a statement of what is in use, to download."""
    written, _ = visit.installation.statement()
    return download("statement.lkr", written)


def ask_to_return(visit: Visit, error: LicenseError | None = None) -> Response:
    """Show what returning a part would do; after a refusal, with the error."""
    given = visit.form.text if error else visit.asked
    part, issuer = given("part"), given("issuer")
    proposal = visit.installation.propose_return(part, issuer=issuer or None, most=NAMED)
    return page(visit, "return.html", error=error, proposal=proposal, part=part, issuer=issuer)


def return_bundles(visit: Visit) -> Response:
    """Return a part to its issuer, with the settlement if asked for; then its receipts can be downloaded."""
    part, issuer = visit.form.text("part"), visit.form.text("issuer")
    if visit.form.text("confirm") != part:
        raise EntryInvalid(reason="not-typed", kind=part)
    proposal = visit.installation.propose_return(part, issuer=issuer or None)
    proposal.apply(confirm=True, settle=proposal.settlement if visit.form.has("settle") else None)
    return moved(visit, "/files", saved="part-returned", part=part)


def receipts(visit: Visit) -> Response:
    """Download the receipts of a returned part, any number of times."""
    part = visit.form.text("part")
    return download(f"{part}-receipt.lkr", visit.installation.receipts(part, issuer=visit.form.text("issuer") or None))
