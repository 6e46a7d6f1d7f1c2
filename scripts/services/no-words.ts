/** For commands that take no words: prints the usage for --help, and refuses anything else before it does harm. */
export function refuseWords(usage: string, words: readonly string[] = process.argv.slice(2)): void {
  if (words.length === 0) return
  const asked = words.some((word) => word === "--help" || word === "-h")
  if (asked) console.log(usage)
  else console.error(`${words[0]} means nothing here.\n\n${usage}`)
  process.exit(asked ? 0 : 2)
}
