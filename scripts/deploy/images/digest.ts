/** An image's digest, as its registry tells it: what a name means today, in all its platforms. */

import { $ } from "bun"
import { UserError } from "../../services/terminal/user-error"

const DIGEST = /^sha256:[0-9a-f]{64}$/

/** @throws {UserError} where Docker or the registry does not tell it */
async function digestOf(image: string): Promise<string> {
  const format = "{{.Manifest.Digest}}"
  const { stdout, stderr, exitCode } = await $`docker buildx imagetools inspect --format ${format} ${image}`
    .quiet()
    .nothrow()
  const digest = stdout.toString().trim().replaceAll('"', "")
  if (exitCode === 0 && DIGEST.test(digest)) return digest
  throw new UserError(`The digest of ${image} can't be learnt: ${stderr.toString().trim() || digest}`)
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
