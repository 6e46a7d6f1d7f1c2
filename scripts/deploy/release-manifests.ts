/** `bun run release:manifests`: writes k8s-deployment/ with every image pinned to the digest that its tag has now. */

import { mkdir } from "node:fs/promises"
import { dirname, join, relative } from "node:path"
import { version } from "@tallyroom/lib/process/build"
import { $, Glob } from "bun"
import { readCommandLine, runScript } from "../services/terminal/command-line"
import { orElse, text } from "../services/terminal/options"
import { UsageError, UserError } from "../services/terminal/user-error"
import { MANIFESTS } from "./cluster/apply"
import { PREFIX } from "./images/build"

const USAGE = `Usage: bun run release:manifests --dir DIR [--prefix PREFIX] [--tag TAG]

Writes the manifests of k8s-deployment/ to DIR; ours name the images PREFIX/…:TAG (${PREFIX}, ${version}), and every image
is followed by the digest that its registry tells. Needs docker buildx.

  --dir DIR        where they go
  --prefix PREFIX  where the names of our images begin (${PREFIX})
  --tag TAG        (the version in package.json: ${version})
  --help           show this`

const IMAGE = /^(\s*(?:- )?image: )(\S+)$/gm

await runScript(main, { failure: 1 })

async function main(): Promise<number> {
  const { values } = readCommandLine({
    usage: USAGE,
    options: { dir: text, prefix: orElse(text, PREFIX), tag: orElse(text, version) },
  })
  if (values.dir === undefined) throw new UsageError("Name a directory: --dir DIR (see --help).")
  await writeManifests(values.dir, (name) =>
    name
      .replace(`${PREFIX}/`, `${values.prefix}/`)
      .replace(/:[^:/]+$/, (tag) => (name.startsWith(PREFIX) ? `:${values.tag}` : tag)),
  )
  return 0
}

async function writeManifests(dir: string, rename: (image: string) => string): Promise<void> {
  const digests = new Map<string, Promise<string>>()
  const pinned = (image: string) => {
    const digest = digests.get(image) ?? digestOf(image)
    digests.set(image, digest)
    return digest.then((it) => `${image}@${it}`)
  }
  for await (const file of new Glob("**/*.yaml").scan({ cwd: MANIFESTS, absolute: true })) {
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
  for (const [image, digest] of digests) console.log(`${image}@${await digest}`)
}

async function digestOf(image: string): Promise<string> {
  const format = "{{.Manifest.Digest}}"
  const { stdout, stderr, exitCode } = await $`docker buildx imagetools inspect --format ${format} ${image}`
    .quiet()
    .nothrow()
  const digest = stdout.toString().trim().replaceAll('"', "")
  if (exitCode === 0 && /^sha256:[0-9a-f]{64}$/.test(digest)) return digest
  throw new UserError(`The digest of ${image} can't be learnt: ${stderr.toString().trim() || digest}`)
}
