/** Asks one of several hosts what it is, over a connection of its own, which is kept for the next question. */

import { within } from "../within"
import type { HostState, Question } from "./hosts"
import { lineageOf } from "./lineage"
import type { Pool } from "./pool"

/** How long a host gets to answer, and to take the connection before. */
export const HOST_TIMEOUT_S = 2

export class HostQuestion implements Question {
  private pool: Pool | undefined
  private asking: Promise<HostState> | undefined
  /** Whether it says whose data it has. A server that does not would log a refusal for each question. */
  private tells = true

  /** @param open makes a pool of one connection to this host */
  constructor(private readonly open: () => Pool) {}

  ask(): Promise<HostState> {
    this.asking ??= this.askNow().finally(() => {
      this.asking = undefined
    })
    return this.asking
  }

  close(): void {
    this.pool?.destroy()
    this.pool = undefined
  }

  private async askNow(): Promise<HostState> {
    this.pool ??= this.open()
    const { pool } = this
    try {
      const late = () => new Error(`it did not answer within ${HOST_TIMEOUT_S} s`)
      return await within(HOST_TIMEOUT_S * 1_000, this.stateOf(pool), late)
    } catch (error) {
      if (this.pool === pool) this.close()
      throw error
    }
  }

  private async stateOf({ sql }: Pool): Promise<HostState> {
    const [row] = await sql`SELECT current_setting('transaction_read_only') AS read_only`
    if (row?.read_only === "on") return { isReadOnly: true, lineage: null }
    const lineage = this.tells ? await lineageOf(sql) : null
    this.tells = lineage !== null
    return { isReadOnly: false, lineage }
  }
}
