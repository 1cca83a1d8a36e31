/** What a program for administrators asks beside `Licensing`: an entry of its own, so that others do not load it. */

import type { Held } from "./believed.js";
import type { Bundle } from "./documents.js";
import * as assignments from "./evaluate/assignments.js";
import { type Consequences, consequencesOf } from "./evaluate/consequences.js";
import { type Notice, noticesOf } from "./evaluate/notices.js";
import { activated } from "./evaluate/world.js";
import type { Licensing } from "./licensing.js";

export type { Change } from "./evaluate/assignments.js";
export type { Consequences, Logins, Loss } from "./evaluate/consequences.js";
export type { Notice } from "./evaluate/notices.js";

/** Return what administrators should know, the most urgent first. */
export const notices = ({ entitlements, believed }: Licensing): Notice[] => noticesOf(entitlements, believed);

/** Return what follows from bundles that are not activated yet. */
export const consequences = (adds: readonly Held<Bundle>[], { entitlements, believed }: Licensing): Consequences =>
  consequencesOf(activated(believed, adds), entitlements.at, entitlements);

/**
 * Judge a change of what is assigned to a user or site.
 * @throws Refusal with the code for which it is refused
 */
export const judgeChange = (change: assignments.Change, { entitlements }: Licensing): void =>
  assignments.judgeChange(change, entitlements);
