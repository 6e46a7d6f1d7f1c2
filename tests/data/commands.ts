/** Runs one of the data commands against a Tallyroom of this test file. */

import { outputOfScript, spawnScript } from "../harness/scripts"

type Environment = Record<string, string>

export const runDataCommand = (name: string, words: readonly string[], env: Environment) =>
  outputOfScript(`scripts/data/${name}.ts`, words, env)

export const spawnDataCommand = (name: string, words: readonly string[], env: Environment) =>
  spawnScript(`scripts/data/${name}.ts`, words, env)
