/** Values of plain objects whose keys come from people, as ids of options do: one may be `constructor`, which every object inherits. */

/** The object's own value under this key; undefined where it has none of its own. */
export function ownValue<T>(values: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(values, key) ? values[key] : undefined
}
