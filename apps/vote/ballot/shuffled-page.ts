/**
 * A page on which each voter sees the options in an own order. It is rendered once, as the options are written, and put together for each
 * voter from its pieces.
 */

import type { Option } from "@tallyroom/lib/polls/poll"

/** What the data of a page has in the place of the voter's order. No text of a poll can contain it, as it has a control character. */
export const SOME_ORDER: readonly string[] = ["\u007forder"]
const SOME_ORDER_JSON = JSON.stringify(SOME_ORDER)
/** Stands around each option while the page is divided. */
const EDGE = "\u001e"

export class ShuffledPage {
  private readonly before: string
  /** The HTML of each option by its id; none where the page has no ballot. */
  private readonly pieces: ReadonlyMap<string, string>
  private readonly between: string
  private readonly after: string

  /**
   * @param html of a ballot page with `SOME_ORDER`
   * @throws {Error} for a page of another build
   */
  constructor(html: string, options: readonly Pick<Option, "id">[]) {
    const [before, pieces, after] = divided(html)
    if (pieces.length > 0 && pieces.length !== options.length)
      throw new Error(`A ballot of ${options.length} options was rendered with ${pieces.length}.`)
    this.pieces = new Map(pieces.map((piece, i) => [options[i]?.id ?? "", piece]))
    const [between, end] = after.split(SOME_ORDER_JSON, 2)
    if (between === undefined || end === undefined)
      throw new Error("A ballot page has no place for an order.")
    this.before = before
    this.between = between
    this.after = end
  }

  /** The page with its options in this order. */
  in(order: readonly string[]): string {
    const pieces = this.pieces.size > 0 ? order.map((id) => this.pieces.get(id)).join("") : ""
    return this.before + pieces + this.between + JSON.stringify(order) + this.after
  }
}

/** A page in what stands before its options, the options, and what stands behind them. */
function divided(html: string): [before: string, pieces: string[], after: string] {
  const edges = new HTMLRewriter().on("form .options > *", {
    element: (option) => {
      option.before(EDGE, { html: true })
      option.after(EDGE, { html: true })
    },
  })
  const parts = edges.transform(html).split(EDGE)
  const [before = "", ...others] = parts
  if (others.length === 0) return ["", [], before]
  const after = others.pop() ?? ""
  // Between two options there is nothing.
  return [before, others.filter((_, i) => i % 2 === 0), after]
}
