/**
 * Finds out whether there is a pooler between this process and Postgres. Behind one, two statements of a connection may reach
 * two servers, so none is prepared. Where it is sure that there is none, they are.
 */

import type { Sql } from "postgres"

/** What a result of postgres.js tells of its connection: whom to name for ending a statement, as the server said at first. */
type Told = { state?: { pid?: number } }

/** What this process knows of the places that it connects to. */
const pooledPlaces = new Set<string>()

/** How soon those are asked again that had no time for the question. */
const AGAIN_MS = 200

export class PoolerWatch {
  /** It is sure that there is none before any of the connections. */
  isDirect = false
  /** The processes at the other end that were found to be there for one connection alone, since the connections last changed. */
  private readonly proven = new Set<number>()
  private isLooking = false

  /**
   * @param connections how many there are
   * @param place the hosts, by which pools know what others have found out
   * @param isSure whether the address says so already
   */
  constructor(
    private readonly sql: Sql<{ bigint: number }>,
    private readonly connections: () => number,
    private readonly place: string,
    private readonly isSure: boolean,
  ) {}

  get isPooled(): boolean {
    return this.isSure || pooledPlaces.has(this.place)
  }

  /** Is told of each connection before it is used: it may lead elsewhere than those before. */
  distrust(): void {
    this.isDirect = false
    this.sql.options.prepare = false
    this.proven.clear()
  }

  /** Is told of each connection that is closed: who was proven is not known by connection. */
  forget(): void {
    this.proven.clear()
  }

  /** Asks every connection, as soon as there is one that can be asked. */
  look(): void {
    if (!this.isSure && !this.isLooking) setImmediate(() => void this.ask())
  }

  private async ask(): Promise<void> {
    if (this.isLooking) return
    this.isLooking = true
    try {
      while (!this.isDirect) {
        if (await this.findsPooler()) return void pooledPlaces.add(this.place)
        if (this.proven.size >= this.connections()) this.trust()
        else await Bun.sleep(AGAIN_MS)
      }
    } catch {
      // Whatever is wrong is told to who asks for more than that. The next connection is looked at again.
    } finally {
      this.isLooking = false
    }
  }

  /** One after the other: where nobody answers, no more than one connection waits for that. Those that are free take turns. */
  private async findsPooler(): Promise<boolean> {
    for (let questions = Math.max(1, this.connections()); questions > 0; questions--) {
      const { named, answering } = await connectionOf(this.sql)
      if (named === undefined || named !== answering) return true
      this.proven.add(named)
    }
    return false
  }

  private trust(): void {
    this.isDirect = true
    this.sql.options.prepare = true
    pooledPlaces.delete(this.place)
  }
}

/** Which process the server named at first, and which one answers. */
async function connectionOf(sql: Sql<{ bigint: number }>): Promise<{ named?: number; answering?: number }> {
  const rows = await sql`SELECT pg_backend_pid() AS pid`
  const named = (rows as Told).state?.pid
  return { ...(named !== undefined && { named }), answering: rows[0]?.pid }
}

/** A pooler makes up the process that it names at first, as it has none of its own for each client. */
export async function isPooledConnection(sql: Sql<{ bigint: number }>): Promise<boolean> {
  const { named, answering } = await connectionOf(sql)
  return named !== answering
}
