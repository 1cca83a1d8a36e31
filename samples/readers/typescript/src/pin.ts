/** Pins: the digest of a root as text that people paste. */

import { refuse } from "./refusal.js";

const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";
// The last of 52 characters has four stray bits, which are 0. White space is the six bytes of tokens.
const PIN = /^[\t-\r ]*lkroot1-([a-z2-7]{51}[aq])[\t-\r ]*$/;

/** Return the digest that a pin spells, in hexadecimal. */
export function readPin(pin: string): string {
  const written = PIN.exec(pin)?.[1] ?? refuse("root-pin-invalid");
  let bits = 0n;
  for (const character of written) bits = bits * 32n + BigInt(BASE32.indexOf(character));
  return (bits >> 4n).toString(16).padStart(64, "0");
}
