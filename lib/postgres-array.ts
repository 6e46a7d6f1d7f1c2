/** Arrays as one parameter of a statement, written as Postgres reads them (its manual, section 8.15.2). */

/** `{1,2}`, for a parameter such as `::integer[]`. */
export function numberArray(values: Iterable<number>): string {
  return `{${[...values].join(",")}}`
}

/** `{1,NULL}`, with NULL in the place of each null and undefined. */
export function nullableArray(values: readonly (number | null | undefined)[]): string {
  return `{${values.map((value) => value ?? "NULL").join(",")}}`
}

/** `{"a","b"}`, for a parameter such as `::text[]` or `::uuid[]`. Every text is quoted, as an option may be called null. */
export function textArray(values: readonly string[]): string {
  if (values.length === 0) return "{}"
  // A batch has thousands of texts, and ids and uuids have nothing to be escaped.
  const safe = /["\\]/.test(values.join("")) ? values.map(escaped) : values
  return `{"${safe.join('","')}"}`
}

function escaped(text: string): string {
  return text.replace(/["\\]/g, "\\$&")
}
