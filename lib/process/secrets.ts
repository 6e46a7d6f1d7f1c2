/** What must not be read by whoever reads logs or readiness: the passwords in the addresses that this process was given. */

const masked = new Set<string>()

/** Shorter ones, and plain ones, would be found in many a word; those show in whole addresses alone, which the log masks anyway. */
const TELLING = /^(?=.*[^\w-]).{4,}$/s

/** Has the password of an address masked from now on, however it is written. */
export function keepSecret(address: string): void {
  const passwords = [
    /^\s*\w+:\/\/[^:/?]*:(.*)@/s.exec(address)?.[1],
    ...[...address.matchAll(/[?&](?:ssl)?password=([^&]*)/gi)].map(([, password]) => password),
  ]
  for (const password of passwords) {
    if (password === undefined) continue
    for (const form of [password, unescaped(password), encodeURIComponent(unescaped(password))])
      if (TELLING.test(form)) masked.add(form).add(JSON.stringify(form).slice(1, -1))
  }
}

/** The text without the passwords that were given to `keepSecret`. */
export function withoutSecrets(text: string): string {
  let rest = text
  for (const secret of masked) rest = rest.replaceAll(secret, "***")
  return rest
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
