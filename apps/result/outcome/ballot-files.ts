/** The ballots of final polls as files, as often as they may be asked for: all who ask for one meanwhile share one reading of it. */

import type { Decider } from "@tallyroom/lib/outcome/decider"

export class BallotFiles {
  private readonly reading = new Map<number, Promise<Blob | null>>()
  /** The end of the last reading, and of the rest after it. */
  private turn: Promise<unknown> = Promise.resolve()

  constructor(private readonly decider: Pick<Decider, "ballots">) {}

  /**
   * One file is read at a time, and the thread rests after it for as long as it took: who loads files leaves it room to decide polls.
   * @param poll its number
   * @returns null where the poll is gone
   * @throws {Undecided} where it can't be read now
   */
  read(poll: number): Promise<Blob | null> {
    const shared = this.reading.get(poll)
    if (shared) return shared
    let took = 0
    const file = this.turn.then(async () => {
      const begun = performance.now()
      try {
        const text = await this.decider.ballots(poll)
        // The answers to all who wait share its bytes, which a text would have copied for each.
        return text === null ? null : new Blob([text])
      } finally {
        took = performance.now() - begun
        this.reading.delete(poll)
      }
    })
    this.turn = file.catch(() => {}).then(() => Bun.sleep(took))
    this.reading.set(poll, file)
    return file
  }
}
