/** Credentials as Secrets, one for each owner: made where they are missing, never changed where they are. */

import { createHash } from "node:crypto"
import { type KubernetesSecret, Refused, type Secrets } from "./api-server"
import { credentialsOf, newRoot, type Owner } from "./contents"
import { MANAGED, managedStores } from "./managed-stores"

/** The Secret from which all others follow. No pod mounts it. */
const ROOT = "credentials"
const ROOT_KEY = "root"
/** The annotation of each derived Secret that tells from which root it follows. */
const DERIVED_FROM = "tallyroom/derived-from"
const OWNERS: Owner[] = ["redis", "nats", "rabbitmq", "postgres", "vote", "worker", "result", "backup"]

/**
 * Makes all Secrets that are missing. It may be stopped anywhere and run again, by several at once too: the root is stored
 * first, and everything else follows from it.
 * @returns the names of those that it made
 * @throws {Refused} when what is there belongs to another root: nothing was made then; or when a Secret lacks a key
 */
export async function ensureSecrets(secrets: Secrets): Promise<string[]> {
  const present = await presentOwners(secrets)
  const { root, created } = await ensureRoot(secrets, present)
  const strangers = present.filter(({ from }) => from !== undefined && from !== fingerprint(root))
  if (strangers.length > 0) throw new Refused(orphaned(strangers.map(({ owner }) => owner)))
  const contents = credentialsOf(root, managedStores(decode(await secrets.get(MANAGED))))
  const made = created ? [ROOT] : []
  for (const owner of OWNERS) {
    if (present.some((it) => it.owner === owner)) continue
    const secret = secretOf(owner, contents[owner], { [DERIVED_FROM]: fingerprint(root) })
    if (await secrets.create(secret)) made.push(owner)
  }
  const lacking = present.flatMap(({ owner, from, keys }) => {
    const lacks = Object.keys(contents[owner]).filter((key) => !keys.includes(key))
    return from !== undefined && lacks.length > 0 ? [`the Secret "${owner}" lacks ${lacks.join(", ")}`] : []
  })
  if (lacking.length > 0) throw new Refused(outdated(lacking))
  return made
}

/** @property from the root that it was derived from; undefined if somebody else made it */
type Present = { owner: Owner; from: string | undefined; keys: string[] }

async function presentOwners(secrets: Secrets): Promise<Present[]> {
  const found = await Promise.all(OWNERS.map(async (owner) => ({ owner, secret: await secrets.get(owner) })))
  return found.flatMap(({ owner, secret }) =>
    secret === null
      ? []
      : [{ owner, from: secret.metadata.annotations?.[DERIVED_FROM], keys: Object.keys(secret.data ?? {}) }],
  )
}

/** Makes a root only where nothing was derived from another one, whose passwords the stores would know. */
async function ensureRoot(secrets: Secrets, present: Present[]): Promise<{ root: string; created: boolean }> {
  const kept = decode(await secrets.get(ROOT))[ROOT_KEY]
  if (kept !== undefined) return { root: kept, created: false }
  const derived = present.filter(({ from }) => from !== undefined)
  if (derived.length > 0) throw new Refused(orphaned(derived.map(({ owner }) => owner)))
  const root = newRoot()
  if (await secrets.create(secretOf(ROOT, { [ROOT_KEY]: root }, {}))) return { root, created: true }
  const others = decode(await secrets.get(ROOT))[ROOT_KEY]
  if (others === undefined) throw new Refused(`The Secret "${ROOT}" has no key "${ROOT_KEY}": delete it.`)
  return { root: others, created: false }
}

function orphaned(owners: string[]): string {
  return (
    `The Secrets ${owners.join(", ")} were derived from a root that the Secret "${ROOT}" does not hold: ` +
    `restore that Secret, or delete these if Redis and Postgres are new.`
  )
}

/** An older version made these Secrets. This Job may not change a Secret; one made anew holds what it held, and the rest. */
function outdated(lacking: string[]): string {
  return (
    `As an older version or somebody left them, ${lacking.join(" and ")}: delete each with ` +
    `"kubectl -n tallyroom delete secret NAME" and apply again. It comes back with the same passwords.`
  )
}

function fingerprint(root: string): string {
  return createHash("sha256").update(`root ${root}`).digest("hex").slice(0, 16)
}

function secretOf(
  name: string,
  files: Record<string, string>,
  annotations: Record<string, string>,
): KubernetesSecret {
  const data = Object.entries(files).map(([file, text]) => [file, Buffer.from(text).toString("base64")])
  const labels = { "app.kubernetes.io/name": name, "app.kubernetes.io/part-of": "tallyroom" }
  return { metadata: { name, labels, annotations }, data: Object.fromEntries(data) }
}

function decode(secret: KubernetesSecret | null): Record<string, string> {
  const entries = Object.entries(secret?.data ?? {})
  return Object.fromEntries(
    entries.map(([key, text]) => [key, Buffer.from(text, "base64").toString().trim()]),
  )
}
