/** Makes an index of a record as its lines come, so that a million calls need little memory. */

import type { Call, PollMade, ReceiptSaid, RecordLine } from "../record/record"
import { ONE_OPTION } from "../record/said"
import type { Asked, Evidence, PollEvidence, PollRow, VoterEvidence } from "./evidence"
import { type BallotPlace, isSamePlace, NO_BALLOT, openReceipt, voterOfKey } from "./place"
import { Viewers } from "./viewers"

/** What the header `Replaces` says where there is no vote yet. */
const NONE = "none"

export class RecordIndex {
  readonly evidence: Omit<Evidence, "books" | "setbacks">
  private readonly viewers = new Viewers()
  /** Each text once: every line brings its own copies. */
  private readonly texts = new Map<string, string>()

  /** @param rows by poll id, what Postgres has after the run */
  constructor(private readonly rows: Map<string, PollRow>) {
    this.evidence = {
      inbox: "redis",
      hasReplicas: false,
      polls: new Map(),
      faults: [],
      viewing: this.viewers.viewing,
      held: [],
      audited: new Map(),
      healed: [],
      runs: 0,
      oddities: [],
      calls: { ok: 0, refused: 0, unknown: 0 },
    }
  }

  add(line: RecordLine): void {
    const { evidence } = this
    switch (line.kind) {
      case "run":
        evidence.runs++
        // A shard of a cluster is held to what a Redis is.
        evidence.inbox = line.inbox === "redis-cluster" ? "redis" : line.inbox
        evidence.hasReplicas = line.inbox === "redis-cluster" || (line.failover && line.inbox === "redis")
        return
      case "poll":
        this.addPoll(line)
        return
      case "poll-asked":
        this.pollOf(line.poll, "was asked something")?.asked.push(line)
        return
      case "call":
        evidence.calls[line.outcome]++
        this.addCall(line)
        return
      case "fault":
        evidence.faults.push(line)
        return
      case "seen":
        this.viewers.see(line, evidence.polls.get(line.poll)?.made.ballot ?? ONE_OPTION)
        return
      case "outcome":
        this.viewers.seeOutcome(line)
        return
      case "held":
        evidence.held.push(line)
        return
      case "receipt":
        this.addSaid(line)
        return
      case "results":
        this.pollOf(line.poll, "has results")?.results.push(line)
        return
      case "audited":
        evidence.audited.set(line.poll, line)
        return
      case "healed":
        evidence.healed.push(line)
        return
    }
  }

  /** To be called once, after the last line. */
  end(): void {
    for (const { voters } of this.evidence.polls.values())
      for (const { calls } of voters.values()) calls.sort((a, b) => a.invoked - b.invoked)
  }

  private addPoll(made: PollMade): void {
    const { polls, oddities } = this.evidence
    if (polls.has(made.poll)) oddities.push(`The poll ${made.poll} was made twice.`)
    else {
      const row = this.rows.get(made.poll) ?? null
      const nothing = { strangers: [], asked: [], results: [], outcome: null }
      polls.set(made.poll, { made, row, voters: new Map(), ...nothing })
    }
  }

  private pollOf(id: string, what: string): PollEvidence | null {
    const poll = this.evidence.polls.get(id)
    if (poll) return poll
    this.evidence.oddities.push(`The poll ${id} ${what}, but the record does not say that it was made.`)
    return null
  }

  private addCall(call: Call): void {
    const poll = this.pollOf(call.poll, "was voted in")
    // Without the poll's salt nothing of its ballots can be told, and without its row none of them is there.
    if (!poll?.row) return
    const { salt } = poll.row
    const id = voterOfKey(salt, call.voter)
    const voter = voterIn(poll, id, call.voter)
    if (call.outcome === "refused" && call.stands === null) voter.refused++
    else voter.calls.push(this.asked(call, salt, id))
  }

  private asked(call: Call, salt: string, id: string): Asked {
    const receipt = call.outcome === "ok" && call.receipt !== null ? openReceipt(salt, call.receipt) : null
    const isOwn = receipt?.voter === id
    return {
      ballot: call.ballot,
      option: this.once(call.option),
      replica: call.replica,
      invoked: call.invoked,
      answered: call.answered,
      outcome: call.outcome,
      status: call.status,
      problem: call.problem === null ? null : this.once(call.problem),
      place: receipt && isOwn ? receipt.place : null,
      shard: receipt && isOwn ? receipt.shard : -1,
      replaces: replacedBy(call.replaces, salt, id),
      stands: call.stands === null ? null : this.once(call.stands),
      fate: null,
      said: null,
    }
  }

  private addSaid({ poll: id, receipt, status }: ReceiptSaid): void {
    const poll = this.evidence.polls.get(id)
    const opened = poll?.row ? openReceipt(poll.row.salt, receipt) : null
    const voter = opened && poll?.voters.get(opened.voter)
    if (!opened || !voter) return
    for (const call of voter.calls)
      if (call.place && isSamePlace(call.place, opened.place)) call.said = this.once(status)
  }

  private once(text: string): string {
    const known = this.texts.get(text)
    if (known !== undefined) return known
    this.texts.set(text, text)
    return text
  }
}

function voterIn(poll: PollEvidence, id: string, key: string): VoterEvidence {
  const known = poll.voters.get(id)
  if (known) return known
  const voter = { key, calls: [], refused: 0, standing: null, replaced: [] }
  poll.voters.set(id, voter)
  return voter
}

/** A receipt of somebody else says nothing, as for the product. */
function replacedBy(replaces: string | null, salt: string, id: string): BallotPlace | null {
  if (replaces === null) return null
  if (replaces === NONE) return NO_BALLOT
  const receipt = openReceipt(salt, replaces)
  return receipt?.voter === id ? receipt.place : null
}
