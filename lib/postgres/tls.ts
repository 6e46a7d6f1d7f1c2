/** TLS to Postgres, by the modes and files that libpq knows. */

import { checkServerIdentity, type PeerCertificate } from "node:tls"
import { pemFault } from "../small-file"
import { readTlsFiles, type TlsFiles, tlsFault } from "../tls-files"
import { AddressFault } from "./address-fault"

const MODES = ["disable", "prefer", "require", "verify-ca", "verify-full"] as const
type Mode = (typeof MODES)[number]

export type Tls = {
  mode: Mode
  /** Paths of files in PEM. Without a root, certificates are verified by the roots that everybody trusts. */
  root?: string
  cert?: string
  key?: string
  keyPassword?: string
}

/** What other clients and older versions write for the same; `allow` differs from `prefer` only in what it tries first. */
const SYNONYMS: Record<string, Mode> = {
  ...Object.fromEntries(MODES.map((mode) => [mode, mode])),
  ...{ false: "disable", "0": "disable", allow: "prefer", "no-verify": "require" },
  ...{ true: "verify-full", "1": "verify-full" },
}

/** @throws {AddressFault} for a mode that is unknown, and for a certificate without its key */
export function tlsOf(given: ReadonlyMap<string, string>): Tls {
  const file = (name: string) => given.get(name) || undefined
  const [cert, key, keyPassword] = [file("sslcert"), file("sslkey"), file("sslpassword")]
  if ((cert === undefined) !== (key === undefined))
    throw new AddressFault("must have both sslcert and sslkey, or none of them")
  const roots = file("sslrootcert")
  const root = roots === "system" ? undefined : roots
  const said = modeOf(given)
  const own = {
    ...(root && { root }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(keyPassword && { keyPassword }),
  }
  if (roots === "system") return { mode: "verify-full", ...own }
  // As libpq has it: who names a root wants it to be heeded.
  if (root !== undefined && said === undefined) return { mode: "verify-full", ...own }
  if (root !== undefined && said === "require") return { mode: "verify-ca", ...own }
  return { mode: said ?? (cert ? "require" : "disable"), ...own }
}

function modeOf(given: ReadonlyMap<string, string>): Mode | undefined {
  const name = given.has("sslmode") ? "sslmode" : "ssl"
  const said = given.get(name)
  if (said === undefined) return undefined
  const mode = Object.hasOwn(SYNONYMS, said) ? SYNONYMS[said] : undefined
  if (mode) return mode
  throw new AddressFault(`has ${name}=${JSON.stringify(said)}, which is none of ${MODES.join(", ")}`)
}

/** @throws {AddressFault} that names each file that can't be read */
export function assertReadable({ root, cert, key, keyPassword }: Tls): void {
  const faults = Object.entries({ sslrootcert: root, sslcert: cert, sslkey: key }).flatMap(([name, path]) => {
    const fault = path === undefined ? null : pemFault(path)
    return fault === null ? [] : [`${name}=${path}, which ${fault}`]
  })
  if (faults.length > 0) throw new AddressFault(`has ${faults.join(", and ")}`)
  const ofRoot = tlsFault({ ...(root && { ca: root }) })
  if (ofRoot !== null) throw new AddressFault(`has sslrootcert=${root}, which ${ofRoot}`)
  const own = tlsFault({ ...(cert && { cert }), ...(key && { key }) }, keyPassword)
  if (own !== null) throw new AddressFault(`has sslcert=${cert} and sslkey=${key}, which ${own}`)
}

/**
 * What postgres.js is told. Its files are read again for each connection, as they may have been renewed.
 * @param names of the hosts: one must be on the certificate under `verify-full`
 */
export function tlsOptions(tls: Tls, names: string[]): false | "prefer" | object {
  const { mode, root, cert, key, keyPassword } = tls
  if (mode === "disable" || mode === "prefer") return mode === "prefer" && mode
  const verifies = mode !== "require"
  const files: TlsFiles = { ...(root && { ca: root }), ...(cert && { cert }), ...(key && { key }) }
  const options = {
    rejectUnauthorized: verifies,
    ...(keyPassword !== undefined && { passphrase: keyPassword }),
    checkServerIdentity: (asked: string, peer: PeerCertificate) => {
      if (mode !== "verify-full") return undefined
      // For an address in the place of a name, postgres.js gives none.
      const wanted = names.includes(asked) ? [asked] : names
      const faults = wanted.map((name) => checkServerIdentity(name, peer))
      return faults.includes(undefined) ? undefined : faults[0]
    },
  }
  const current = atOneMoment(() => readTlsFiles(files, keyPassword))
  // Whoever is asked here can't be told any more what is wrong.
  current()
  for (const option of Object.keys(files) as (keyof TlsFiles)[])
    Object.defineProperty(options, option, { enumerable: true, get: () => current()[option] })
  return options
}

/** Certificate and key are asked for one after the other, and must not be those of two moments. */
function atOneMoment<T>(read: () => T): () => T {
  let known: { value: T } | undefined
  return () => {
    if (known === undefined) {
      known = { value: read() }
      queueMicrotask(() => {
        known = undefined
      })
    }
    return known.value
  }
}
