/** Puts what it is given in an order by chance, each as likely as any other. */

export function shuffled<T>(given: readonly T[]): T[] {
  const items = [...given]
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1))
    const [a, b] = [items[i] as T, items[j] as T]
    items[i] = b
    items[j] = a
  }
  return items
}
