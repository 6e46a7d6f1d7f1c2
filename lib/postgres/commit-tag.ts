/**
 * A COMMIT that Postgres answers with ROLLBACK has undone the transaction. Postgres says so by the tag alone, and postgres.js
 * doesn't look at it.
 */

/** What postgres.js calls a connection and a statement; nothing of it is in its types. */
type Connection = { execute: (statement: Statement) => unknown }
type Statement = {
  strings: readonly string[]
  resolve: (result: Result) => void
  reject: (error: unknown) => void
}
type Result = { command?: unknown }
type Unsafe = (
  text: string,
  args?: unknown,
  options?: { onexecute?: (connection: Connection) => unknown },
) => unknown

/** SQLSTATE transaction_rollback: the same may be tried again. */
const ROLLED_BACK = "40000"

/** Makes `begin` of this pool reject what was not committed. */
export function demandCommits(sql: { unsafe: unknown }): void {
  const unsafe = sql.unsafe as Unsafe
  const watched = new WeakSet<Connection>()
  const watch = (connection: Connection) => {
    if (watched.has(connection)) return
    watched.add(connection)
    const { execute } = connection
    connection.execute = (statement) => {
      if (statement.strings[0] === "commit") demandCommit(statement)
      return execute(statement)
    }
  }
  // BEGIN is sent so, and this is how `begin` learns the connection.
  sql.unsafe = (...[text, args, options]: Parameters<Unsafe>) => {
    const onexecute = options?.onexecute
    if (onexecute === undefined)
      return options === undefined ? unsafe(text, args) : unsafe(text, args, options)
    const learn = (connection: Connection) => {
      watch(connection)
      return onexecute(connection)
    }
    return unsafe(text, args, { ...options, onexecute: learn })
  }
}

function demandCommit(statement: Statement): void {
  const { resolve, reject } = statement
  statement.resolve = (result) => {
    if (result.command === "COMMIT") return resolve(result)
    const message = `Postgres answered COMMIT with ${String(result.command)}: the transaction is undone`
    reject(Object.assign(new Error(message), { code: ROLLED_BACK }))
  }
}
