/** A bare Debian in a folder, in which programs run as root without seeing the machine's files and processes. */

import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { type CommandOutput, outputOf } from "../../services/processes/output-of"

/** What tells programs how this machine reaches others. */
const NETWORK_VARIABLES = ["http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"]
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

export interface DebianRoot {
  /** The path on this machine of a path inside. */
  at(path: string): string
  /** Writes a file, and the folders above it. */
  write(path: string, content: string, mode?: number): Promise<void>
  /** Runs a program inside. @throws {Error} with all of its output when it fails */
  run(words: readonly string[], settings?: Record<string, string>): Promise<CommandOutput>
  remove(): Promise<void>
}

/** Why no such root can be made here, or null. */
export function whyNoDebianRoot(): string | null {
  if (process.platform !== "linux") return "it takes Linux"
  if (process.getuid?.() !== 0) return "it takes root"
  return Bun.which("debootstrap") ? null : "debootstrap is not installed"
}

/**
 * Debian's release `suite` with systemd and nothing else that it does not need. No package starts its service in it: the
 * machine's own systemd is not theirs, and there is no other.
 */
export async function makeDebianRoot(suite: string): Promise<DebianRoot> {
  const folder = await mkdtemp(join(tmpdir(), "tallyroom-debian-"))
  const root = debianRoot(folder)
  try {
    await run(["debootstrap", "--variant=minbase", "--include=systemd", suite, folder], process.env)
    await root.write("/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n", 0o755)
    await copyFile("/etc/resolv.conf", root.at("/etc/resolv.conf"))
  } catch (error) {
    await root.remove()
    throw error
  }
  return root
}

function debianRoot(folder: string): DebianRoot {
  const at = (path: string) => join(folder, path)
  const network = Object.fromEntries(
    NETWORK_VARIABLES.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
  )
  return {
    at,
    async write(path, content, mode = 0o644) {
      await mkdir(dirname(at(path)), { recursive: true })
      await writeFile(at(path), content)
      await chmod(at(path), mode)
    },
    // Its mounts and processes end with the program, so that the folder can always be removed.
    run: (words, settings) =>
      run(
        [
          "unshare",
          "--mount",
          "--pid",
          "--uts",
          "--ipc",
          "--fork",
          "--kill-child",
          `--root=${folder}`,
          "--wd=/",
          "--mount-proc=/proc",
          ...words,
        ],
        {
          PATH,
          HOME: "/root",
          LC_ALL: "C.UTF-8",
          // Units are enabled, and not started.
          SYSTEMD_OFFLINE: "1",
          ...network,
          ...settings,
        },
      ),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

async function run(words: readonly string[], env: NodeJS.ProcessEnv): Promise<CommandOutput> {
  const child = Bun.spawn([...words], { env, stdin: "ignore", stdout: "pipe", stderr: "pipe" })
  const output = await outputOf(child)
  if (output.code !== 0)
    throw new Error(`${words.join(" ")} ended with ${output.code}:\n${output.out}${output.err}`)
  return output
}
