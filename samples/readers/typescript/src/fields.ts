/** Kinds of fields that many documents have, by their names in the text of the format. */

import { bytes, map, number, optional, text, value } from "./shapes.js";

const CODE = /^(?!-)[a-z0-9-]{1,64}(?<!-)$/;
export const QUALIFIED_CODE = /^(?!-)[a-z0-9-]{1,64}(?<!-)(\.(?!-)[a-z0-9-]{1,64}(?<!-))?$/;
const SERIAL = /^(?!-)[A-Za-z0-9-]{1,32}(?<!-)$/;

/** Controls, and what is never seen. */
const REFUSED =
  /[\0-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/u;

/** The highest number in a value. */
export const VALUE = Number.MAX_SAFE_INTEGER;

/** Return whether `written` is a text of at most `most` code points, each of which is allowed in a text. */
function isText(written: string, most: number): boolean {
  return (
    written.length <= 2 * most && // of UTF-16 units, so that nobody counts the code points of a megabyte
    [...written].length <= most &&
    !REFUSED.test(written) &&
    written.normalize("NFC") === written
  );
}

export const isName = (written: string): boolean => isText(written, 200);
export const isLongText = (written: string): boolean => isText(written, 2000);

export const code = text((written) => CODE.test(written));
export const qualifiedCode = text((written) => QUALIFIED_CODE.test(written));
export const serial = text((written) => SERIAL.test(written));
export const name = text(isName);
export const longText = text(isLongText);
export const count = number(1, 0xffffffff);
export const version = number(1, 0xffffffff);
export const seconds = number(0, 253402300799, "time");
export const days = number(0, 2932896, "date");
export const hours = number(0, 87840);
export const bytes16 = bytes(16);
export const bytes32 = bytes(32);
export const extensions = map(name, value, 50);
export const maybeDays = optional(days);
export const maybeSeconds = optional(seconds);
export const maybeCount = optional(count);
