/** The kinds of options that a script may declare. */

import { UsageError } from "./user-error"

/** An option of a command line, by its kind; its name stands where it is declared. */
export interface CommandOption<Value> {
  /** The values that it takes, in words; null for a flag, which takes none. */
  readonly takes: string | null
  /**
   * @param given each value that stands on the command line, in their order
   * @param name as people write it: --rounds
   * @throws {UsageError} for a value that it does not take
   */
  read(given: readonly string[], name: string): Value
}

/** `--json`: whether it is there. */
export const flag: CommandOption<boolean> = { takes: null, read: (given) => given.length > 0 }

/** `--poll ID`: any text. */
export const text: CommandOption<string | undefined> = { takes: "a value", read: (given) => given.at(-1) }

/**
 * `--inbox nats`: one of these values.
 * @param kind what they are called together, where that says more than the name of the option
 */
export function oneOf<Value extends string>(
  allowed: readonly Value[],
  kind?: string,
): CommandOption<Value | undefined> {
  const takes = inWords(allowed)
  return {
    takes,
    read: (given, name) => {
      const value = given.at(-1)
      const found = allowed.find((it) => it === value)
      if (value === undefined || found !== undefined) return found
      throw kind ? unknownName(kind, value, allowed) : refused(name, takes, value)
    },
  }
}

/** `--only apply,kill`: some of these values, in the order in which they are declared. */
export function someOf<Value extends string>(
  allowed: readonly Value[],
  kind: string,
): CommandOption<readonly Value[] | undefined> {
  return {
    takes: `some of ${inWords(allowed)}`,
    read: (given) => {
      const words = given.at(-1)?.split(",")
      const names = words?.map((word) => word.trim())
      const unknown = names?.find((name) => !allowed.some((it) => it === name))
      if (unknown !== undefined) throw unknownName(kind, unknown, allowed)
      return names && allowed.filter((it) => names.includes(it))
    },
  }
}

/** `--votes 3,000`: a whole number within these bounds. */
export function wholeNumber(least: number, most: number): CommandOption<number | undefined> {
  const takes = `a whole number from ${least.toLocaleString("en")} to ${most.toLocaleString("en")}`
  return {
    takes,
    read: (given, name) => {
      const value = given.at(-1)
      if (value === undefined) return undefined
      const number = Number(value.replaceAll(/[,_]/g, ""))
      if (value !== "" && Number.isInteger(number) && number >= least && number <= most) return number
      throw refused(name, takes, value)
    },
  }
}

/** `--peak 1.5`: a number within these bounds. */
export function decimal(least: number, most: number): CommandOption<number | undefined> {
  const takes = `a number from ${least.toLocaleString("en")} to ${most.toLocaleString("en")}`
  return {
    takes,
    read: (given, name) => {
      const value = given.at(-1)
      if (value === undefined) return undefined
      const number = Number(value)
      if (/^\d+(\.\d+)?$/.test(value) && number >= least && number <= most) return number
      throw refused(name, takes, value)
    },
  }
}

/** An option that may be given several times. */
export function several<Value>({
  takes,
  read,
}: CommandOption<Value | undefined>): CommandOption<readonly Value[] | undefined> {
  return {
    takes,
    read: (given, name) => {
      const values = given.map((value) => read([value], name)).filter((value) => value !== undefined)
      return values.length > 0 ? values : undefined
    },
  }
}

/** The same option with a value for when it is not given. */
export function orElse<Value>(
  { takes, read }: CommandOption<Value | undefined>,
  fallback: Value,
): CommandOption<Value> {
  return { takes, read: (given, name) => read(given, name) ?? fallback }
}

/** @param value undefined where the command line ends after the option's name */
export function refused(name: string, takes: string, value: string | undefined): UsageError {
  return new UsageError(`${name} takes ${takes}${value ? `, not ${value}` : ""}.`)
}

export function unknownName(kind: string, name: string, allowed: readonly string[]): UsageError {
  return new UsageError(`There is no ${kind} ${name}: choose from ${allowed.join(", ")}.`)
}

/** `a, b or c`. */
function inWords(values: readonly string[]): string {
  return [values.slice(0, -1).join(", "), ...values.slice(-1)].filter(Boolean).join(" or ")
}
