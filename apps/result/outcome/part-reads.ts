/** Reads the parts of ballots' files from Postgres, one at a time, and for each poll in turn. */

/** @returns null where there is no such part any more */
export type ReadPart = (poll: number, part: number) => Promise<string | null>

type Reading = { poll: number; part: number; answer: PromiseWithResolvers<string | null> }

export class PartReads {
  /** What each poll is asked for. The poll whose turn it is next comes first. */
  private readonly waiting = new Map<number, Map<number, Reading>>()
  private isReading = false

  constructor(private readonly readPart: ReadPart) {}

  /**
   * All who wait for the same part share one reading of it, and however many parts of a poll are asked for, those of another one wait for
   * one of them. After each part Postgres and this process have as long for everything else as it took.
   * @returns null where there is no such part any more
   * @throws what reading it throws
   */
  read(poll: number, part: number): Promise<string | null> {
    const asked = this.waiting.get(poll) ?? new Map<number, Reading>()
    this.waiting.set(poll, asked)
    const reading = asked.get(part) ?? { poll, part, answer: Promise.withResolvers() }
    asked.set(part, reading)
    if (!this.isReading) void this.readAll()
    return reading.answer.promise
  }

  private async readAll(): Promise<void> {
    this.isReading = true
    for (let next = this.next(); next; next = this.next()) {
      const begun = performance.now()
      const { poll, part, answer } = next
      await this.readPart(poll, part).then(answer.resolve, answer.reject)
      await Bun.sleep(performance.now() - begun)
    }
    this.isReading = false
  }

  /** The first part of the poll whose turn it is, which goes behind all others. */
  private next(): Reading | undefined {
    for (const [poll, asked] of this.waiting) {
      this.waiting.delete(poll)
      const [first] = asked.values()
      if (!first) continue
      asked.delete(first.part)
      if (asked.size > 0) this.waiting.set(poll, asked)
      return first
    }
    return undefined
  }
}
