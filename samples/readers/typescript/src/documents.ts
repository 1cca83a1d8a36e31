/** The documents of the format as tables: their fields in order, and what must hold between them. */

import {
  bytes16,
  bytes32,
  code,
  extensions,
  hours,
  longText,
  maybeCount,
  maybeDays,
  maybeSeconds,
  name,
  qualifiedCode,
  seconds,
  serial,
  VALUE,
  version,
} from "./fields.js";
import { bindingHolds, bundleHolds, catalogHolds, distinct, scopeHolds, settingHolds } from "./rules.js";
import {
  ascending,
  boolean,
  bytes,
  type Decoded,
  document,
  type Kind,
  list,
  map,
  number,
  optional,
  value,
  word,
} from "./shapes.js";

export const LICENSES = 1000;
const SETTINGS = 200;
const INCLUDES = 200;
const PARTS = 64;
const KEYS = 64;
const ROOT_KEYS = 16;
const REVOKED = 20000;
export const FACTS = 32;
const URLS = 20;

const use = word("production", "trial", "demo");
const scheme = number(1, 2);
const publicKey = bytes(32, 1984);
const grants = map(code, maybeCount, LICENSES);
const settings = map(code, value, SETTINGS);
export const facts = map(code, bytes16, FACTS);
const number16 = optional(number(-VALUE, VALUE));

const rootKey = document({ scheme, public: publicKey });

const root = document(
  {
    product: code,
    issuer: code,
    version,
    threshold: number(1, ROOT_KEYS),
    keys: list(rootKey, 1, ROOT_KEYS),
    extensions,
  },
  ({ threshold, keys }) => threshold <= keys.length && distinct(keys),
);

const scope = document(
  {
    types: ascending(word("revocations", "catalog", "bundle", "reset"), 1, 4),
    issuers: ascending(code, 1, KEYS),
    uses: ascending(use, 0, 3),
    longest_term: optional(number(1, 36600)),
    parts: optional(ascending(code, 1, PARTS)),
    most: maybeCount,
  },
  (fields) => scopeHolds(fields),
);

const admittedKey = document(
  {
    scheme,
    public: publicKey,
    name,
    state: word("active", "retired", "revoked"),
    valid_from: seconds,
    valid_to: maybeSeconds,
    scope,
  },
  ({ state, valid_from, valid_to }) => (valid_to === null ? state !== "retired" : valid_from <= valid_to),
);

const trust = document(
  {
    product: code,
    version,
    root_version: version,
    issued: seconds,
    fresh_until: maybeSeconds,
    keys: list(admittedKey, 0, KEYS),
    extensions,
  },
  ({ keys }) => distinct(keys),
);

const lowest = document(
  { production: optional(version), trial: optional(version), demo: optional(version) },
  ({ production, trial, demo }) => production !== null || trial !== null || demo !== null,
);

const revocations = document({
  issuer: code,
  product: code,
  root_version: version,
  trust_version: version,
  number: version,
  issued: seconds,
  fresh_until: maybeSeconds,
  identities: ascending(bytes16, 0, REVOKED),
  serials: ascending(serial, 0, REVOKED),
  lowest: map(serial, map(code, lowest, PARTS, 1), REVOKED),
  extensions,
});

const license = document(
  {
    kind: word("system", "site", "user"),
    name,
    description: longText,
    plan: boolean,
    hidden: boolean,
    full_with: optional(qualifiedCode),
    includes: ascending(code, 0, INCLUDES),
    requires: ascending(qualifiedCode, 0, INCLUDES),
    seats: word("named", "concurrent"),
    limits_sites: boolean,
    quantity: optional(name),
    per: optional(word("day", "month", "year", "term")),
    replaced_by: optional(code),
    names: map(code, name, 50),
  },
  ({ quantity, per }) => per === null || quantity !== null,
);

const setting = document(
  {
    type: word("text", "number", "boolean"),
    name,
    lowest: number16,
    highest: number16,
    choices: ascending(longText, 0, 100),
    default: optional(value),
    combine: word("latest", "sum", "most"),
  },
  (fields) => settingHolds(fields),
);

const loginRule = document({
  all: ascending(qualifiedCode, 1, INCLUDES),
  users: ascending(word("associate", "external", "system", "anonymous"), 1, 4),
});

const edition = document({ name, system: grants, sites: grants, users: grants, settings });

const catalog = document(
  {
    issuer: code,
    product: code,
    root_version: version,
    trust_version: version,
    version,
    issued: seconds,
    names: map(code, name, URLS),
    urls: map(code, longText, URLS),
    licenses: map(code, license, LICENSES),
    settings: map(code, setting, SETTINGS),
    access: map(code, loginRule, URLS),
    editions: map(code, edition, 200),
    extensions,
  },
  ({ licenses }) => catalogHolds(licenses),
);

const binding = document({ installation: optional(bytes32), needed: number(0, FACTS), facts }, (fields) =>
  bindingHolds(fields),
);

const bundle = document(
  {
    issuer: code,
    product: code,
    serial,
    part: code,
    sequence: version,
    replaces: ascending(serial, 0, 8),
    company: name,
    use,
    issued: seconds,
    starts: maybeDays,
    warning: maybeDays,
    expiry: maybeDays,
    grace: maybeDays,
    maintenance: maybeDays,
    next_check: maybeDays,
    system: grants,
    sites: grants,
    users: grants,
    settings,
    binding: optional(binding),
    after_grace: word("read-only", "block", "advisory"),
    offline_hours: hours,
    borrow_hours: hours,
    extensions,
  },
  (fields) => bundleHolds(fields),
);

export interface RootKey extends Decoded<typeof rootKey> {}
export interface Root extends Decoded<typeof root> {}
export interface Scope extends Decoded<typeof scope> {}
export interface AdmittedKey extends Decoded<typeof admittedKey> {}
export interface TrustDocument extends Decoded<typeof trust> {}
export interface Lowest extends Decoded<typeof lowest> {}
export interface Revocations extends Decoded<typeof revocations> {}
export interface License extends Decoded<typeof license> {}
export interface Setting extends Decoded<typeof setting> {}
export interface LoginRule extends Decoded<typeof loginRule> {}
export interface Edition extends Decoded<typeof edition> {}
export interface Catalog extends Decoded<typeof catalog> {}
export interface Binding extends Decoded<typeof binding> {}
export interface Bundle extends Decoded<typeof bundle> {}
export type Use = Bundle["use"];

/** The types of documents that an application has a use for. */
export interface Documents {
  root: Root;
  trust: TrustDocument;
  revocations: Revocations;
  catalog: Catalog;
  bundle: Bundle;
}

/** The table of each of these types. */
export const documents: { readonly [T in keyof Documents]: Kind<Documents[T]> } = {
  root,
  trust,
  revocations,
  catalog,
  bundle,
};
