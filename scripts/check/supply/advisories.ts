/** Whether the registry knows of a hole in a package that bun.lock names. */

import { z } from "zod"
import { outputOf } from "../../services/processes/output-of"
import { Unavailable } from "../../services/tools/cache"

/** `bun audit` tries again for a while by itself. */
const DEADLINE_MS = 120_000

const answerSchema = z.record(
  z.string(),
  z.array(
    z.object({
      title: z.string(),
      severity: z.string(),
      url: z.string(),
      vulnerable_versions: z.string(),
    }),
  ),
)

/**
 * @param folder whose bun.lock is asked about @param env what the process finds in its environment
 * @returns a sentence for each hole
 * @throws {Unavailable} when the registry gives no answer to this
 */
export async function knownHoles(
  folder: string,
  env: Record<string, string | undefined> = process.env,
): Promise<string[]> {
  const child = Bun.spawn([process.execPath, "audit", "--json"], {
    ...{ cwd: folder, env, timeout: DEADLINE_MS },
    ...{ stdout: "pipe", stderr: "pipe" },
  })
  const { out, err, code } = await outputOf(child)
  const answer = answerSchema.safeParse(jsonOf(out))
  if (!answer.success)
    throw new Unavailable(
      `the registry did not say which packages have holes (bun audit ended with ${code}: ${err.trim().split("\n").at(-1)})`,
    )
  return Object.entries(answer.data).flatMap(([name, holes]) =>
    holes.map(
      ({ title, severity, url, vulnerable_versions }) =>
        `${name} ${vulnerable_versions} has a hole, ${severity}: ${title} (${url}). \`bun audit fix\` takes a version without it; \`bun why ${name}\` says who brings it.`,
    ),
  )
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
