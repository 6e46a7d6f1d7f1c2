/** `bun run backup:drill`: destroys the stores of a Tallyroom of its own under a flood, restores them, and asks for every ballot. */

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { INBOX_KINDS } from "../services/stores/brokers"
import { readCommandLine, runScript } from "../services/terminal/command-line"
import { oneOf, orElse, someOf, text, wholeNumber } from "../services/terminal/options"
import { DISASTERS, type DisasterReport, drill } from "./drill/disaster"
import { openRoom } from "./drill/room"
import { startS3 } from "./drill/s3-server"

const USAGE = `Usage: bun run backup:drill [--seconds N] [--only postgres,inbox,both] [--inbox redis|nats|rabbitmq]
       [--to folder|s3|given] [--lost FILE]

Starts a Tallyroom of its own with \`bun run backup --follow\` beside it. While people vote it kills Postgres and deletes its data, and
with it the backup's own process and what that had not stored yet; then the inbox (Redis, or a broker); then both. Each time it restores as an operator does
(\`bun run restore\`), waits for \`bun run audit\`, asks what became of every ballot that was accepted, and says how long it took.
Fails when the books don't balance, when a receipt says neither counted nor lost, or when the books know of fewer losses than the
receipts do while one store was left.

  --seconds N   how long people vote before and after each disaster (8)
  --only …      these disasters alone
  --inbox …     what holds the ballots (redis)
  --to …        where the backups go: a folder, an S3-compatible server of the tests that it starts, or where BACKUP_TO and AWS_… of
                the environment say (folder)
  --lost FILE   writes the receipts of all ballots that are lost, one a line
  --help        show this

Environment:
  BACKUP_SHIP_SECONDS   how often an unfinished WAL segment is stored (10)
  INBOX_RETENTION       for how long Redis keeps counted ballots, such as 1h,50MB (off)
  BACKUP_TO, AWS_…      with --to given, as for \`bun run backup\``

const STORAGES = ["folder", "s3", "given"] as const

/** What of this command's environment the apps and the backup are told. */
const PASSED_ON = ["INBOX_RETENTION", "BACKUP_SHIP_SECONDS", "BACKUP_AGE_RECIPIENTS"]
/** What only the backup's own commands are told. */
const OF_STORAGE = [
  "BACKUP_TO",
  "AWS_ENDPOINT_URL",
  "AWS_REGION",
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SECRET_ACCESS_KEY_FILE",
]

await runScript(
  async () => {
    const { values } = readCommandLine({
      usage: USAGE,
      options: {
        seconds: orElse(wholeNumber(1, 600), 8),
        only: someOf(DISASTERS, "disaster"),
        inbox: orElse(oneOf(INBOX_KINDS), "redis"),
        to: orElse(oneOf(STORAGES), "folder"),
        lost: text,
      },
    })
    const reports = await main({
      floodMs: values.seconds * 1_000,
      disasters: values.only ?? DISASTERS,
      inbox: values.inbox,
      storage: values.to,
    })
    const lost = reports.flatMap(({ fates }) => fates.get("lost") ?? [])
    if (values.lost !== undefined) writeFileSync(values.lost, lost.map((receipt) => `${receipt}\n`).join(""))
    return verdict(reports)
  },
  { failure: 1 },
)

interface Drill {
  readonly floodMs: number
  readonly disasters: readonly (typeof DISASTERS)[number][]
  readonly inbox: (typeof INBOX_KINDS)[number]
  readonly storage: (typeof STORAGES)[number]
}

/** Those of these variables that this command's environment has. */
function fromEnvironment(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name]
      return value ? [[name, value]] : []
    }),
  )
}

async function main({ floodMs, disasters, inbox, storage }: Drill): Promise<DisasterReport[]> {
  const dir = mkdtempSync(join(tmpdir(), "tallyroom-drill-"))
  // Postgres runs as another user where this one is root.
  chmodSync(dir, 0o755)
  const given = fromEnvironment(PASSED_ON)
  const s3 = storage === "s3" ? await startS3(join(dir, "s3")) : undefined
  const folder = { BACKUP_TO: `file://${join(dir, "backups")}` }
  const place = storage === "given" ? fromEnvironment(OF_STORAGE) : (s3?.settings ?? folder)
  const room = await openRoom(dir, given, inbox)
  try {
    const environment = {
      ...given,
      ...place,
      DATABASE_URL: room.database.backupUrl,
      BACKUP_SPOOL: join(dir, "spool"),
      MANAGEMENT_HOST: "127.0.0.1",
      MANAGEMENT_PORT: "0",
    }
    const plan = { room, dir, poll: "cats-vs-dogs", environment, floodMs, say: console.log }
    const reports: DisasterReport[] = []
    for (const disaster of disasters) {
      const report = await drill(plan, disaster)
      reports.push(report)
      tell(report)
    }
    return reports
  } finally {
    await room.stop()
    await s3?.stop()
    rmSync(dir, { recursive: true, force: true })
  }
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`
}

function tell(report: DisasterReport): void {
  const { disaster, accepted, fates, lostInBooks, votingAgainMs, balancedMs } = report
  const said = [...fates].map(([fate, { length }]) => `${length} ${fate}`).join(", ")
  const took = `a ballot was accepted again after ${seconds(votingAgainMs)}, and nothing was pending after ${seconds(balancedMs)}`
  console.log(
    `${disaster}: ${accepted} ballots accepted; their receipts: ${said}; lost by the books: ${lostInBooks}`,
  )
  console.log(`  ${took}`)
}

function verdict(reports: readonly DisasterReport[]): number {
  const faults = reports.flatMap((report) => report.faults.map((fault) => `${report.disaster}: ${fault}`))
  console.log(faults.length === 0 ? "The drill passed." : `The drill failed.\n${faults.join("\n")}`)
  return faults.length === 0 ? 0 : 1
}
