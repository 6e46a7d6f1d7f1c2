/** Other people's images that our files name, and the digests behind their tags. */

import { PREFIX } from "./build"

/** What names an image: `image: postgres:17` in YAML, and the arguments of the Dockerfile from which all is built. */
const NAMED = /^(\s*(?:- )?image: |ARG \w+_IMAGE=)([^\s@${}]+)(@sha256:[0-9a-f]{64})?$/gm

/** Files in which they are named, from the root of the checkout. */
export const NAMING = ["Dockerfile", "compose*.yaml", "k8s-deployment/**/*.yaml"]

export type Pin = { readonly image: string; readonly digest: string | null }

/** Other people's images that a text names, with the digest that it gives each. */
export function pinsIn(text: string): Pin[] {
  return [...text.matchAll(NAMED)]
    .map(([, , image = "", digest]) => ({ image, digest: digest?.slice(1) ?? null }))
    .filter(({ image }) => !image.startsWith(`${PREFIX}/`))
}

/**
 * Writes digests behind the tags of other people's images.
 * @param digestOf what a name means now
 * @param raise also those that have one
 */
export async function pin(
  text: string,
  digestOf: (image: string) => Promise<string>,
  raise: boolean,
): Promise<string> {
  const wanted = pinsIn(text).filter(({ digest }) => raise || digest === null)
  const digests = new Map(
    await Promise.all(wanted.map(async ({ image }) => [image, await digestOf(image)] as const)),
  )
  return text.replace(NAMED, (line, before, image, digest) =>
    digests.has(image) && (raise || !digest) ? `${before}${image}@${digests.get(image)}` : line,
  )
}

/** The images from which all are built, as `DEBIAN_IMAGE=debian:bookworm-slim@sha256:…`: by digest, also where the Dockerfile has none. */
export async function pinnedBases(
  dockerfile: string,
  digestOf: (image: string) => Promise<string>,
): Promise<string[]> {
  const pinned = await pin(dockerfile, digestOf, false)
  return [...pinned.matchAll(/^ARG (\w+_IMAGE=\S+)$/gm)].map(([, it = ""]) => it)
}
