/** Plain data: documents as JSON, for people and other programs. */

import { documents, type Documents } from "./documents.js";
import type { Shape } from "./shapes.js";

/** What `JSON.stringify` takes. */
export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [name: string]: Plain };

/** Return a document as plain data. */
export function plain<T extends keyof Documents>(type: T, document: Documents[T]): Plain {
  return show(document, documents[type]);
}

/** Return a time as text: `2027-01-01T00:00:00Z`. */
export function plainTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000", "");
}

/** Return a date as text: `2027-01-01`. */
export function plainDate(days: number): string {
  return plainTime(days * 86400).slice(0, 10);
}

/** Return a value as plain data. */
export function show(value: unknown, shape: Shape): Plain {
  if (value === null) return null;
  switch (shape.is) {
    case "optional":
      return show(value, shape.of);
    case "list":
      return (value as unknown[]).map((entry) => show(entry, shape.of));
    case "map":
      return object([...(value as Map<string, unknown>)].map(([name, entry]) => [name, show(entry, shape.of)]));
    case "document":
      return object(
        Object.entries(shape.fields).map(([name, field]) => [
          name,
          show((value as Record<string, unknown>)[name], field),
        ]),
      );
    case "number":
      if (shape.shown) return (shape.shown === "date" ? plainDate : plainTime)(value as number);
  }
  return value as Plain;
}

function object(entries: (readonly [string, Plain])[]): Plain {
  // `fromEntries` defines each property, so that `__proto__` is a name like any other.
  return Object.fromEntries(entries);
}
