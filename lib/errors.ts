/**
 * The closed list of problems that a client can be told of, and the one place that maps each kind to HTTP
 * (application/problem+json, RFC 9457).
 */

type Kind = { status: number; title: string }

export const PROBLEMS = {
  "poll-unknown": { status: 404, title: "There is no such poll" },
  "poll-deleted": { status: 410, title: "The poll was deleted" },
  "page-unknown": { status: 404, title: "There is nothing here" },
  "method-unknown": { status: 405, title: "This address does not take that method" },
  "option-unknown": { status: 400, title: "The poll has no such option" },
  "ballot-invalid": { status: 422, title: "The poll takes no such ballot" },
  "request-malformed": { status: 400, title: "The request can't be read" },
  "body-too-large": { status: 413, title: "The request is too large" },
  "content-type-unsupported": { status: 415, title: "This kind of content is not taken here" },
  "vote-stands": { status: 409, title: "This voter has voted already" },
  "vote-too-soon": { status: 429, title: "This voter has changed the vote just now" },
  "vote-changed": { status: 409, title: "This voter has changed the vote since" },
  "poll-not-open": { status: 409, title: "The poll is not open yet" },
  "poll-closed": { status: 409, title: "The poll is closed" },
  "poll-changed": { status: 409, title: "The poll has changed" },
  "poll-paused": { status: 409, title: "Voting is paused" },
  "code-needed": { status: 403, title: "This poll takes votes with a code only" },
  "code-unknown": { status: 403, title: "This is no code of the poll" },
  "cross-site": { status: 403, title: "Requests from other sites are refused" },
  "inbox-full": { status: 503, title: "Too many votes at once" },
  "inbox-away": { status: 503, title: "Votes can't be taken or shown just now" },
  "database-away": { status: 503, title: "Results can't be read just now" },
  "nothing-so-new": { status: 503, title: "There is nothing so new here yet" },
  "viewers-full": { status: 503, title: "Too many people are watching here" },
  "network-full": { status: 429, title: "This network has its share already" },
  "results-hidden": { status: 403, title: "The results are not public now" },
  "receipt-unknown": { status: 404, title: "This is no receipt of the poll" },
  "token-needed": { status: 401, title: "The admin token is needed" },
  "too-many-attempts": { status: 429, title: "Too many attempts" },
  "posts-full": { status: 409, title: "There can be no more posts" },
  "poll-exists": { status: 409, title: "There is a poll with this id already" },
  "poll-fixed": { status: 409, title: "This can't be changed any more" },
  internal: { status: 500, title: "Something went wrong here" },
} as const satisfies Record<string, Kind>

export type ProblemKind = keyof typeof PROBLEMS

type Extra = {
  /** Seconds after which trying again makes sense. */
  retryAfter?: number
  /** Further members of the problem document, such as the standing option. */
  members?: Record<string, unknown>
  /** The error behind the problem. It is logged, and never sent to the client. */
  cause?: unknown
}

/** A failure that a client is told of. `detail` names what failed and with which value, and never internals. */
export class Problem extends Error {
  override readonly name = "Problem"
  readonly status: number
  readonly retryAfter: number | undefined
  readonly members: Record<string, unknown>

  constructor(
    readonly kind: ProblemKind,
    readonly detail: string,
    extra: Extra = {},
  ) {
    super(`${kind}: ${detail}`, { cause: extra.cause })
    this.status = PROBLEMS[kind].status
    this.retryAfter = extra.retryAfter
    this.members = extra.members ?? {}
  }

  /** The problem document. `type` is stable and relative, as RFC 9457 section 3.1.1 allows. */
  toJSON(): Record<string, unknown> {
    const { title, status } = PROBLEMS[this.kind]
    return { ...this.members, type: `/problems/${this.kind}`, title, status, detail: this.detail }
  }

  headers(): Record<string, string> {
    return this.retryAfter === undefined ? {} : { "retry-after": String(this.retryAfter) }
  }

  toResponse(): Response {
    return new Response(JSON.stringify(this), {
      status: this.status,
      headers: {
        "content-type": "application/problem+json",
        "cache-control": "no-store",
        ...this.headers(),
      },
    })
  }
}

/** At most 80 characters of a text that somebody sent, made safe to be repeated in a message. */
export function shown(value: string): string {
  const clean = value.replace(/[^\x20-\x7e\u00a0-\uffff]/g, "·")
  return JSON.stringify(clean.length > 80 ? `${clean.slice(0, 79)}…` : clean)
}
