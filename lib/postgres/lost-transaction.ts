/**
 * A transaction ends with its connection. postgres.js rejects it then, but would still send what its work asks for, and its ROLLBACK
 * or COMMIT: to nobody, after which that connection is never made again, or within the transaction that has the next one.
 */

type Connection = { id: number }
type Transaction = { isLost: boolean; lose: (error: Error) => void }
type Begin = (...args: unknown[]) => unknown
type Unsafe = (
  text: string,
  args?: unknown,
  options?: { onexecute?: (connection: Connection) => unknown },
) => unknown
/** `handler` sends it. */
type Statement = { handler: (statement: Statement) => unknown; reject: (error: Error) => void }

/** @returns what is to be told of each connection of this pool that is closed */
export function endWithConnections(sql: { begin: unknown; unsafe: unknown }): (id: number) => void {
  const begin = sql.begin as Begin
  const unsafe = sql.unsafe as Unsafe
  const latest = new Map<number, Transaction>()
  let beginning: Transaction | undefined
  sql.begin = (...args: unknown[]) => {
    const work = args.pop() as (sql: object) => unknown
    const { promise: loss, reject: lose } = Promise.withResolvers<never>()
    const transaction = { isLost: false, lose }
    const inTransaction = (own: object) => unlessLost(transaction, work(refusing(own, transaction)))
    beginning = transaction
    try {
      return Promise.race([begin(...args, inTransaction), loss])
    } finally {
      beginning = undefined
    }
  }
  // BEGIN is sent so, at once, and this is how `begin` learns the connection.
  sql.unsafe = (...[text, args, options]: Parameters<Unsafe>) => {
    const transaction = beginning
    const onexecute = options?.onexecute
    if (!transaction || !onexecute)
      return options === undefined ? unsafe(text, args) : unsafe(text, args, options)
    const learn = (connection: Connection) => {
      latest.set(connection.id, transaction)
      return onexecute(connection)
    }
    return unsafe(text, args, { ...options, onexecute: learn })
  }
  return (id) => {
    const transaction = latest.get(id)
    if (!transaction) return
    transaction.isLost = true
    transaction.lose(lostError())
  }
}

/** Never settles once the connection is lost: postgres.js would send ROLLBACK or COMMIT. */
async function unlessLost(transaction: Transaction, work: unknown): Promise<unknown> {
  try {
    return await work
  } finally {
    if (transaction.isLost) await new Promise(() => {})
  }
}

function refusing(sql: object, transaction: Transaction): object {
  const watch = (made: unknown) => {
    if (!(made instanceof Promise)) return made
    const statement = made as unknown as Statement
    const { handler } = statement
    statement.handler = (sent) => (transaction.isLost ? sent.reject(lostError()) : handler(sent))
    return made
  }
  return new Proxy(sql, {
    apply: (target, self, args) => watch(Reflect.apply(target as () => unknown, self, args)),
    get: (target, name) => {
      const own = Reflect.get(target, name)
      return name === "unsafe" ? (...args: unknown[]) => watch(Reflect.apply(own, target, args)) : own
    },
  })
}

function lostError(): Error {
  const message = "the connection of this transaction was lost"
  return Object.assign(new Error(message), { code: "CONNECTION_CLOSED" })
}
