/** The release of the Helm chart that a check installs into a namespace of its own. */

import { join } from "node:path"
import { z } from "zod"
import { CHECKOUT } from "../../services/checkout"
import { outputOf } from "../../services/processes/output-of"
import { UserError } from "../../services/terminal/user-error"
import { MANIFESTS } from "../cluster/apply"
import type { ClusterInbox } from "../cluster/inbox"
import { kubectl, tryKubectl } from "../cluster/kubectl"

const RELEASE = "tallyroom"
const CHART = join(CHECKOUT, "charts/tallyroom")
/** How long Helm waits for what it changed. A first start may have to fetch images. */
const WAIT = ["--wait", "--timeout", "15m"]

export type Values = { readonly inbox: ClusterInbox; readonly [name: string]: unknown }

export interface Release {
  readonly namespace: string
  install(values: Values): Promise<void>
  /** Waits until everything of the new revision is ready, as a pipeline would. */
  upgrade(values: Values): Promise<void>
  rollback(revision: number): Promise<void>
  uninstall(): Promise<void>
  /** The numbers and states of all revisions, the oldest first. */
  history(): Promise<Revision[]>
}

const revisionSchema = z.object({ revision: z.number(), status: z.string(), description: z.string() })
type Revision = z.infer<typeof revisionSchema>

/** @param helm the program */
export function releaseIn(namespace: string, helm: string): Release {
  /** @throws {UserError} with Helm's last words when it fails */
  const run = async (words: readonly string[], values?: Values): Promise<string> => {
    const given = values === undefined ? [] : ["--values", "-"]
    const child = Bun.spawn([helm, ...words, "--namespace", namespace, ...given], {
      stdin: new Blob([JSON.stringify(values ?? {})]),
      stdout: "pipe",
      stderr: "pipe",
    })
    const { code, out, err } = await outputOf(child)
    if (code === 0) return out
    throw new UserError(`helm ${words.join(" ")} ended with ${code}:\n${(err || out).trim()}`)
  }
  return {
    namespace,
    async install(values) {
      await run(["install", RELEASE, CHART], values)
    },
    async upgrade(values) {
      await run(["upgrade", RELEASE, CHART, ...WAIT], values)
    },
    async rollback(revision) {
      await run(["rollback", RELEASE, String(revision), ...WAIT])
    },
    async uninstall() {
      await run(["uninstall", RELEASE, ...WAIT])
    },
    async history() {
      return z.array(revisionSchema).parse(JSON.parse(await run(["history", RELEASE, "--output", "json"])))
    },
  }
}

/** Makes a namespace by the manifest of ours, with its pod security. @throws {UserError} when there is one already */
export async function makeNamespace(name: string): Promise<void> {
  const there = await tryKubectl(["get", "namespace", name])
  if (there.code === 0)
    throw new UserError(
      `The namespace ${name} is there already, from a check that failed: --fresh deletes it before.`,
    )
  const manifest = await Bun.file(join(MANIFESTS, "00-namespace.yaml")).text()
  await kubectl(["create", "--filename", "-"], manifest.replace(/^ {2}name: tallyroom$/m, `  name: ${name}`))
}

/** Deletes a namespace with everything in it, also its volumes. */
export async function deleteNamespace(name: string): Promise<void> {
  await kubectl(["delete", "namespace", name, "--ignore-not-found", "--wait"])
}
