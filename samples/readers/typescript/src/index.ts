/** What an application uses. */

export { type Believed, type Held, type Place, type Seen, type Token, type Type } from "./believed.js";
export type {
  AdmittedKey,
  Binding,
  Bundle,
  Catalog,
  Documents,
  Edition,
  License,
  LoginRule,
  Lowest,
  Revocations,
  Root,
  RootKey,
  Scope,
  Setting,
  TrustDocument,
  Use,
} from "./documents.js";
export type { Kept } from "./kept.js";
export { open, type Options, type Reader, type Verified } from "./reader.js";
export { Refusal } from "./refusal.js";
export type { Value } from "./shapes.js";
export type { Verify } from "./signatures.js";
export type { Coverage } from "./evaluate/coverage.js";
export type { Count } from "./evaluate/entitlements.js";
export type { Reason, Why } from "./evaluate/explain.js";
export type { Login, LoginReason } from "./evaluate/login.js";
export type { Allowance, Meter } from "./evaluate/meters.js";
export type { Base, Part, Parts } from "./evaluate/parts.js";
export type { Access, State } from "./evaluate/states.js";
export type { Assignment, Event, Installation, Known, Site, User } from "./evaluate/world.js";
export {
  type Assigned,
  type Entitled,
  type InstallationUser,
  type KnownNow,
  type Licensing,
  licensing,
  type OwnUser,
  type Source,
} from "./licensing.js";
