/**
 * A Postgres that has no room left, for real: whoever changes a poll, or another table, has it write into a file that lies on a
 * full device, or ask the system for more memory than its process may have. Nothing needs to be mounted, and nobody to be root.
 */

import { rmSync, statSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import type { Database } from "@tallyroom/lib/database"

/** The kernel answers each write into it with ENOSPC, as a full disk does. */
const FULL_DEVICE = "/dev/full"
/** More than a connection keeps for itself, and little enough for any machine. */
const WANTED_BYTES = 100_000_000

/** @param admin as superuser @param table whose changes find no room @returns a function that makes room again */
export async function fillDisk(admin: Database, table = "polls"): Promise<() => Promise<void>> {
  await admin`CREATE TABLE on_full_disk (number integer)`
  // What Postgres has yet to sync of the empty file would have it stop, as that device can't be synced.
  await admin`CHECKPOINT`
  const [row] = await admin`
    SELECT current_setting('data_directory') AS data, pg_relation_filepath('on_full_disk') AS file`
  const file = join(String(row?.data), String(row?.file))
  rmSync(file)
  symlinkSync(FULL_DEVICE, file)
  const restore = await onEachChange(admin, "INSERT INTO on_full_disk VALUES (1);", table)
  return async () => {
    await restore()
    await admin`DROP TABLE on_full_disk`
    await admin`CHECKPOINT`
  }
}

/** @returns a function that limits the memory of a connection's process to what it has, and one that undoes all of it */
export async function exhaustMemory(admin: Database) {
  const restore = await onEachChange(admin, `PERFORM length(repeat('x', ${WANTED_BYTES}));`)
  const limit = async (application: string) => {
    const rows = await admin`SELECT pid FROM pg_stat_activity WHERE application_name = ${application}`
    for (const { pid } of rows) {
      const status = await Bun.file(`/proc/${pid}/status`).text()
      const kB = Number(/^VmSize:\s+(\d+) kB$/m.exec(status)?.[1])
      // Only its own user may limit a process.
      const { uid, gid } = statSync(`/proc/${pid}`)
      const command = ["prlimit", `--pid=${pid}`, `--as=${kB * 1_024 + WANTED_BYTES / 4}:`]
      const { exitCode, stderr } = Bun.spawnSync(command, { uid, gid })
      if (exitCode !== 0) throw new Error(`prlimit: ${stderr}`)
    }
  }
  return { limit, restore }
}

/** Has a trigger do something before each change of a table, with the rights of the superuser. */
export async function onEachChange(
  admin: Database,
  body: string,
  table = "polls",
): Promise<() => Promise<void>> {
  await admin.unsafe(`CREATE FUNCTION before_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    AS $$ BEGIN ${body} RETURN NULL; END $$`)
  await admin`CREATE TRIGGER before_change BEFORE INSERT OR UPDATE OR DELETE ON ${admin(table)}
    FOR EACH STATEMENT EXECUTE FUNCTION before_change()`
  return async () => {
    await admin`DROP FUNCTION before_change CASCADE`
  }
}
