/** Who may do what on NATS. */

const OWN_SUBJECTS = "tallyroom.>"
/** Where a worker writes its markers: a marker of somebody else could make ballots late. */
const OF_WORKERS = ["tallyroom.*.stops.>", "tallyroom.*.notes.>", "tallyroom.*.first"]
/** The subjects on which each client gets its answers. */
const ANSWERS = "_INBOX.>"

/**
 * The users as a part of a NATS server's configuration: vote may write ballots, but no markers, and read a voter's, the worker may also make,
 * read and clear the streams.
 */
export function natsUsers(passwords: { vote: string; worker: string }): string {
  const vote = [OWN_SUBJECTS, "$JS.API.DIRECT.GET.>", "$JS.API.STREAM.MSG.GET.>"]
  const worker = [OWN_SUBJECTS, "$JS.API.>"]
  return [
    "authorization {",
    "  users: [",
    user("vote", passwords.vote, { allow: vote, deny: OF_WORKERS }),
    user("worker", passwords.worker, { allow: worker }),
    "  ]",
    "}",
    "",
  ].join("\n")
}

/** The inner lines of a `cluster` block: where the other servers are, and the secret that they show each other. */
export function natsRoutes(password: string, servers: readonly string[]): string {
  const routes = servers.map((server) => JSON.stringify(`nats-route://route:${password}@${server}:6222`))
  return [
    `authorization { user: route, password: ${JSON.stringify(password)} }`,
    `routes: [${routes.join(", ")}]`,
    "",
  ].join("\n")
}

function user(name: string, password: string, publish: { allow: string[]; deny?: string[] }): string {
  const permissions = `{ publish: ${JSON.stringify(publish)}, subscribe: ${JSON.stringify([ANSWERS])} }`
  return `    { user: ${name}, password: ${JSON.stringify(password)}, permissions: ${permissions} }`
}
