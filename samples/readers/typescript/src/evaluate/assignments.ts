// Assignments: whether a change is taken, by rules S1 to S5. It is judged as a whole, by what it leads to.

import { find, inFull, issuerOf, licenseOf } from "./codes.js";
import { givenBy, soldAt } from "./grants.js";
import { groupBy } from "./governing.js";
import { type Entitlements, highestSlot } from "./holders.js";

/** What is assigned to a holder and what is released. */
export interface Change {
  readonly user?: string;
  readonly site?: string;
  readonly assign?: readonly string[];
  readonly release?: readonly string[];
}

/** All changes of one holder: what is assigned and released, and what it holds before and after. */
interface Step {
  readonly kind: "user" | "site";
  readonly assign: readonly string[];
  readonly release: readonly string[];
  readonly before: readonly string[];
  readonly after: readonly string[];
}

type Rule = (steps: readonly Step[], all: Entitlements) => string | false;

/** Return the code for which a change is refused, or null. Throws on a code that nobody has. */
export function changeRefused(changes: readonly Change[], all: Entitlements): string | null {
  const byHolder = groupBy(changes, ({ user, site }) => JSON.stringify([user, site]));
  const steps: Step[] = [];
  for (const same of byHolder.values()) {
    const { user, site } = same[0]!;
    const holder = user === undefined ? all.sites.get(site!) : all.users.get(user);
    if (!holder) return "not-found";
    const codes = (list: "assign" | "release"): string[] => same.flatMap((change) => change[list] ?? []).map((code) => known(code, all));
    const before = (holder.licenses ?? []).map(({ license }) => inFull(license, all.world.vendor));
    const [assign, release] = [codes("assign").filter((code) => !before.includes(code)), codes("release")];
    if ("retired" in holder && holder.retired && assign.length) return "user-retired";
    const after = [...before.filter((code) => !release.includes(code)), ...assign];
    steps.push({ kind: user === undefined ? "site" : "user", assign, release, before, after });
  }
  return RULES.map((rule) => rule(steps, all)).find(Boolean) || null;
}

function known(code: string, all: Entitlements): string {
  find(code, "licenses", all.world);
  return inFull(code, all.world.vendor);
}

const some = (steps: readonly Step[], list: (step: Step) => readonly string[], is: (code: string, step: Step) => boolean): boolean =>
  steps.some((step) => list(step).some((code) => is(code, step)));

/** S1: a license is assigned to a holder of its kind, unless nobody is assigned it; and released by who holds it. */
const isAssignable: Rule = (steps, { world }) => {
  const changed = ({ assign, release }: Step): string[] => [...assign, ...release];
  const isOther = (code: string, { kind }: Step): boolean => {
    const found = licenseOf(code, world);
    return !!found && found.kind !== "system" && found.kind !== kind;
  };
  const isOfNobody = (code: string): boolean => {
    const found = licenseOf(code, world);
    return !!found && (found.kind === "system" || found.limits_sites || found.seats === "concurrent");
  };
  if (some(steps, changed, isOther)) return "wrong-kind";
  if (some(steps, changed, isOfNobody)) return "not-assigned";
  return some(steps, ({ release }) => release, (code, { before }) => !before.includes(code)) && "not-assigned";
};

/** S2: no more are assigned than there are; what lapsed is not there. */
const areThere: Rule = (steps, all) => {
  const times = (list: "assign" | "release", code: string): number =>
    steps.reduce((n, step) => n + step[list].filter((one) => one === code).length, 0);
  return some(steps, ({ assign }) => assign, (code) => {
    const total = soldAt("full", all.grants.get(code) ?? []);
    const after = highestSlot(all.slots.get(code)) - times("release", code) + times("assign", code);
    return total !== null && after > total;
  }) && "none-free";
};

/** S3: a user holds at most one plan of each issuer. */
const onePlan: Rule = (steps, { world }) => {
  const isPlan = (code: string): boolean => !!licenseOf(code, world)?.plan;
  return some(steps, ({ assign }) => assign, (code, { after }) =>
    isPlan(code) && after.some((other) => other !== code && isPlan(other) && issuerOf(other) === issuerOf(code))) && "plan-held";
};

/** Return whether what is assigned, with what everybody has and what the installation has, gives `code`. */
const isHad = (code: string, assigned: readonly string[], { world, everybody, present }: Entitlements): boolean =>
  everybody.has(code) || present.has(code) || assigned.some((one) => one === code || givenBy(one, world).has(code));

const requiredBy = (code: string, { world }: Entitlements): string[] =>
  (licenseOf(code, world)?.requires ?? []).map((required) => inFull(required, issuerOf(code)));

/** S4: a license is assigned only to whom has what it requires. */
const hasRequired: Rule = (steps, all) =>
  some(steps, ({ assign }) => assign, (code, { after }) =>
    requiredBy(code, all).some((required) => !isHad(required, after, all))) && "requirement-missing";

/** S5: a license is released only where nothing that stays requires it. */
const keepsRequired: Rule = (steps, all) =>
  some(steps, ({ after }) => after, (code, { before, after }) =>
    requiredBy(code, all).some((required) => isHad(required, before, all) && !isHad(required, after, all))) && "still-required";

const RULES: readonly Rule[] = [isAssignable, areThere, onePlan, hasRequired, keepsRequired];
