/** The page docs/failure-proof.md: what was done to Tallyroom, and what came of it. Every figure is one of a record. */

import { type Run, USUAL, usualHarm } from "../record/record"
import { ballotsIn, folderName } from "./ballots-in"
import { FAULT_KINDS, type FaultKind } from "./fault-kinds"
import type { Proven } from "./proven"
import { lengthText } from "./scale"
import { amount, type ChartVerdict, headline, lostText } from "./verdict"

const KINDS: Record<FaultKind, string> = {
  process: "processes of vote, worker and result",
  link: "connections between the apps and their stores",
  store: "Redis, Postgres and the broker",
  clock: "clocks",
  power: "the power of the machine",
  host: "what the host does to polls",
}

const INTRO = `# Failure proof

\`bun run prove\` starts the whole of Tallyroom: two vote apps, two workers and two result apps, with a Redis, a Postgres and, where one is asked for, a broker of their own. People
vote in it and keep a history of every call, viewers watch by WebSocket, a host opens and closes polls. Meanwhile a seeded plan of faults is carried out. Then everything gets time to
heal, and a checker that shares no code with the product judges by that history, by what viewers saw and by Postgres.

This page was written by the prover from the records of the runs below.`

const READING = `## How to read the pictures

- **Votes so far**: of each voter and poll one. *accepted* are those whose voter was told so, *counted* is what Postgres has, *seen* is what the viewers of a result app were shown. The
  lines meet where every accepted vote is counted and shown. *counted* may end a little above *accepted*: by votes that were taken though no answer arrived.
- **Accepted, not counted yet**: what a fault holds up. It may grow, and has to go back; what stays is in the books as lost or late.
- **Answers a second**: *accepted* is 201 or 202, *refused* is a clear no, *unknown* is no answer, or one that says that the vote is perhaps taken. Whoever gets that sends the same vote again.
- **Faults**: a bar each, from its begin to its end. Where they are few they say what they are.`

const FAILOVER = `## Servers that die for good

With \`--failover\` Postgres is a primary and a synchronous standby, each in the addresses of worker and result. The Redis that holds the ballots is a master and two replicas with three sentinels, and a vote is answered once one of
them has it on its disk (\`INBOX_REPLICAS=1\`). Beside most of the faults below,

- the primary of Postgres is killed with its disk, ended in order, passed by while it hangs, or comes back, as a primary, beside the standby that was promoted; whatever is left of it then becomes a new standby;
- the master of Redis is killed with its disk, replaced by hand, passed by while it hangs, goes on in the moment in which a replica is promoted, or comes back with what it had; replicas can't follow it for a while before it dies for good; a replica dies with its disk.

Faults that lose something by themselves are left out: a store that is emptied or gets older data, files that lose their end or in which a bit turns, and all servers killed at the same moment, after which no sentinel knows which
replica had most. Nobody promotes a standby that lacks something, and a server of Redis is left alone until all three have the same again: of three, one may be lost at a time. The power is cut on the machine that has one server
of each store.

One of them is enough because vote also asks the sentinels ([decision 39](decisions/39-votes-ask-the-sentinels.md)): for about a second after a replica was promoted the other one still follows the old master and confirms what that
takes, and this is then lost. The proof found that, and \`bun run check:mutants\` shows that it would again. While one server is away votes are taken.

So the checker demands more of such a run: no ballot that was answered ok is lost. The books may name as lost what a worker had seen, no replica had, and nobody was answered for ([decision 30](decisions/30-votes-wait-for-replicas.md)).`

