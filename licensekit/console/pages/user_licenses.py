"""User licenses: pick one, and see who holds it."""

from starlette.responses import Response

from licensekit.console.pages.users import PAGE
from licensekit.console.rendering import license_name, page
from licensekit.console.views.licenses import all_rows, by_plan_and_name, is_there, license_view
from licensekit.console.visit import Visit
from licensekit.installation import UserFilter, UserPage
from licensekit.wire.documents import Kind


def show(visit: Visit) -> Response:
    """Show the user licenses, and who holds the one that was picked."""
    state = visit.installation.state()
    rows = [row for row in all_rows(state) if row.kind is Kind.USER and is_there(row)]
    views = [license_view(state, row) for row in rows if not row.hidden or row.in_use]
    picked = visit.asked("license")
    found = UserPage((), more=False)
    if picked:
        wanted = UserFilter(holding=picked)
        found = visit.installation.users.page(wanted, after=visit.asked("after"), limit=PAGE)
    after = found.users[-1].id if found.more else ""
    return page(
        visit,
        "user_licenses.html",
        state,
        views=sorted(views, key=by_plan_and_name),
        picked=picked,
        name=license_name(state, picked) if picked else "",
        found=found,
        next_page=visit.url("/users/licenses", license=picked, after=after) if after else None,
    )
