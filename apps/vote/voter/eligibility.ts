/** Eligibility: who may vote in a poll, and as which voter: by a browser's cookie, by a code, or by the network. */

import { readCode } from "@tallyroom/lib/ballots/codes"
import { Problem, shown } from "@tallyroom/lib/errors"
import type { Attempts } from "@tallyroom/lib/http/attempts"
import type { Poll } from "@tallyroom/lib/polls/poll"
import type { Client } from "./client"
import { mustSetCookie, type Visitor, type Visitors } from "./visitor"
import type { Identity } from "./voters"

export type EligibilityDeps = { visitors: Visitors; codeAttempts: Attempts }

/**
 * `owner` is who casts the ballot, where a code or a network is the voter: others may come with the same one, and only this
 * browser is told what it voted. `setCookie` is the Set-Cookie header for the answer; null for none.
 */
export type Identified = { identity: Identity; owner?: Identity; setCookie: string | null }

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/**
 * The identity under which this client votes.
 * @throws {Problem} code-needed, code-unknown, too-many-attempts; request-malformed for an Idempotency-Key that is no UUID
 */
export function identify(
  deps: EligibilityDeps,
  poll: Poll,
  code: string | undefined,
  client: Client,
): Identified {
  switch (poll.eligibility) {
    case "browser":
      return byBrowser(deps.visitors, client)
    case "code":
      return ownedBy(byCode(deps.codeAttempts, poll, code, client), byBrowser(deps.visitors, client))
    case "network":
      return ownedBy({ kind: "network", value: client.network() }, byBrowser(deps.visitors, client))
  }
}

function ownedBy(identity: Identity, { identity: owner, setCookie }: Identified): Identified {
  return { identity, owner, setCookie }
}

/** A cookie wins over a key, which is for clients that keep no cookies. A client that has neither gets a new visitor id. */
function byBrowser(visitors: Visitors, client: Client): Identified {
  const visitor = visitors.read(client.header("cookie"))
  if (visitor) return asVisitor(visitors, visitor, client)
  const key = client.header("idempotency-key")
  if (key === null) return asVisitor(visitors, visitors.create(), client)
  if (!UUID.test(key)) {
    throw new Problem("request-malformed", `The Idempotency-Key ${shown(key)} is no UUID: send one.`)
  }
  return { identity: { kind: "key", value: key.toLowerCase() }, setCookie: null }
}

function asVisitor(visitors: Visitors, visitor: Visitor, client: Client): Identified {
  return {
    identity: { kind: "visitor", value: visitor.id },
    setCookie: mustSetCookie(visitor, () => client.isSecure())
      ? visitors.setCookie(visitor, client.isSecure())
      : null,
  }
}

function byCode(attempts: Attempts, poll: Poll, typed: string | undefined, client: Client): Identity {
  if (!typed?.trim()) {
    throw new Problem(
      "code-needed",
      `The poll ${poll.id} takes votes with a code only: type the one you were given.`,
    )
  }
  const code = readCode(poll.salt, typed)
  // A valid code is taken even if others on the same network have guessed too often.
  if (code !== null) return { kind: "code", value: code }
  const network = client.network()
  attempts.check(network)
  attempts.failed(network)
  throw new Problem(
    "code-unknown",
    `${shown(typed)} is no code of the poll ${poll.id}: check every character.`,
  )
}
