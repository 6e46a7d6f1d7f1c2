/** Puts the options of a ballot in the order in which this voter sees them. */

import type { VNode } from "preact"

/**
 * Each option keeps the number and the colour of its place in the poll, as the results have them.
 * @param options as the host wrote them, each with its id as its key
 * @param shown the ids in the voter's own order; without it the options stay as they are
 */
export function inOrder(options: VNode[], shown: readonly string[] | undefined): VNode[] {
  return shown ? options.sort((a, b) => shown.indexOf(a.key) - shown.indexOf(b.key)) : options
}
