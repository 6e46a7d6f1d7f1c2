import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"

/** A password or key of 192 random bits, in characters that stand in any URL or SQL string as they are. */
export const newSecret = () => Buffer.from(crypto.getRandomValues(new Uint8Array(24))).toString("hex")

/** Writes a file that only its owner can read, in one step: a crash leaves the old content or the new. */
export function writePrivately(file: string, content: string): void {
  mkdirSync(dirname(file), { recursive: true })
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, content, { mode: 0o600 })
  chmodSync(draft, 0o600)
  renameSync(draft, file)
}

/** The secrets of these names: kept in a private JSON file, generated the first time that each is asked for. */
export function keptSecrets<Name extends string>(file: string, names: readonly Name[]): Record<Name, string> {
  const kept: Record<string, string> = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {}
  const secrets = Object.fromEntries(names.map((name) => [name, kept[name] ?? newSecret()]))
  if (names.some((name) => kept[name] === undefined)) {
    writePrivately(file, `${JSON.stringify({ ...kept, ...secrets }, null, 2)}\n`)
  }
  return secrets as Record<Name, string>
}
