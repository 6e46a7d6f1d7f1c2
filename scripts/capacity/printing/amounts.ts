/** Amounts in words: rounded to what a plan is worth, with the unit that reads best. */

import { shown } from "../../bench/figures/wording"

const GB = 1024 ** 3
const SIZES = [
  ["GB", GB],
  ["MB", 1024 ** 2],
  ["KB", 1024],
  ["bytes", 1],
] as const
const RATES = [
  ["Gbit/s", 1e9],
  ["Mbit/s", 1e6],
  ["kbit/s", 1e3],
  ["bit/s", 1],
] as const

export const many = (count: number) => Math.round(count).toLocaleString("en-GB")

export function sizeText(bytes: number): string {
  return inUnits(bytes, SIZES)
}

/** @param bytes a second */
export function rateText(bytes: number): string {
  return inUnits(bytes * 8, RATES)
}

/** Three digits, without those that say nothing: 2 and 1.25. */
export const digits = (value: number) => String(Number(value.toPrecision(3)))

export const percent = (share: number) => `${Math.round(share * 100)} %`

export const dollars = (amount: number) => `$${amount < 100 ? amount.toFixed(2) : many(amount)}`

/** As Kubernetes has it, in whole steps, and never less than so much. */
export function gibibytes(bytes: number, least: number): string {
  return `${Math.max(least, Math.ceil(bytes / GB))}Gi`
}

export function plural(count: number, one: string, more = `${one}s`): string {
  return `${many(count)} ${count === 1 ? one : more}`
}

function inUnits(amount: number, units: readonly (readonly [string, number])[]): string {
  const [name, size] = units.find(([, it]) => amount >= it) ?? units.at(-1) ?? ["", 1]
  return `${shown(amount / size)} ${name}`
}
