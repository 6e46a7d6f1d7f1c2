/** `bun run release:manifests`: writes k8s-deployment/ with every image pinned to the digest that its tag has now. */

import { mkdir } from "node:fs/promises"
import { dirname, join, relative } from "node:path"
import { version } from "@tallyroom/lib/process/build"
import { Glob } from "bun"
import { z } from "zod"
import { readCommandLine, runScript } from "../services/terminal/command-line"
import { orElse, text } from "../services/terminal/options"
import { UsageError, UserError } from "../services/terminal/user-error"
import { MANIFESTS } from "./cluster/apply"
import { PREFIX } from "./images/build"
import { rememberingDigests } from "./images/digest"

const USAGE = `Usage: bun run release:manifests --dir DIR [--prefix PREFIX] [--tag TAG] [--images DIR]

Writes the manifests of k8s-deployment/ to DIR; ours name the images PREFIX/…:TAG (${PREFIX}, ${version}), and every image
is followed by the digest that it has already, or that its registry tells. Needs docker buildx.

  --dir DIR        where they go
  --prefix PREFIX  where the names of our images begin (${PREFIX})
  --tag TAG        (the version in package.json: ${version})
  --images DIR     ours have the digests of what \`bun run images --oci DIR\` wrote, and are in no registry yet
  --help           show this`

const builtSchema = z.object({ "containerimage.digest": z.string().regex(/^sha256:[0-9a-f]{64}$/) })
const IMAGE = /^(\s*(?:- )?image: )(\S+)$/gm

await runScript(main, { failure: 1 })

async function main(): Promise<number> {
  const { values } = readCommandLine({
    usage: USAGE,
    options: { dir: text, prefix: orElse(text, PREFIX), tag: orElse(text, version), images: text },
  })
  if (values.dir === undefined) throw new UsageError("Name a directory: --dir DIR (see --help).")
  const { dir, prefix, tag, images } = values
  const isOurs = (name: string) => name.startsWith(`${PREFIX}/`)
  const registered = rememberingDigests()
  await writeManifests(
    dir,
    (name) => (isOurs(name) ? name.replace(PREFIX, prefix).replace(/:[^:/]+$/, `:${tag}`) : name),
    (image) => (images && image.startsWith(`${prefix}/`) ? builtDigest(image, images) : registered(image)),
  )
  return 0
}

async function writeManifests(
  dir: string,
  rename: (image: string) => string,
  digestOf: (image: string) => Promise<string>,
): Promise<void> {
  const said = new Set<string>()
  const pinned = async (image: string) => {
    const whole = image.includes("@") ? image : `${image}@${await digestOf(image)}`
    said.add(whole)
    return whole
  }
  for await (const file of new Glob("{**/*.yaml,Kustomization}").scan({ cwd: MANIFESTS, absolute: true })) {
    const text = await Bun.file(file).text()
    const names = [...text.matchAll(IMAGE)].map(([, , image = ""]) => image)
    const replaced = new Map(
      await Promise.all(names.map(async (name) => [name, await pinned(rename(name))] as const)),
    )
    const target = join(dir, relative(MANIFESTS, file))
    await mkdir(dirname(target), { recursive: true })
    await Bun.write(
      target,
      text.replace(IMAGE, (_, before, image) => `${before}${replaced.get(image) ?? image}`),
    )
  }
  console.log([...said].sort().join("\n"))
}

/** The digest of an image of ours that `bun run images --oci` wrote to a folder. */
async function builtDigest(image: string, folder: string): Promise<string> {
  const name = /([^/:]+):[^:]+$/.exec(image)?.[1] ?? image
  const file = Bun.file(join(folder, `${name}.json`))
  const metadata = builtSchema.safeParse(await file.json().catch(() => null))
  if (!metadata.success) throw new UserError(`${file.name} does not tell the digest of ${image}.`)
  return metadata.data["containerimage.digest"]
}
