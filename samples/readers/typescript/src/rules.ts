/** What must hold between the fields of a document. */

import type { Value } from "./shapes.js";

/** Return whether no Ed25519 and no ML-DSA public key occurs twice, on its own or as half of a hybrid. */
export function distinct(keys: readonly { readonly public: string }[]): boolean {
  const halves = keys.flatMap((key) => [key.public.slice(0, 64), key.public.slice(64)]).filter((half) => half);
  return new Set(halves).size === halves.length;
}

interface Limits {
  readonly longest_term: number | null;
  readonly parts: readonly string[] | null;
  readonly most: number | null;
}

/** Return whether a scope has a longest term, `parts` or `most`. */
export function isLimited({ longest_term, parts, most }: Limits): boolean {
  return longest_term !== null || parts !== null || most !== null;
}

/** Return whether a limited scope is for bundles alone, and one with `most` for the parts of one issuer. */
export function scopeHolds(
  scope: Limits & { readonly types: readonly string[]; readonly issuers: readonly string[] },
): boolean {
  const { most, parts } = scope;
  return (
    (!isLimited(scope) || (scope.types.length === 1 && scope.types[0] === "bundle")) &&
    (most === null || (parts !== null && scope.issuers.length === 1))
  );
}

interface Bounds {
  readonly type: string;
  readonly lowest: number | null;
  readonly highest: number | null;
  readonly choices: readonly string[];
}

/** Return whether `value` may be sold for a setting. */
export function fits({ type, lowest, highest, choices }: Bounds, value: Value): boolean {
  return (
    typeof value === (type === "text" ? "string" : type) &&
    (lowest === null || (value as number) >= lowest) &&
    (highest === null || (value as number) <= highest) &&
    (!choices.length || choices.includes(value as string))
  );
}

/** Return whether a setting has only what its type allows, and a default that fits. */
export function settingHolds(setting: Bounds & { readonly default: Value | null; readonly combine: string }): boolean {
  const { type, lowest, highest, choices, combine } = setting;
  return (
    (type === "number" || (lowest === null && highest === null && combine === "latest")) &&
    (type === "text" || !choices.length) &&
    (lowest === null || highest === null || lowest <= highest) &&
    (setting.default === null || fits(setting, setting.default))
  );
}

/** The most pairs of a license and one that it reaches. */
const CLOSURE = 20000;

/** Return whether the licenses of a catalog reach few enough others. */
export function catalogHolds(
  licenses: ReadonlyMap<string, { readonly includes: readonly string[]; readonly replaced_by: string | null }>,
): boolean {
  let pairs = 0;
  for (const from of licenses.keys()) {
    const reached = new Set([from]);
    for (const code of reached) {
      const license = licenses.get(code);
      if (!license) continue;
      for (const next of [...license.includes, license.replaced_by ?? code]) {
        if (licenses.has(next)) reached.add(next);
      }
    }
    pairs += reached.size - 1;
    if (pairs > CLOSURE) return false;
  }
  return true;
}

/** Return whether a binding names an installation, facts or both, and needs no more facts than there are. */
export function bindingHolds(binding: {
  readonly installation: string | null;
  readonly needed: number;
  readonly facts: ReadonlyMap<string, string>;
}): boolean {
  const { needed, facts } = binding;
  return facts.size ? needed >= 1 && needed <= facts.size : needed === 0 && binding.installation !== null;
}

/** Return whether what a bundle replaces is not itself, and its days are in order. */
export function bundleHolds(bundle: {
  readonly serial: string;
  readonly part: string;
  readonly replaces: readonly string[];
  readonly starts: number | null;
  readonly warning: number | null;
  readonly expiry: number | null;
  readonly grace: number | null;
}): boolean {
  const { starts, warning, expiry, grace, replaces } = bundle;
  const days = [starts, warning, expiry, grace].filter((day) => day !== null);
  return (
    (!replaces.length || (bundle.part === "base" && !replaces.includes(bundle.serial))) &&
    (expiry !== null || (warning === null && grace === null)) &&
    days.every((day, place) => place === 0 || (days[place - 1] as number) <= day)
  );
}
