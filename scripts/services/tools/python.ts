/** Packages of Python's index, each set in a virtual environment of its own in the cache. */

import { join } from "node:path"
import { $ } from "bun"
import { cached, Unavailable } from "./cache"

/**
 * The path of a Python that has these packages.
 * @param name of the environment, which says what is in it and in which version
 * @param packages such as `schemathesis==4.32.0`
 * @throws {Unavailable} where there is no Python 3 with venv, or its index can't be reached
 */
export async function ensurePython(
  name: string,
  packages: readonly string[],
  say: (line: string) => void,
): Promise<string> {
  const python = Bun.which("python3")
  if (!python) throw new Unavailable("There is no python3: install it (apt-get install python3-venv).")
  const folder = await cached(join("tools", name), async (draft) => {
    say(`Installing ${packages.join(" ")} from PyPI, for this user`)
    const made = await $`${python} -m venv ${draft}`.quiet().nothrow()
    if (made.exitCode !== 0)
      throw new Unavailable("python3 has no venv: install it (apt-get install python3-venv).")
    const got = await $`${draft}/bin/python -m pip install --quiet --disable-pip-version-check ${packages}`
      .quiet()
      .nothrow()
    if (got.exitCode !== 0)
      throw new Unavailable(`pip can't install it: ${got.stderr.toString().trim().slice(-300)}`)
  })
  return join(folder, "bin/python")
}
