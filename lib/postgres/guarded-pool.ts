/**
 * A pool whose statements have a deadline. A statement that Postgres, a pooler or a dead link leaves without an answer shows
 * that the pool can't be trusted: all of its connections are destroyed, what waits on them is rejected, and a fresh pool takes
 * its place. What a rejected statement did is then unknown, as after any lost connection.
 */

import type { Pool } from "./pool"

type Database = Pool["sql"]

/** How often a Postgres that may rightly take long is asked whether it still answers. */
const PROBE_MS = 1_000

/** What a statement of postgres.js is beside a promise; `handler` sends it, once somebody awaits it. */
type Statement = {
  handler: (statement: Statement) => unknown
  resolve: (result: unknown) => void
  reject: (error: unknown) => void
  cursor: (rows: number) => AsyncIterable<unknown>
  /** Postgres has answered whatever was sent before it over its connection, and works on this one. */
  active: boolean
  /** Set where rows are read portion by portion. */
  cursorRows?: number
}

type Begin = (...args: unknown[]) => Promise<unknown>

export type Guard = {
  answerMs: number
  /** Is told of each pool that was given up, and whether a pooler is behind it. */
  onSilent?: ((isPooled: boolean) => void) | undefined
  /** Whether a fresh pool, which is opened then, will not meet this error of a statement again. */
  isMended: (error: unknown) => boolean
}

export class GuardedPool {
  /** To be used like any other; it leads to the pool that there is now. */
  readonly sql: Database
  private pool: Pool
  private waiting = 0
  /** When the last answer came; now while nothing is waited for. */
  private heardAt = performance.now()
  /** When it was the turn of each statement on its connection: before, it waits for others, and not for Postgres. */
  private readonly turns = new WeakMap<object, number>()

  constructor(
    private readonly open: () => Pool,
    private readonly guard: Guard,
  ) {
    this.pool = open()
    this.sql = this.guarded(
      () => this.pool.sql,
      (name) => (name === "begin" ? this.begin : undefined),
    )
  }

  /** Destroys all connections, so that whatever waits on them is rejected, and opens others. */
  renew(): void {
    const before = this.pool
    this.heardAt = performance.now()
    this.pool = this.open()
    before.destroy()
  }

  /** Does so if statements wait and not one was answered for so long. */
  renewIfSilent(ms: number): void {
    if (this.waiting > 0 && performance.now() - this.heardAt > ms) this.giveUp()
  }

  /** For how long a statement of this pool has had its turn. */
  turnMs(statement: object): number {
    return performance.now() - (this.turns.get(statement) ?? performance.now())
  }

  private giveUp(): void {
    const isPooled = this.pool.isPooled()
    this.renew()
    this.guard.onSilent?.(isPooled)
  }

  /**
   * Does something that may rightly take long, in statements without a deadline. Meanwhile others ask each second whether
   * Postgres still answers.
   */
  async patiently<T>(work: (sql: Database) => Promise<T>): Promise<T> {
    const probe = setInterval(() => void this.sql`SELECT 1`.catch(() => {}), PROBE_MS)
    try {
      return await work(this.pool.sql)
    } finally {
      clearInterval(probe)
    }
  }

  private guarded<S extends object>(current: () => S, override: (name: string | symbol) => unknown): S {
    return new Proxy(current(), {
      apply: (_, self, args) => this.watch(Reflect.apply(current() as () => unknown, self, args)),
      get: (_, name) => {
        const sql = current()
        const own = override(name) ?? Reflect.get(sql, name)
        if (name !== "unsafe") return own
        return (...args: unknown[]) => this.watch(Reflect.apply(own as () => unknown, sql, args))
      },
    })
  }

  /** BEGIN and COMMIT are sent by postgres.js itself. */
  private readonly begin: Begin = async (...args) => {
    const { pool } = this
    const work = args.pop() as (sql: object) => unknown
    let isOver = false
    let answered = () => {}
    const inTransaction = async (sql: object) => {
      try {
        return await work(
          this.guarded(
            () => sql,
            () => undefined,
          ),
        )
      } finally {
        // Work may go on after its connection was lost, and has no answer to wait for then.
        if (!isOver) answered = this.expectAnswer(pool)
      }
    }
    try {
      return await this.withBegin(pool, () =>
        Reflect.apply(pool.sql.begin as Begin, pool.sql, [...args, inTransaction]),
      )
    } catch (error) {
      this.mend(error, pool)
      throw error
    } finally {
      isOver = true
      answered()
    }
  }

  /** BEGIN is made by this call of postgres.js at once; it waits for its turn as any other statement. */
  private withBegin<T>({ sql }: Pool, call: () => T): T {
    const { unsafe } = sql
    sql.unsafe = ((...args: Parameters<typeof unsafe>) => this.watch(unsafe(...args))) as typeof unsafe
    try {
      return call()
    } finally {
      sql.unsafe = unsafe
    }
  }

  /** @param made by a call of `sql`: a statement, or a name or value for one */
  private watch<T>(made: T): T {
    if (!(made instanceof Promise)) return made
    const { pool } = this
    const statement = made as unknown as Statement
    const { handler, cursor } = statement
    statement.handler = (sent) => {
      if (sent.cursorRows === undefined) this.watchAnswer(sent, pool)
      return handler(sent)
    }
    statement.cursor = (rows) => this.watchPortions(cursor.call(statement, rows), pool)
    return made
  }

  private watchAnswer(sent: Statement, pool: Pool): void {
    this.noteTurn(sent)
    const answered = this.expectAnswer(pool, () => this.turns.get(sent))
    const { resolve, reject } = sent
    sent.resolve = (result) => {
      answered()
      resolve(result)
    }
    sent.reject = (error) => {
      answered()
      this.mend(error, pool)
      reject(error)
    }
  }

  private noteTurn(statement: Statement): void {
    let { active } = statement
    Object.defineProperty(statement, "active", {
      configurable: true,
      enumerable: true,
      get: () => active,
      set: (now: boolean) => {
        active = now
        if (now) this.turns.set(statement, performance.now())
      },
    })
  }

  private mend(error: unknown, pool: Pool): void {
    if (pool === this.pool && this.guard.isMended(error)) this.renew()
  }

  private async *watchPortions(portions: AsyncIterable<unknown>, pool: Pool): AsyncGenerator<unknown> {
    let answered = this.expectAnswer(pool)
    try {
      for await (const portion of portions) {
        answered()
        yield portion
        answered = this.expectAnswer(pool)
      }
    } finally {
      answered()
    }
  }

  /**
   * @param since when the answer was first due; undefined while it is not, because others are answered first. Without it: now
   * @returns what is to be called when the answer has come
   */
  private expectAnswer(pool: Pool, since?: () => number | undefined): () => void {
    const { answerMs } = this.guard
    const begun = performance.now()
    let waits = true
    if (this.waiting++ === 0) this.heardAt = performance.now()
    const giveUp = () => {
      if (!waits || pool !== this.pool) return
      // What has not had its turn is not answered before the others are.
      const dueSince = since ? (since() ?? this.heardAt) : begun
      const left = dueSince + answerMs - performance.now()
      if (left > 0) timer = setTimeout(look, left)
      else this.giveUp()
    }
    // An answer that is here already, but not read because this process was busy or stopped itself, counts.
    const look = () => void setImmediate(giveUp)
    let timer = setTimeout(look, answerMs)
    return () => {
      if (!waits) return
      waits = false
      this.waiting--
      this.heardAt = performance.now()
      clearTimeout(timer)
    }
  }
}
