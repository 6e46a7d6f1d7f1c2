/**
 * package.json has each of its scripts begin with this file: it installs what the lockfile names, where that is not there yet.
 * The script then runs in the same process, so that signals and exit codes are its own.
 */

const { exitCode } = Bun.spawnSync([process.execPath, "install", "--frozen-lockfile", "--silent"], {
  cwd: `${import.meta.dir}/..`,
  stdio: ["ignore", "inherit", "inherit"],
})
if (exitCode !== 0) {
  console.error("Installing what bun.lock names failed: `bun install` shows why.")
  process.exit(exitCode)
}
