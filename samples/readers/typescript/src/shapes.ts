/** The kinds of values that documents are made of, as data: `documents.ts` is a table of them. */

/**
 * The shapes of the values in a document. `decode.ts`, `plain.ts` and `write.ts` all read them, so that one table
 * drives the three.
 */
export type Shape =
  | { readonly is: "text"; readonly fits: (text: string) => boolean }
  | { readonly is: "number"; readonly least: number; readonly most: number; readonly shown?: "date" | "time" }
  | { readonly is: "word"; readonly words: readonly string[] }
  | { readonly is: "bytes"; readonly least: number; readonly most: number }
  | { readonly is: "boolean" }
  | { readonly is: "value" }
  | { readonly is: "optional"; readonly of: Shape }
  | {
      readonly is: "list";
      readonly of: Shape;
      readonly least: number;
      readonly most: number;
      readonly ascending: boolean;
    }
  | { readonly is: "map"; readonly key: Shape; readonly of: Shape; readonly least: number; readonly most: number }
  | {
      readonly is: "document";
      readonly fields: Readonly<Record<string, Shape>>;
      readonly holds: (document: never) => boolean;
    };

declare const meaning: unique symbol;

/** A shape whose values have the type `T` once they are decoded. */
export type Kind<T> = Shape & { readonly [meaning]?: T };

/** The type of what is decoded by a kind. */
export type Decoded<K> = K extends { readonly [meaning]?: infer T } ? Exclude<T, undefined> : never;

/** A text, a boolean or a number: what settings and extensions hold. */
export type Value = string | number | boolean;

export const boolean: Kind<boolean> = { is: "boolean" };
export const value: Kind<Value> = { is: "value" };

/** Text that `fits`. */
export const text = (fits: (text: string) => boolean): Kind<string> => ({ is: "text", fits });

/** A whole number from `least` to `most`. */
export const number = (least: number, most: number, shown?: "date" | "time"): Kind<number> =>
  shown ? { is: "number", least, most, shown } : { is: "number", least, most };

/** A number that stands for one of the words, from 0. */
export const word = <const W extends string>(...words: readonly W[]): Kind<W> => ({ is: "word", words });

/** Bytes, which are hexadecimal once they are decoded. */
export const bytes = (least: number, most = least): Kind<string> => ({ is: "bytes", least, most });

/** `of`, or nothing. */
export const optional = <T>(of: Kind<T>): Kind<T | null> => ({ is: "optional", of });

/** A list of `least` to `most` values. */
export const list = <T>(of: Kind<T>, least: number, most: number): Kind<readonly T[]> => ({
  is: "list",
  of,
  least,
  most,
  ascending: false,
});

/** A list that is a set: its values ascend strictly. */
export const ascending = <T>(of: Kind<T>, least: number, most: number): Kind<readonly T[]> => ({
  is: "list",
  of,
  least,
  most,
  ascending: true,
});

/** A map of `least` to `most` entries. */
export const map = <T>(key: Kind<string>, of: Kind<T>, most: number, least = 0): Kind<ReadonlyMap<string, T>> => ({
  is: "map",
  key,
  of,
  least,
  most,
});

type Fields = Readonly<Record<string, Shape>>;
type Document<F extends Fields> = { readonly [name in keyof F]: Decoded<F[name]> };

/** A document of these fields in this order, for which a rule between them `holds`. */
export const document = <F extends Fields>(
  fields: F,
  holds: (document: Document<F>) => boolean = () => true,
): Kind<Document<F>> => ({ is: "document", fields, holds });
