/** An image's digest, as its registry tells it: what a name means today, in all its platforms. */

import { $ } from "bun"
import { z } from "zod"
import { UserError } from "../../services/terminal/user-error"

const manifestSchema = z.object({ digest: z.string().regex(/^sha256:[0-9a-f]{64}$/) })

/** @throws {UserError} where Docker or the registry does not tell it */
async function digestOf(image: string): Promise<string> {
  // A format that begins with {{.Manifest is not minded by buildx, and prints a page for people.
  const format = "{{json .Manifest}}"
  const { stdout, stderr, exitCode } = await $`docker buildx imagetools inspect --format ${format} ${image}`
    .quiet()
    .nothrow()
  if (exitCode !== 0)
    throw new UserError(`The digest of ${image} can't be learnt: ${stderr.toString().trim()}`)
  try {
    return manifestSchema.parse(JSON.parse(stdout.toString())).digest
  } catch (cause) {
    throw new UserError(`Docker does not tell the digest of ${image}.`, { cause })
  }
}

/** Asks for each name once. */
export function rememberingDigests(ask = digestOf): (image: string) => Promise<string> {
  const digests = new Map<string, Promise<string>>()
  return (image) => {
    const digest = digests.get(image) ?? ask(image)
    digests.set(image, digest)
    return digest
  }
}
