/** The seats of viewers: how many there are, and how many of them one network has. */

import { Problem } from "@tallyroom/lib/errors"
import type { ViewerLimit } from "../metrics"

/** A socket should be open so soon after its handshake. One that takes longer no longer has a seat. */
const OPENS_WITHIN_MS = 5_000
/** Seats become free all the time. */
const RETRY_AFTER = { retryAfter: 5 }

export class Seats {
  /** The networks of viewers who have a seat, by how many each has. */
  readonly #networks = new Map<string, number>()
  /** Those whose socket is not open yet. They count too, so that a burst of viewers can't pass the limit together. */
  readonly #pending = new Map<Request, { network: string; timer: Timer }>()
  #taken = 0

  /** @param refused is told of each viewer who gets no seat */
  constructor(
    private readonly most: number,
    private readonly mostOfNetwork: number,
    private readonly refused: (limit: ViewerLimit) => void,
  ) {}

  /**
   * Gives a viewer a seat, if `work` does not refuse that viewer. One who never opens a socket has it for a moment.
   * @throws {Problem} viewers-full, network-full; whatever `work` throws
   */
  async during<T>(request: Request, network: string, work: () => Promise<T>): Promise<T> {
    this.#require(network)
    this.#count(network, 1)
    const timer = setTimeout(() => this.#giveUp(request), OPENS_WITHIN_MS)
    this.#pending.set(request, { network, timer })
    try {
      return await work()
    } catch (error) {
      this.#giveUp(request)
      throw error
    }
  }

  /** The viewer's socket is open: from now on the seat is free when `leave` is called. */
  open(request: Request, network: string): void {
    const pending = this.#pending.get(request)
    clearTimeout(pending?.timer)
    // Who took too long for it gets a seat all the same.
    if (!this.#pending.delete(request)) this.#count(network, 1)
  }

  leave(network: string): void {
    this.#count(network, -1)
  }

  #giveUp(request: Request): void {
    const pending = this.#pending.get(request)
    if (pending === undefined) return
    clearTimeout(pending.timer)
    this.#pending.delete(request)
    this.#count(pending.network, -1)
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
