/** Groups, orders and what can be reached. */

export function groupBy<T>(items: Iterable<T>, keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    groups
      .set(key, groups.get(key) ?? [])
      .get(key)!
      .push(item);
  }
  return groups;
}

type Key = string | number | boolean;

/** Return `items` in the order of their keys, compared one after the other. */
export const sortBy = <T>(items: Iterable<T>, keysOf: (item: T) => readonly Key[]): T[] =>
  [...items].sort((a, b) => compare(keysOf(a), keysOf(b)));

function compare(a: readonly Key[], b: readonly Key[]): number {
  const place = a.findIndex((key, n) => key !== b[n]);
  return place < 0 ? 0 : a[place]! < b[place]! ? -1 : 1;
}

/** Return all that can be reached from `start`, over one step or more. */
export function reachable(start: string, next: (key: string) => Iterable<string>): Set<string> {
  const reached = new Set(next(start));
  for (const key of reached) for (const further of next(key)) reached.add(further);
  return reached;
}
