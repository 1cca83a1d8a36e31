/** Steps 1 and 2: from a file to its tokens. */

import { type Token, TYPES } from "./believed.js";
import { utf8 } from "./bytes.js";
import { refuse } from "./refusal.js";

const FILE_BYTES = 4194304;
const TOKENS_PER_FILE = 256;
/** That many characters spell the longest frame. */
const BODY_LENGTH = 1398102;

/** Only these six bytes are white space: `trim` and `\s` would drop more. */
const WHITE_SPACE = /[\t-\r ]+/g;
const MARK = /^\xef\xbb\xbf/;

/** Return the tokens of a file in the order of their types, and tokens of one type in that of the file. */
export function readTokens(file: Uint8Array | string): Token[] {
  const bytes = typeof file === "string" ? utf8(file) : file;
  if (bytes.length > FILE_BYTES) refuse("too-large");
  const text = oneCharacterPerByte(bytes).replace(MARK, "").replace(WHITE_SPACE, "");
  if (!text.startsWith("lk1-")) refuse("armor-invalid");
  const pieces = text.split("lk1-").slice(1);
  if (pieces.length > TOKENS_PER_FILE) refuse("too-large");
  return pieces.map(readToken).sort((one, other) => TYPES.indexOf(one.type) - TYPES.indexOf(other.type));
}

function readToken(piece: string, place: number): Token {
  const where = `token ${place + 1} of the file`;
  const dot = piece.indexOf(".");
  if (dot < 0) refuse("armor-invalid", where);
  const type = TYPES.find((known) => known === piece.slice(0, dot)) ?? refuse("unexpected-type", where);
  const body = piece.slice(dot + 1);
  if (body.length > BODY_LENGTH) refuse("too-large", where);
  return { type, frame: fromBase64(body) ?? refuse("armor-invalid", where) };
}

/** Return the text of a token, which ends with a line feed. */
export function writeToken(token: Token): string {
  return `lk1-${token.type}.${toBase64(token.frame)}\n`;
}

function fromBase64(text: string): Uint8Array | null {
  if (!/^[A-Za-z0-9+/]*$/.test(text) || text.length % 4 === 1) return null;
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  // `atob` ignores stray bits in the last character, so encode again and compare.
  return toBase64(bytes) === text ? bytes : null;
}

function toBase64(bytes: Uint8Array): string {
  return btoa(oneCharacterPerByte(bytes)).replace(/=+$/, "");
}

function oneCharacterPerByte(bytes: Uint8Array): string {
  let text = "";
  // In portions, because the number of arguments of a function is limited.
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return text;
}
