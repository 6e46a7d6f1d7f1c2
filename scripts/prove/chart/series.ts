/** Numbers by slot of time, gathered while a record is read. The slots grow with the run. */

/** How often something happened in each slot. */
export class Counts {
  private readonly slots: number[] = []
  sum = 0

  add(slot: number): void {
    this.slots[slot] = (this.slots[slot] ?? 0) + 1
    this.sum++
  }

  upTo(length: number): number[] {
    return Array.from({ length }, (_, slot) => this.slots[slot] ?? 0)
  }

  /** All that had happened by the end of each slot. */
  soFar(length: number): number[] {
    let sum = 0
    return this.upTo(length).map((count) => {
      sum += count
      return sum
    })
  }
}

/** A number that stays until another takes its place; 0 before the first. */
export class Standing {
  private readonly slots: number[] = []
  last: number | null = null

  set(slot: number, value: number): void {
    this.slots[slot] = value
    this.last = value
  }

  /** What stood at the end of each slot. */
  upTo(length: number): number[] {
    let standing = 0
    return Array.from({ length }, (_, slot) => {
      standing = this.slots[slot] ?? standing
      return standing
    })
  }
}