const CLUSTER = `## A Redis Cluster

With \`--inbox redis-cluster\` polls and ballots are spread over three masters, each with a replica, and a vote is answered once its master and that replica have it on their disks (\`INBOX_REPLICAS=1\`). All six tell addresses that lead through links that can fail, for apps
and replicas as well as for the nodes' own bus. Beside most of the faults below,

- a master is killed with its disk, and a new and empty server becomes the replica of the one that took its place; a master hangs for longer than \`cluster-node-timeout\` and wakes up beside the new one, or in the moment in which that takes over; a master is replaced and comes back with what it had;
- a replica is told to take over (\`CLUSTER FAILOVER\`), is lost with its disk, is away for a while, or does not reach its master for a while before that is lost with its disk;
- the slot of a shard moves key by key to another master, as \`redis-cli --cluster reshard\` moves it, and later back.

A shard takes no votes while its master has no replica, nor while its slot moves, so a server is left alone until each master has its replica again. What loses something by itself is left out, as above, and no ballot that was answered ok may be lost.`

const CHECKED = `## What is checked

- Each ballot that was answered ok stands in Postgres exactly once, with the option that was asked for; or it is named lost, a fault was able to lose it, and the books name as many, or say that there are more; those that only a vote app knew of that was killed may be in no book, and with a broker those that only the broker knew of.
- What was refused is not counted. What got no clear answer is counted at most once.
- The vote that stands for a voter is the last one that was acknowledged; where votes are final, the first.
- Once a poll is final, nothing of it changes.
- Tallies are the votes counted anew, the books balance for each poll and shard, and \`bun run audit\` says the same.
- Polls choose one option or several, rank, rate and decide, with abstentions and without, final and changeable. The checker reads the ballots of each method by itself, and no ballot says what its poll does not allow. The marks of the tallies (orders of preference, ratings, yes and no) are those of the ballots that count, and so is what viewers and the API are shown of them.
- What a final poll has decided is what the ballots that stand decide by its rule. The checker counts them by code of its own, ballot by ballot, whichever rule it is: votes, means, sums, STAR, majorities, instant runoff, transferable votes, ranked pairs, points. It compares who wins, who is tied, and each round, pair, point, rating and majority with what every result app says, and of rankings and STAR with the table \`outcomes\`.
- What viewers were told that rankings and STAR decide is of a version that there was and of its counts, is the same from every replica, never goes back, and once it stands for good it is what is stored.
- The versions that viewers see only grow, one version is the same from every replica, and nobody sees a vote that goes away again.
- No process grew, or kept sockets.
- The record is whole and shows something, so that no empty run passes.`

/** @param runs in the order in which they shall be told, such as several of one inbox; at least one */
export function failureProofPage(runs: readonly Proven[]): string {
  const parts = [
    INTRO,
    `## Results\n\n${overview(runs)}`,
    ...runs.map(sectionOf),
    READING,
    `## What is tried\n\n${triedTable(runs)}`,
    FAILOVER,
    CLUSTER,
    CHECKED,
  ]
  return `${parts.join("\n\n")}\n`
}

/** The folder of the pictures, as seen from the page. */
export const PICTURES = "failure-proof"

/** Where the picture of a run lies, as seen from the page. */
export function pictureOf(run: Pick<Run, "inbox" | "nodes" | "failover" | "seed">): string {
  return `${PICTURES}/${folderName(run)}-${run.seed}.svg`
}

/** The figures of all runs, side by side. */
function overview(runs: readonly Proven[]): string {
  const row = (name: string, cell: (run: Proven) => string) => [name, ...runs.map(cell)]
  return table([
    row("ballots in", ({ run }) => ballotsIn(run)),
    row("seed", ({ run }) => `${run.seed}`),
    row("begun", ({ run }) => run.begun),
    row("votes and faults went on for", ({ run }) => lengthText(run.seconds)),
    row("faults", ({ faults }) => amount(countOf(faults))),
    ...FAULT_KINDS.map((kind) =>
      row(`– at ${KINDS[kind]}`, ({ faults }) => amount(countOf(faults, (it) => it.sort === kind))),
    ).filter((cells) => cells.slice(1).some((cell) => cell !== "0")),
    row("calls", ({ calls }) => amount(calls.all)),
    row("– ok, a vote was taken", ({ calls }) => amount(calls.accepted)),
    row("– ok, it was there already", ({ calls }) => amount(calls.again)),
    row("– refused", ({ calls }) => amount(calls.refused)),
    row("– unknown", ({ calls }) => amount(calls.unknown)),
    row("votes that voters were told to be accepted", ({ calls }) => amount(calls.voters)),
    row("votes counted in the end", ({ counted }) => (counted === null ? "not asked" : amount(counted))),
    row("lost, as booked", ({ books }) => lostText(books)),
    row("**findings**", ({ verdict }) => `**${amount(verdict.findings.length)}**`),
  ])
}

