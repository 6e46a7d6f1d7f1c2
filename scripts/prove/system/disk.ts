/**
 * A disk of its own under the stores. On a power cut it loses whatever was never synced, as no killed process does: the kernel
 * goes on to write what that has left behind. And it can be full.
 *
 * It is an image file that nbdkit serves: what is written waits in nbdkit, and reaches the file when somebody syncs. Above it
 * stand nbdfuse, which makes a file of what nbdkit serves, a loop device on that file, and ext4.
 */

import { existsSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { type SupervisedProcess, startSupervised } from "../../services/processes/supervised-process"
import { UserError } from "../../services/terminal/user-error"
import { ensureTools } from "../../services/tools/tools"
import { waitFor } from "../../services/wait"
import { backingOf, isMounted, loopsOn, mountedAt, run, runUntil, tryRun } from "./mounts"

const MEBIBYTE = 2 ** 20
const STOP_GRACE_MS = 5_000
/** Stores of a prover that was killed take up to 8 s to end. */
const RELEASE_MS = 15_000

/** nbdkit's socket, looked for in the disk's folder, as a whole path may be too long for one. */
const SOCKET = "nbd.sock"
/** What takes all the room: a first file of all that is free, and others for what that could not take. */
const FILLERS = ["1T", "1M", "4K"]
const NO_ROOM = "No space left on device"
const TRIAL_MEGABYTES = 16

/** The parts of a disk, in its folder. */
function partsOf(dir: string) {
  const fuse = join(dir, "fuse")
  return { image: join(dir, "disk.img"), fuse, file: join(fuse, "disk"), mount: join(dir, "mnt") }
}

/** All that were not closed yet. */
const openDisks = new Set<Disk>()

/** Why no such disk can be had here; null where it can. Installs the programs that it needs. */
export async function canOpenDisk(): Promise<string | null> {
  if (process.platform !== "linux") return "only Linux can mount a disk of ours."
  if (process.getuid?.() !== 0) return "only root may mount a disk."
  const dir = mkdtempSync(join(tmpdir(), "tallyroom-disk-"))
  try {
    const disk = await openDisk({ dir, megabytes: TRIAL_MEGABYTES })
    await disk.close()
    return null
  } catch (error) {
    // Where there is no /dev/fuse, or no loop device is free, one of the programs says so.
    return error instanceof Error ? error.message : String(error)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** @param dir the disk's own folder; what an earlier run left there is removed */
export async function openDisk(plan: { dir: string; megabytes: number }): Promise<Disk> {
  const dir = resolve(plan.dir)
  const programs = await ensureTools(["nbdkit", "nbdfuse", "mkfs.ext4"])
  await removeDisk(dir)
  const disk = new Disk(dir, programs)
  openDisks.add(disk)
  try {
    await disk.format(plan.megabytes)
  } catch (error) {
    await disk.close()
    throw error
  }
  return disk
}

/** Closes all disks that are still open. What used them has ended. */
export async function closeDisks(): Promise<void> {
  for (const disk of openDisks) await disk.close()
}

/** Removes what a prover that was killed has left of a disk. */
export async function removeDisk(dir: string): Promise<void> {
  if (existsSync(dir)) await takeApart(resolve(dir))
  rmSync(dir, { recursive: true, force: true })
}

export class Disk {
  /** The folder that is on it. */
  readonly path: string
  private nbdkit: SupervisedProcess | undefined
  private nbdfuse: SupervisedProcess | undefined

  constructor(
    private readonly dir: string,
    private readonly programs: Record<"nbdkit" | "nbdfuse" | "mkfs.ext4", string>,
  ) {
    this.path = partsOf(dir).mount
  }

  /** Makes an empty file system, and mounts it. */
  async format(megabytes: number): Promise<void> {
    const { image, fuse, mount } = partsOf(this.dir)
    for (const folder of [fuse, mount]) mkdirSync(folder, { recursive: true })
    writeFileSync(image, "")
    truncateSync(image, megabytes * MEBIBYTE)
    const loop = await this.plugIn()
    // No room is kept back for root, who fills it.
    await run(this.programs["mkfs.ext4"], "-q", "-m", "0", loop)
    await run("mount", loop, mount)
  }

  /** Syncs all that is on it. */
  async settle(): Promise<void> {
    await run("sync", "--file-system", this.path)
  }

  /**
   * Loses all that was never synced.
   * @param kill ends with SIGKILL all that uses it; by then nothing that they write reaches it
   */
  async cutPower(kill: () => Promise<void>): Promise<void> {
    this.nbdkit?.kill("SIGKILL")
    await this.nbdkit?.exited
    await kill()
    await this.unplug()
  }

  /** Brings back what was synced, as ext4 finds it by its journal. Does nothing where there is power. */
  async restorePower(): Promise<void> {
    if (isMounted(this.path)) return
    // An earlier try may have come half the way.
    await this.unplug()
    await run("mount", await this.plugIn(), this.path)
  }

  /** Takes all the room that is left. @throws where that fails for anything but want of room */
  async fill(): Promise<void> {
    // Each takes what there is, and then fails for what there is not.
    for (const size of FILLERS) await runUntil(NO_ROOM, "fallocate", "--length", size, this.filler(size))
  }

  /** Gives that room back, for good: a power cut must not bring the fillers back. */
  async free(): Promise<void> {
    for (const size of FILLERS) rmSync(this.filler(size), { force: true })
    await this.settle()
  }

  /** Leaves nothing of it. All that used it has ended. */
  async close(): Promise<void> {
    await this.unplug()
    rmSync(this.dir, { recursive: true, force: true })
    openDisks.delete(this)
  }

  private filler(size: string): string {
    return join(this.path, `filler-${size}`)
  }

  /** @returns its loop device */
  private async plugIn(): Promise<string> {
    const { dir, programs } = this
    const { image, fuse, file } = partsOf(dir)
    rmSync(join(dir, SOCKET), { force: true })
    const served = ["--filter=cache", "file", image, "cache=writeback", "cache-on-read=false"]
    const lines: string[] = []
    const how = { cwd: dir, onLine: (line: string) => void lines.push(line) }
    this.nbdkit = startSupervised([programs.nbdkit, "--foreground", "--unix", SOCKET, ...served], how)
    await untilThere(this.nbdkit, lines, () => existsSync(join(dir, SOCKET)))
    this.nbdfuse = startSupervised([programs.nbdfuse, file, "--unix", SOCKET], how)
    await untilThere(this.nbdfuse, lines, () => isMounted(fuse) && existsSync(file))
    return run("losetup", "--find", "--show", file)
  }

  private async unplug(): Promise<void> {
    await takeApart(this.dir)
    await this.nbdfuse?.stop(STOP_GRACE_MS)
    await this.nbdkit?.stop(STOP_GRACE_MS)
  }
}

async function untilThere(
  program: SupervisedProcess,
  lines: readonly string[],
  isThere: () => boolean,
): Promise<void> {
  const ended = program.exited.then((code) => {
    throw new UserError(`What serves the disk ended with code ${code}: ${lines.join("\n")}`)
  })
  await Promise.race([ended, waitFor("the disk to be served", isThere)])
}

async function takeApart(dir: string): Promise<void> {
  const { fuse, file, mount } = partsOf(dir)
  // By its mount too: a loop device forgets the path of its file once nbdfuse is gone.
  const mounted = mountedAt(mount)
  const devices = [...loopsOn(file), ...(mounted === null ? [] : [mounted])]
  const loops = new Map(devices.map((device) => [device, backingOf(device)]))
  if (mounted !== null) await run("umount", "--lazy", mount)
  // It may be gone with its mount.
  for (const loop of loops.keys()) await tryRun("losetup", "--detach", loop)
  const isThere = ([loop, on]: [string, string | null]) => on !== null && backingOf(loop) === on
  // Whatever still has a file open there keeps the device until it ends, which then goes by itself.
  await waitFor("all to leave the disk", () => ![...loops].some(isThere), RELEASE_MS).catch(() => {})
  // What serves it ends then.
  if (isMounted(fuse)) await run("umount", "--lazy", fuse)
}
