/** Groups and orders. */

export function groupBy<T>(items: Iterable<T>, keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

type Key = string | number | boolean | null | undefined;

/** Return a copy of `items` in the order of their keys, compared one after the other; of several equal ones, as they were. */
export const sortBy = <T>(items: Iterable<T>, keysOf: (item: T) => readonly Key[]): T[] =>
  [...items].map((item) => ({ item, keys: keysOf(item) })).sort((a, b) => compareKeys(a.keys, b.keys)).map(({ item }) => item);

function compareKeys(a: readonly Key[], b: readonly Key[]): number {
  const place = a.findIndex((key, n) => key !== b[n]);
  return place < 0 ? 0 : a[place]! < b[place]! ? -1 : 1;
}

/** Return all that can be reached from `start`, over one step or more. */
export function reachable(start: string, next: (key: string) => Iterable<string>): Set<string> {
  const reached = new Set<string>();
  const waiting = [...next(start)];
  for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
    if (reached.has(key)) continue;
    reached.add(key);
    waiting.push(...next(key));
  }
  return reached;
}
