/** The number that a field has; none for a text that is no number, which every schema refuses. */
export function numberIn(text: string): number {
  return text === "" ? Number.NaN : Number(text)
}
