/** Building one image, and what Docker knows of it then. */

import { join } from "node:path"
import { version } from "@tallyroom/lib/process/build"
import { $ } from "bun"
import { CHECKOUT } from "../../services/checkout"
import { UserError } from "../../services/terminal/user-error"

/** The targets of the Dockerfile. */
export const IMAGES = ["vote", "worker", "result", "backup", "seed"] as const

/** Where the names of published images begin. */
export const PREFIX = "ghcr.io/tallyroom"

export type ImageOptions = {
  prefix: string
  tag: string
  /** Such as linux/amd64; without it the platform of this machine. */
  platform?: string
  push: boolean
  /** A folder for an archive NAME.tar, and NAME.json with its digest, in the place of Docker's own store. */
  oci?: string
  /** Arguments of the Dockerfile, as NAME=value. */
  buildArguments?: readonly string[]
  /** Builds without the cache of earlier builds. */
  fresh: boolean
  revision: string
  /** Says nothing unless it fails. */
  quiet?: boolean
}

export function imageName(image: string, { prefix, tag }: Pick<ImageOptions, "prefix" | "tag">): string {
  return `${prefix}/${image}:${tag}`
}

/** The commit, marked where files differ from it; "unknown" outside of a repository. */
export function revisionOfCheckout(): string {
  const git = (...words: string[]) => Bun.spawnSync(["git", ...words], { cwd: CHECKOUT, stderr: "ignore" })
  const head = git("rev-parse", "HEAD")
  if (head.exitCode !== 0) return "unknown"
  const changed = git("status", "--porcelain").stdout.length > 0
  return `${head.stdout.toString().trim()}${changed ? "-changed" : ""}`
}

/** @throws {UserError} when there is no Docker, or it can't build it */
export async function buildImage(image: string, options: ImageOptions): Promise<void> {
  const { platform, push, oci, fresh, revision, quiet = false } = options
  const builder = (await hasBuildx()) ? ["buildx", "build", ...outputs(image, options)] : ["build"]
  if ((push || oci) && builder.length === 1)
    throw new UserError(`--${push ? "push" : "oci"} needs docker buildx: install its plugin.`)
  const flags = [
    ...(platform ? ["--platform", platform] : []),
    ...(push || oci ? ["--sbom=true", "--provenance=mode=max"] : []),
    ...(fresh ? ["--no-cache"] : []),
    ...(quiet ? ["--quiet"] : []),
  ]
  const given = [`VERSION=${version}`, `REVISION=${revision}`, ...(options.buildArguments ?? [])]
  const about = given.flatMap((it) => ["--build-arg", it])
  const words = [...builder, "--target", image, "--tag", imageName(image, options), ...about, ...flags, "."]
  const docker = Bun.spawn(["docker", ...words], {
    cwd: CHECKOUT,
    env: { ...process.env, DOCKER_BUILDKIT: "1" },
    stdout: quiet ? "ignore" : "inherit",
    stderr: "inherit",
  })
  if ((await docker.exited) !== 0)
    throw new UserError(`docker ${words[0]} could not build ${image} (see above).`)
}

function outputs(image: string, { push, oci }: ImageOptions): string[] {
  if (oci === undefined) return [push ? "--push" : "--load"]
  const archive = `type=oci,dest=${join(oci, `${image}.tar`)}`
  return ["--output", archive, "--metadata-file", join(oci, `${image}.json`)]
}

async function hasBuildx(): Promise<boolean> {
  if (!Bun.which("docker")) throw new UserError("Docker is missing: https://docs.docker.com/engine/install/")
  return (await $`docker buildx version`.quiet().nothrow()).exitCode === 0
}

/** @returns the bytes of an image on this machine, and its id */
export async function sizeOf(name: string): Promise<{ bytes: number; id: string }> {
  const format = "{{.Size}} {{.Id}}"
  const [bytes = "", id = ""] = (await $`docker image inspect --format ${format} ${name}`.text())
    .trim()
    .split(" ")
  return { bytes: Number(bytes), id }
}