function sectionOf(proven: Proven): string {
  const { run, faults, verdict } = proven
  const name = ballotsIn(run)
  const numbers = Object.entries(verdict.numbers).map(([what, value]) => `${lineOf(what)} ${amount(value)}`)
  return [
    `## ${name}, seed ${run.seed}`,
    `**${headline(proven, verdict).text}.** ${run.seconds} seconds of seed ${run.seed}:`,
    `\`\`\`sh\n${commandOf(run)}\n\`\`\``,
    `![The run with ${name} over time: votes, answers and ${amount(countOf(faults))} faults](${pictureOf(run)})`,
    findingsOf(verdict),
    ...(numbers.length === 0 ? [] : [`By the checker's own count: ${numbers.join(", ")}.`]),
  ].join("\n\n")
}

function findingsOf({ findings }: ChartVerdict): string {
  if (findings.length === 0) return "The checker found nothing."
  return `The checker found:\n\n${findings.map(({ rule, says }) => `- **${lineOf(rule)}**: ${lineOf(says)}`).join("\n")}`
}

/** Each sort of fault by its name, how often, and what one of them was. */
function triedTable(runs: readonly Proven[]): string {
  const all = runs.flatMap(({ faults }) => faults)
  if (all.length === 0) return "There was no fault in these runs."
  const rows = FAULT_KINDS.flatMap((kind) => {
    const names = Map.groupBy(
      all.filter(({ sort }) => sort === kind),
      ({ name }) => name,
    )
    return [...names]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([name, [first]]) => [
        KINDS[kind],
        cellOf(name),
        cellOf(first?.example ?? ""),
        ...runs.map(({ faults }) => amount(countOf(faults, (it) => it.sort === kind && it.name === name))),
      ])
  })
  const heads = runs.map(({ run }) => `${ballotsIn(run)}, ${run.seed}`)
  return table([["done to", "fault", "for instance", ...heads], ...rows])
}

type Sort = Proven["faults"][number]

function countOf(faults: readonly Sort[], fits: (sort: Sort) => boolean = () => true): number {
  return faults.filter(fits).reduce((sum, { count }) => sum + count, 0)
}

/** The first row is the head. */
function table([head = [], ...rows]: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n")
}

/** Text of a record on one line, in which nothing is taken for markup. */
function lineOf(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .trim()
    .replace(/[\\`*_[\]<>]/g, "\\$&")
}

function cellOf(text: string): string {
  return lineOf(text).replaceAll("|", "\\|")
}

/** What makes the same plan again; what it has by default is left out. */
function commandOf({
  inbox,
  seed,
  seconds,
  rate,
  harm,
  only,
  fsync,
  nodes,
  failover,
}: Proven["run"]): string {
  const words = [`bun run prove --inbox ${inbox} --seed ${seed} --seconds ${seconds}`]
  if (nodes !== USUAL.nodes) words.push(`--nodes ${nodes}`)
  if (failover) words.push("--failover")
  if (rate !== USUAL.rate) words.push(`--rate ${rate}`)
  if (harm !== usualHarm({ inbox, failover })) words.push(`--harm ${harm}`)
  if (fsync !== USUAL.fsync) words.push(`--fsync ${fsync}`)
  if (only !== null) words.push(`--only "${only.join(",")}"`)
  return words.join(" ")
}
