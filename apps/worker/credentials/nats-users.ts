/**
 * Who may do what on NATS. NATS checks the subject of a message, and not where its answer goes: a user who may ask for anything has NATS
 * itself write the answer wherever he likes in his account, and so delete streams, for instance. So vote has an account of its own, from
 * which requests alone lead into that of the streams, and answers come back to nowhere else.
 */

import { IMPORTED_API } from "@tallyroom/lib/inbox/nats/connection"

/** What vote asks for in the account of the streams: `tallyroom.<stream>.<poll>.<voter>.<turn>`, a voter's ballot, and the same at the leader. */
const BALLOTS = "tallyroom.*.*.*.*"
const A_BALLOT = "$JS.API.DIRECT.GET.>"
const AT_LEADER = "$JS.API.STREAM.MSG.GET.*"
/** Where vote asks for the last of these: in its own account this subject is the server's, which says that there are no streams. */
const AT_LEADER_BY_VOTE = `${IMPORTED_API}.STREAM.MSG.GET.*`
/** Where a worker writes its markers. */
const OF_WORKERS = ["tallyroom.*.stops.>", "tallyroom.*.notes.>"]
/** The subjects on which a client gets its answers; in each account there is one user. */
const ANSWERS = "_INBOX.>"

/**
 * The accounts as a part of a NATS server's configuration: vote may write ballots, but no markers, and read a voter's, the worker may also
 * make, read and clear the streams.
 */
export function natsUsers(passwords: { vote: string; worker: string }): string {
  const vote = { allow: [BALLOTS, A_BALLOT, AT_LEADER_BY_VOTE], deny: OF_WORKERS }
  const worker = { allow: ["tallyroom.>", "$JS.API.>"] }
  const exports = [BALLOTS, A_BALLOT, AT_LEADER].map((service) => ({ service, accounts: ["VOTE"] }))
  const imports = [
    { service: { account: "TALLYROOM", subject: BALLOTS } },
    { service: { account: "TALLYROOM", subject: A_BALLOT } },
    { service: { account: "TALLYROOM", subject: AT_LEADER }, to: AT_LEADER_BY_VOTE },
  ]
  return [
    "accounts {",
    "  TALLYROOM {",
    "    jetstream: enabled",
    `    users: [${user("worker", passwords.worker, worker)}]`,
    `    exports: ${JSON.stringify(exports)}`,
    "  }",
    "  VOTE {",
    `    users: [${user("vote", passwords.vote, vote)}]`,
    `    imports: ${JSON.stringify(imports)}`,
    "  }",
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
  return `{ user: ${name}, password: ${JSON.stringify(password)}, permissions: ${permissions} }`
}
