/** Chance that can be repeated: everything that a run decides by chance comes from its seed. */

export type Random = {
  /** From 0 up to, not including, 1. */
  next(): number
  between(least: number, most: number): number
  whole(least: number, most: number): number
  pick<T>(from: readonly T[]): T
}

/** mulberry32 (Tommy Ettinger, public domain): small, and even enough to choose faults. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (least: number, most: number) => least + next() * (most - least)
  const whole = (least: number, most: number) => Math.floor(between(least, most + 1))
  return {
    next,
    between,
    whole,
    pick: <T>(from: readonly T[]) => {
      if (from.length === 0) throw new RangeError("there is nothing to pick from")
      return from[whole(0, from.length - 1)] as T
    },
  }
}
