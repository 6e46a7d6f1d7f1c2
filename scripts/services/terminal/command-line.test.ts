import { describe, expect, test } from "bun:test"
import { CHECKOUT } from "../checkout"
import { parseCommandLine } from "./command-line"
import { flag, oneOf, orElse, several, someOf, text, wholeNumber } from "./options"

const options = {
  fresh: flag,
  poll: text,
  votes: orElse(wholeNumber(1, 1_000_000), 3_000),
  inbox: oneOf(["nats", "rabbitmq"]),
  option: several(text),
  only: someOf(["apply", "kill", "scale"], "step"),
}
const read = (...words: string[]) => parseCommandLine({ usage: "", options, takesOperands: true }, words)

describe("a command line", () => {
  test("gives each option's value, and the words that are no options", () => {
    const words = [
      "a.csv",
      "--fresh",
      "--votes=1,000",
      "--only",
      "kill, apply",
      "--option",
      "a=A",
      "--option=-1",
    ]
    expect(read(...words)).toEqual({
      values: {
        fresh: true,
        poll: undefined,
        votes: 1_000,
        inbox: undefined,
        option: ["a=A", "-1"],
        only: ["apply", "kill"],
      },
      operands: ["a.csv"],
    })
    expect(read().values.votes).toBe(3_000)
  })

  test.each([
    [["--loud"], "Unknown option '--loud': see --help."],
    [["-x"], "Unknown option '-x': see --help."],
    [["--fresh=yes"], "--fresh takes no value."],
    [["--poll"], "--poll takes a value."],
    [["--inbox", "--fresh"], "--inbox takes nats or rabbitmq, not --fresh."],
    [["--votes", "0"], "--votes takes a whole number from 1 to 1,000,000, not 0."],
    [["--only", "aply"], "There is no step aply: choose from apply, kill, scale."],
  ])("that makes no sense is refused in one sentence: %j", (words, told) => {
    expect(() => read(...words)).toThrow(told)
  })

  test("takes no words beside its options where the script asks for none", () => {
    expect(() => parseCommandLine({ usage: "" }, ["now"])).toThrow("Unexpected argument 'now': see --help.")
  })
})

describe("every script of package.json", () => {
  test("says with --help what it does, which options it takes, and ends with 0", async () => {
    const { scripts } = await Bun.file(`${CHECKOUT}/package.json`).json()
    const ours = Object.entries<string>(scripts).flatMap(([name, command]) => {
      const [path] = /scripts\/\S+$/.exec(command) ?? []
      return path ? [{ name, path: path.replace("./", "") }] : []
    })
    expect(ours.length).toBeGreaterThan(20)
    const told = await Promise.all(ours.map(({ path }) => help(path)))
    for (const [i, { name }] of ours.entries()) {
      expect(told[i]?.code, name).toBe(0)
      expect(told[i]?.out, name).toStartWith(`Usage: bun run ${name}`)
      expect(told[i]?.out, name).toContain("--help")
    }
  }, 60_000)
})

async function help(path: string) {
  const child = Bun.spawn([process.execPath, path, "--help"], {
    cwd: CHECKOUT,
    stdout: "pipe",
    stderr: "pipe",
  })
  const out = await new Response(child.stdout).text()
  return { out, code: await child.exited }
}
