/** Bytes that go to and from people: of HTTP and WebSockets, without those of TLS and TCP around them. */

import type { Shape } from "./cores"
import type { Load } from "./load"
import type { Exchange, UnitCosts } from "./unit-costs"
import { asksOf, type LiveLimits, picturesOf } from "./work"

/** A kind of traffic, in bytes a second. */
export type Traffic = Exchange & { name: string }

/** @param shape the processes among which viewers, and pages that ask, are shared */
export function trafficOf(
  load: Load,
  shape: Pick<Shape, "vote" | "result">,
  { bytes, pictureBytes }: Pick<UnitCosts, "bytes" | "pictureBytes">,
  live: LiveLimits,
): Traffic[] {
  const pictures = load.viewers * picturesOf(load, load.viewers / shape.result, live)
  return [
    { name: "ballot pages", ...times(bytes.page, load.pages) },
    { name: "files of these pages", ...times(bytes.files, load.files) },
    { name: "votes", ...times(bytes.vote, load.votes) },
    { name: "what open pages ask", ...times(bytes.ask, asksOf(load, shape.vote, live)) },
    { name: "results pages", ...times(bytes.resultsPage, load.resultsPages) },
    { name: "files of results pages", ...times(bytes.resultsFiles, load.resultsFiles) },
    { name: "viewers who come", ...times(bytes.handshake, load.arrivals) },
    { name: "pictures for viewers", in: 0, out: pictures * pictureBytes },
  ]
}

export function sumOf(traffic: readonly Exchange[]): Exchange {
  return traffic.reduce<Exchange>((sum, it) => ({ in: sum.in + it.in, out: sum.out + it.out }), {
    ...{ in: 0, out: 0 },
  })
}

const times = (exchange: Exchange, count: number): Exchange => ({
  ...{ in: exchange.in * count, out: exchange.out * count },
})
