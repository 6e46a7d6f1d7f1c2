/** The seats of viewers: how many there are, and how many of them one network has. */

import { Problem } from "@tallyroom/lib/errors"
import type { ViewerLimit } from "../metrics"

/** Seats become free all the time. */
const RETRY_AFTER = { retryAfter: 5 }

export class Seats {
  /** The networks of viewers who have a seat, by how many each has. */
  readonly #networks = new Map<string, number>()
  /** Those whose socket is not open yet. They count too, so that a burst of viewers can't pass the limit together. */
  readonly #pending = new Set<Request>()
  #taken = 0

  /** @param refused is told of each viewer who gets no seat */
  constructor(
    private readonly most: number,
    private readonly mostOfNetwork: number,
    private readonly refused: (limit: ViewerLimit) => void,
  ) {}

  /**
   * Gives a viewer a seat for the time of a handshake. It is free again afterwards, unless a socket was opened by then.
   * @param work the handshake, up to the upgrade
   * @throws {Problem} viewers-full, network-full; whatever `work` throws
   */
  async during(request: Request, network: string, work: () => Promise<void>): Promise<void> {
    this.#require(network)
    this.#count(network, 1)
    this.#pending.add(request)
    try {
      await work()
    } finally {
      if (this.#pending.delete(request)) this.#count(network, -1)
    }
  }

  /** The viewer's socket is open: from now on the seat is free when `leave` is called. */
  open(request: Request, network: string): void {
    if (!this.#pending.delete(request)) this.#count(network, 1)
  }

  leave(network: string): void {
    this.#count(network, -1)
  }

  #require(network: string): void {
    if (this.#taken >= this.most) {
      const detail = `There are ${this.most} viewers here already: try again in a few seconds.`
      this.refused("viewers-full")
      throw new Problem("viewers-full", detail, RETRY_AFTER)
    }
    if ((this.#networks.get(network) ?? 0) >= this.mostOfNetwork) {
      const detail = `${this.mostOfNetwork} viewers from your network are here already: try again in a few seconds.`
      this.refused("network-full")
      throw new Problem("network-full", detail, RETRY_AFTER)
    }
  }

  #count(network: string, seats: 1 | -1): void {
    this.#taken += seats
    const left = (this.#networks.get(network) ?? 0) + seats
    if (left > 0) this.#networks.set(network, left)
    else this.#networks.delete(network)
  }
}
