/**
 * Statements that wait for the answers to those before them. A pooler by transactions takes a server away once it has answered a
 * statement, though the next one may be half on its way there: then that is never answered.
 */

type Statement = { options: { onexecute?: () => boolean } }
type Unsafe = (text: string, args?: unknown, options?: object) => unknown

/** @param mayFollow whether a statement may be sent before the one ahead of it is answered; asked for each */
export function oneByOne<S extends { unsafe: unknown }>(sql: S, mayFollow: () => boolean): S {
  // postgres.js sends no other statement after one for which this is false. BEGIN has its own, and is alone anyway.
  const unsafe = sql.unsafe as Unsafe
  sql.unsafe = (...[text, args, options]: Parameters<Unsafe>) => {
    // It tells what it was given by how much that is.
    if (options === undefined && !Array.isArray(args))
      return unsafe(text, [], { onexecute: mayFollow, ...(args as object) })
    return unsafe(text, args, { onexecute: mayFollow, ...options })
  }
  return new Proxy(sql, {
    apply: (target, self, args) => {
      const made = Reflect.apply(target as unknown as () => unknown, self, args)
      if (made instanceof Promise) (made as unknown as Statement).options.onexecute = mayFollow
      return made
    },
  })
}
