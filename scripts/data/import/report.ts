/** How many rows came to what, in a sentence. */

export type Kind = "accepted" | "received" | "same" | "replaced" | "refused"

export class Report {
  readonly counts: Record<Kind, number> = { accepted: 0, received: 0, same: 0, replaced: 0, refused: 0 }

  constructor(private readonly isDry: boolean) {}

  get summary(): string {
    const { accepted, received, same, replaced, refused } = this.counts
    return [
      received === 0 || accepted > 0 ? `${accepted} ${this.isDry ? "could be cast" : "accepted"}` : "",
      received > 0 ? `${received} received (counting decides whether they stand)` : "",
      same > 0 ? `${same} cast before` : "",
      replaced > 0 ? `${replaced} replaced by a later row of the file` : "",
      `${refused} refused`,
    ]
      .filter(Boolean)
      .join(", ")
  }
}
