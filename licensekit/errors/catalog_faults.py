"""What a catalog gets wrong (`docs/catalog.md`, "Rules"), and what it takes away from sold ones."""

from licensekit.errors.faults import Fault
from licensekit.errors.format import RuleBroken


class NameUnknown(Fault):
    """A license, issuer, edition or setting that no catalog known here has."""

    template = {
        "license": "there is no license `{name}`",
        "theirs": "`{issuer}` has no license `{name}`",
        "own": "`{issuer}` is this catalog's own issuer; write `{name}`",
        "issuer": "no catalog of the issuer `{issuer}` is known here",
        "edition": "there is no edition `{name}`",
        "setting": "there is no setting `{name}`",
    }
    hint_template = "{guess:guess}"
    name: str
    issuer: str = ""
    guess: str = ""


class IssuerDiffers(Fault):
    """The catalog is of another issuer than the workspace that would sign it."""

    template = "is `{issuer}`, and what is signed here is of `{wanted}`"
    issuer: str
    wanted: str


class KindWrong(Fault):
    """A license of another kind than its place, or what is said of it, asks for."""

    template = {
        "plan": "only a {wanted} license can be a plan, and this is a {kind} license",
        "seats": "only a {wanted} license can count concurrent use, and this is a {kind} license",
        "limits": "only a {wanted} license can limit the number of sites, and this is a {kind} license",
        "quantity": "only a {wanted} license can have a quantity, and this is a {kind} license",
        "full_with": "only a {wanted} license can be completed by another, and this is a {kind} license",
        "requires": "a {wanted} license cannot require the {kind} license `{license}`",
        "replaces": "a {wanted} license cannot be replaced by the {kind} license `{license}`",
        "completes": "`{license}` is a {kind} license, not a {wanted} license",
        "login": "`{license}` is a {kind} license; a login needs system and user licenses",
        "table": "is a {kind} license; it belongs in `{wanted}`",
    }
    license: str
    kind: str
    """What it is: `system`, `site` or `user`."""
    wanted: str = ""
    """The kind that is asked for, the kind that requires it, or the table of its own kind."""


class CountWrong(Fault):
    """A number of a license that has none, or no number of one that is sold by quantity."""

    template = {
        "no-quantity": "is there or not; write `true`",
        "quantity": "is sold by quantity; write how many {unit}",
        "per": "only what is sold by quantity is there again after a time; name its unit under `quantity`",
    }
    unit: str = ""


class LicensesCircular(Fault):
    """Licenses that include or require one another in a circle."""

    template = {
        "includes-itself": "{licenses:codes} includes itself",
        "requires-itself": "{licenses:codes} requires itself",
        "replaced-by-itself": "{licenses:codes} is replaced by itself",
        "include": "{licenses:codes} include one another in a circle",
        "require": "{licenses:codes} require one another in a circle",
        "replace": "{licenses:codes} are replaced by one another in a circle",
        "plans": "the plans {licenses:codes} imply each other",
    }
    licenses: tuple[str, ...]


class SettingWrong(Fault):
    """A setting that contradicts itself, or a value that does not fit one."""

    template = {
        "type": "is not a value of the type {wanted}",
        "lowest": "{value} is below the lowest that fits, {bound}",
        "highest": "{value} is above the highest that fits, {bound}",
        "choice": "{value:quoted} is none of the choices: {choices:codes}",
        "only-number": "only a setting of the type number can have this",
        "only-text": "only a setting of the type text can have this",
        "bounds": "is below `lowest`",
    }
    wanted: str = ""
    value: str = ""
    bound: int | None = None
    choices: tuple[str, ...] = ()


class NeverHeld(Fault):
    """A license whose requirements can never all hold, whatever is sold and assigned."""

    template = {
        "not-given": "this can never hold: nothing that can be held gives {requires:codes}",
        "hidden": "this can never hold: this license is hidden, and nothing that can be held includes it",
        "plans": "this can never hold: a user holds at most one plan of an issuer, and none goes"
        " together with {requires:codes}",
    }
    requires: tuple[str, ...]


class CatalogRefused(Fault):
    """A catalog that breaks a rule of the format, so that no reader would take it."""

    template = "no reader would take this catalog: {why:messages}"
    why: tuple[RuleBroken, ...]


class SoldReduced(Fault):
    """Something that a new catalog takes away from bundles already sold."""

    template = {
        "other": "bundles were sold for `{before}`, and this is `{after}`",
        "license": "it may have been sold, and is gone",
        "includes": "it no longer includes {names:codes}",
        "kind": "it was sold as a {before} license and becomes a {after} license",
        "requires": "it did not require {names:codes}",
        "plan": "it becomes a plan, and a user who holds another plan cannot keep both",
        "full-with": "it was full without {names:codes}",
        "count": "what was sold changes from {before} to {after}",
        "way": "users could come this way, and it is gone",
        "login-needs": "it did not need {names:codes}",
        "login-kinds": "users of the kind {names:codes} could come this way",
        "setting": "it may have been sold, and is gone",
        "setting-type": "it was sold as {before} and becomes {after}",
        "setting-fits": "values {before} could be sold, and no longer fit",
        "setting-choices": "{names:codes} could be sold",
        "replaced-by": "who holds it had {names:codes} as well",
    }
    before: str = ""
    after: str = ""
    names: tuple[str, ...] = ()
