/** Has every Redis know the scripts that vote may run: also one that was started anew, or that takes another's place. */

import { loadScripts } from "@tallyroom/lib/inbox/redis/load-scripts"
import type { Log } from "@tallyroom/lib/process/logging"
import type { Redis } from "ioredis"

export class LoadedScripts {
  private readonly connections = new Map<Redis, () => void>()

  constructor(private readonly log: Pick<Log, "debug">) {}

  /** Loads them whenever this connection was made, before anything else is asked over it. */
  loadInto(connection: Redis): void {
    const load = () => {
      loadScripts(connection).catch((err) => this.log.debug({ err }, "scripts were not loaded; they will be"))
    }
    this.connections.set(connection, load)
    connection.on("ready", load)
    if (connection.status === "ready") load()
  }

  /** Somebody may have flushed them. @throws the first failure, after all were tried */
  async loadAll(): Promise<void> {
    const loads = [...this.connections.keys()].map((connection) => loadScripts(connection))
    const failed = (await Promise.allSettled(loads)).find(({ status }) => status === "rejected")
    if (failed?.status === "rejected") throw failed.reason
  }

  stop(): void {
    for (const [connection, load] of this.connections) connection.off("ready", load)
    this.connections.clear()
  }
}
