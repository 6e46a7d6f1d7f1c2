/** What the books of a poll say. */

export type Books = {
  accepted: number
  counted: number
  replaced: number
  late: number
  setAside: number
  lost: number
  tally: number
  /** The rows of votes, counted anew; null unless asked for. */
  recount: number | null
}

/** Ballots that are known to be accepted, of which no column tells yet what became. */
export function waitingOf({ accepted, counted, replaced, late, setAside, lost }: Books): number {
  return accepted - counted - replaced - late - setAside - lost
}

/** Whether the tally is what the books and, if asked for, the votes say. */
export function agrees(books: Books): boolean {
  const recountFits = books.recount === null || books.recount === books.tally
  return waitingOf(books) >= 0 && books.tally === books.counted && recountFits
}
