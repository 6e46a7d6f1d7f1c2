/** `bun run backup:drill`: destroys the stores of a Tallyroom of its own under a flood, restores them, and asks for every ballot. */

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { readCommandLine, runScript } from "../services/terminal/command-line"
import { oneOf, orElse, someOf, text, wholeNumber } from "../services/terminal/options"
import { DISASTERS, type DisasterReport, drill } from "./drill/disaster"
import { openRoom } from "./drill/room"
import { startS3 } from "./drill/s3-server"

const USAGE = `Usage: bun run backup:drill [--seconds N] [--only postgres,redis,both] [--to folder|s3] [--lost FILE]

Starts a Tallyroom of its own with \`bun run backup --follow\` beside it. While people vote it kills Postgres and deletes its data, and
with it the backup's own process and what that had not stored yet; then Redis; then both. Each time it restores as an operator does
(\`bun run restore\`), waits for \`bun run audit\`, asks what became of every ballot that was accepted, and says how long it took.
Fails when the books don't balance, when a receipt says neither counted nor lost, or when the books know of fewer losses than the
receipts do while one store was left.

  --seconds N   how long people vote before and after each disaster (8)
  --only …      these disasters alone
  --to …        where the backups go: a folder, or an S3-compatible server that it starts (folder)
  --lost FILE   writes the receipts of all ballots that are lost, one a line
  --help        show this

Environment:
  BACKUP_SHIP_SECONDS   how often an unfinished WAL segment is stored (10)
  INBOX_RETENTION       for all apps, as in the settings of the inbox`

/** What of this command's environment the apps and the backup are told. */
const PASSED_ON = ["INBOX_RETENTION", "INBOX_RETENTION_MB", "BACKUP_SHIP_SECONDS", "BACKUP_AGE_RECIPIENTS"]

await runScript(
  async () => {
    const { values } = readCommandLine({
      usage: USAGE,
      options: {
        seconds: orElse(wholeNumber(1, 600), 8),
        only: someOf(DISASTERS, "disaster"),
        to: orElse(oneOf(["folder", "s3"]), "folder"),
        lost: text,
      },
    })
    const reports = await main(values.seconds * 1_000, values.only ?? DISASTERS, values.to === "s3")
    const lost = reports.flatMap(({ fates }) => fates.get("lost") ?? [])
    if (values.lost !== undefined) writeFileSync(values.lost, lost.map((receipt) => `${receipt}\n`).join(""))
    return verdict(reports)
  },
  { failure: 1 },
)

async function main(
  floodMs: number,
  disasters: readonly (typeof DISASTERS)[number][],
  toS3: boolean,
): Promise<DisasterReport[]> {
  const dir = mkdtempSync(join(tmpdir(), "tallyroom-drill-"))
  // Postgres runs as another user where this one is root.
  chmodSync(dir, 0o755)
  const given = Object.fromEntries(
    PASSED_ON.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
  )
  const s3 = toS3 ? await startS3(join(dir, "s3")) : undefined
  const room = await openRoom(dir, given)
  try {
    const environment = {
      ...given,
      ...(s3?.settings ?? { BACKUP_TO: `file://${join(dir, "backups")}` }),
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
