/** Whether the books of a poll balance. */

export type Books = {
  /** Without the copies. */
  accepted: number
  counted: number
  replaced: number
  late: number
  setAside: number
  lost: number
  /** Whether an inbox went away that may have accepted more than a worker had seen. */
  lostAtLeast: boolean
  /** Ballots that say again what their voter's vote says. */
  copies: number
  tally: number
  /** The number of rows of votes; null unless they were counted. */
  recount: number | null
}

/** How many ballots were accepted and are in no other column yet. */
export function waitingOf({ accepted, counted, replaced, late, setAside, lost }: Books): number {
  return accepted - counted - replaced - late - setAside - lost
}

/** Whether the tally agrees with the books, and with the number of votes if they were counted. */
export function agrees(books: Books): boolean {
  const recountFits = books.recount === null || books.recount === books.tally
  return waitingOf(books) >= 0 && books.tally === books.counted && recountFits
}
