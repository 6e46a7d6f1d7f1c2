/**
 * Finds out whether there is a pooler between this process and Postgres. Behind one, two statements of a connection may reach
 * two servers, so none is prepared. Where it is sure that there is none, they are.
 */

import type { Sql } from "postgres"

/** What a result of postgres.js tells of its connection: whom to name for ending a statement, as the server said at first. */
type Told = { state?: { pid?: number } }

/** What this process knows of the places that it connects to. */
const pooledPlaces = new Set<string>()

export class PoolerWatch {
  /** It is sure that there is none. */
  isDirect = false
  private isLooking = false
  private isStale = false

  /**
   * @param place the hosts, by which pools know what others have found out
   * @param isSure whether the address says so already
   */
  constructor(
    private readonly sql: Sql<{ bigint: number }>,
    private readonly place: string,
    private readonly isSure: boolean,
  ) {}

  get isPooled(): boolean {
    return this.isSure || pooledPlaces.has(this.place)
  }

  /** Is told of each connection that is made: it may lead elsewhere than those before. */
  look(): void {
    if (this.isSure) return
    this.isStale = true
    if (!this.isLooking) setImmediate(() => void this.ask())
  }

  private async ask(): Promise<void> {
    if (this.isLooking) return
    this.isLooking = true
    try {
      while (this.isStale) {
        this.isStale = false
        this.learn(await isPooledConnection(this.sql))
      }
    } catch {
      // Whatever is wrong is told to who asks for more than that. The next connection is looked at again.
    } finally {
      this.isLooking = false
    }
  }

  private learn(isPooled: boolean): void {
    this.isDirect = !isPooled
    this.sql.options.prepare = !isPooled
    if (isPooled) pooledPlaces.add(this.place)
    else pooledPlaces.delete(this.place)
  }
}

/** A pooler makes up the process that it names at first, as it has none of its own for each client. */
export async function isPooledConnection(sql: Sql<{ bigint: number }>): Promise<boolean> {
  const rows = await sql`SELECT pg_backend_pid() AS pid`
  return (rows as Told).state?.pid !== rows[0]?.pid
}
