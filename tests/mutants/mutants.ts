/** The mutants: each breaks one promise, in a way that a mistake might. */

import type { Harm, Inbox } from "../../scripts/prove/record/record"
import type { Change } from "./mutant"

export type Mutant = {
  name: string
  changes: readonly Change[]
  /** The faults under which it shows. */
  only: readonly string[]
  harm?: Harm
  inbox?: Inbox
  /** In whose plan it shows, where it does not in the usual one. */
  seed?: number
  /** How long faults and votes go on, where it shows by too few of the host's moves to be sure of one within the usual time. */
  seconds?: number
  /** Whether the stores have servers that take the place of one that dies for good. */
  failover?: boolean
  /** How Redis syncs, which is told to nobody else. */
  appendfsync?: "everysec"
  /** The rule that must catch it. */
  rule: string
}

const CAST = "lib/inbox/redis/cast.lua"
const COMMIT = "apps/worker/counting/commit.sql"
const CHOICE = "lib/ballots/choice.ts"

export const MUTANTS: readonly Mutant[] = [
  {
    name: "moves the position past votes that it does not write",
    changes: [
      {
        file: COMMIT,
        from: "AS b(poll, voter, ms, seq, option)\n  ON CONFLICT (poll, voter) DO NOTHING",
        to: "AS b(poll, voter, ms, seq, option)\n  WHERE b.ms % 50 <> 7\n  ON CONFLICT (poll, voter) DO NOTHING",
      },
      {
        file: "apps/worker/counting/commit-first-votes.sql",
        from: ") AS ballots ORDER BY poll, voter",
        to: ") AS ballots WHERE ms % 50 <> 7 ORDER BY poll, voter",
      },
    ],
    only: ["restart"],
    rule: "counted once",
  },
  {
    name: "answers before Redis has",
    changes: [
      {
        file: "lib/inbox/redis/append.ts",
        from: `      const away = asInboxAway("Redis", error, { perhaps: true })
      for (const one of waiting) one.reject(away)`,
        to: `      for (const one of waiting)
        one.resolve({ kind: "accepted", position: { ms: Date.now(), seq: 0 } })`,
      },
    ],
    only: ["kill", "cut"],
    rule: "counted once",
  },
  {
    name: "answers before a replica of Redis has the ballot on its disk",
    changes: [
      {
        file: "apps/vote/main.ts",
        from: "INBOX_REPLICAS > 0 && publisher === null",
        to: "INBOX_REPLICAS < 0 && publisher === null",
      },
    ],
    only: ["replicas parted"],
    failover: true,
    rule: "counted once",
  },
  {
    name: "answers before the replica of a cluster's master has the ballot on its disk",
    changes: [
      {
        file: "apps/vote/main.ts",
        from: "INBOX_REPLICAS > 0 && publisher === null",
        to: "INBOX_REPLICAS < 0 && publisher === null",
      },
    ],
    only: ["replica parted"],
    inbox: "redis-cluster",
    rule: "counted once",
  },
  {
    name: "answers before it knows that no sentinel has chosen another master, and stays at one that is being replaced",
    changes: [
      {
        file: "apps/vote/main.ts",
        from: "votesWait ? openBarrier(access.redis) : null",
        to: "null",
      },
      // Which makes that rare.
      {
        file: "lib/inbox/redis/sentinel-place.ts",
        from: '.includes("failover_in_progress")',
        to: '.includes("never")',
      },
    ],
    only: ["master goes on"],
    failover: true,
    rule: "counted once",
  },
  {
    name: "trims the stream before the commit",
    changes: [
      {
        file: "apps/worker/source/redis-source.ts",
        from: "    return this.reader.read(after, count, waitMs)\n",
        to: `    return this.reader.read(after, count, waitMs).then(async (entries) => {
      const last = entries.at(-1)
      if (last) await this.reader.release(last.position)
      return entries
    })
`,
      },
    ],
    only: ["cut", "kill"],
    rule: "counted once",
  },
  {
    name: "keeps its gate open whatever Redis it finds",
    changes: [{ file: CAST, from: "if redis.pcall('GET', fence) ~= served_by then", to: "if false then" }],
    only: ["older volume"],
    harm: "unseen",
    seed: 7,
    rule: "counted once",
  },
  {
    name: "forgets one voter when it restores them",
    changes: [
      {
        file: "apps/worker/source/standing-votes.ts",
        from: "await take(portion)",
        to: "await take(portion.slice(1))",
      },
    ],
    only: ["emptied"],
    harm: "books",
    rule: "counted once",
  },
  {
    name: "syncs each second and calls it always",
    changes: [],
    only: ["power cut"],
    appendfsync: "everysec",
    rule: "counted once",
  },
  {
    name: "takes votes after the close",
    changes: [
      {
        file: CAST,
        from: "elseif (state ~= 'open' and state ~= 'paused') or now >= (tonumber(closes) or math.huge) then refusal = 'closed'",
        to: "elseif false then refusal = 'closed'",
      },
    ],
    only: ["restart"],
    seconds: 45,
    rule: "after final",
  },
  {
    name: "shows an older snapshot now and then",
    changes: [
      {
        file: "apps/result/live/hub.ts",
        from: "    this.#deps.publish(topicOf(watched.latest.poll.number, audience, form), message)\n    this.#deps.metrics",
        to: `    const older = (circle as { older?: string }).older
    Object.assign(circle, { older: message })
    this.#deps.publish(topicOf(watched.latest.poll.number, audience, form), message)
    if (older && Math.random() < 0.1)
      this.#deps.publish(topicOf(watched.latest.poll.number, audience, form), older)
    this.#deps.metrics`,
      },
    ],
    only: ["restart"],
    rule: "viewers",
  },
  {
    name: "lets a voter vote twice in a poll with one vote each",
    changes: [
      {
        file: CAST,
        from: "if not poll.refusal and not poll.changeable then return 'stands '",
        to: "if not poll.refusal and false then return 'stands '",
      },
    ],
    only: ["restart"],
    rule: "counted once",
  },
  {
    name: "counts the first of a batch where the last one stands",
    changes: [
      {
        file: COMMIT,
        from: "SET ms = excluded.ms, seq = excluded.seq, option = excluded.option, previous = standing.option,",
        to: "SET ms = excluded.ms, seq = excluded.seq, option = standing.option, previous = standing.option,",
      },
    ],
    only: ["restart"],
    rule: "counted once",
  },
  {
    name: "adds to tallies what a lease that was lost had counted",
    changes: [
      {
        file: COMMIT,
        from: "ON CONFLICT (poll, shard, option) DO UPDATE SET votes = tallies.votes + excluded.votes\n), timed",
        to: "ON CONFLICT (poll, shard, option) DO UPDATE SET votes = tallies.votes + excluded.votes + 1\n), timed",
      },
    ],
    only: ["restart"],
    rule: "books",
  },
  {
    name: "leaves what a ballot chose in the tally when another replaces it",
    changes: [
      {
        file: COMMIT,
        from: "sum(votes), false FROM marking GROUP BY poll, mark\n",
        to: "sum(votes), false FROM marking WHERE votes > 0 GROUP BY poll, mark\n",
      },
    ],
    only: ["restart"],
    rule: "books",
  },
  {
    name: "lets a ballot choose more options than its poll allows",
    changes: [
      {
        file: CHOICE,
        from: 'const max = ballot.max === "all" ? options.length : Math.min(ballot.max, options.length)',
        to: "const max = options.length",
      },
    ],
    only: ["restart"],
    rule: "only what was asked",
  },
  {
    name: "names options by their places on the page, which may change",
    changes: [
      {
        file: CHOICE,
        from: "ids = options.map(({ id }) => id).sort()",
        to: "ids = options.map(({ id }) => id)",
      },
    ],
    only: ["restart"],
    rule: "counted once",
  },
  {
    name: "leaves abstentions out of the ballots that count",
    changes: [
      {
        file: "lib/polls/tallies.ts",
        from: "total: Object.values(counts.votes).reduce((sum, n) => sum + n, 0),",
        to: "total: Object.values(counts.votes).reduce((sum, n) => sum + n, 0) - countOf(counts.votes, ABSTENTION),",
      },
    ],
    only: ["restart"],
    rule: "results",
  },
  {
    name: "decides by the rankings of one shard alone",
    changes: [
      {
        file: "lib/outcome/read-outcome.ts",
        from: "FROM marks WHERE poll = number AND whole GROUP BY mark",
        to: "FROM marks WHERE poll = number AND whole AND shard = 0 GROUP BY mark",
      },
    ],
    only: ["restart"],
    rule: "outcomes",
  },
  {
    name: "shows an outcome as that of the counts beside which it is sent",
    changes: [
      {
        file: "apps/result/live/hub.ts",
        from: "    watched.outcome = shown\n",
        to: '    watched.outcome = { ...shown, version: versionFor(watched.latest, "admin") }\n',
      },
    ],
    only: ["restart"],
    rule: "outcomes",
  },
]
