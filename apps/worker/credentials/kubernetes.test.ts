import { describe, expect, test } from "bun:test"
import { type KubernetesSecret, Refused, type Secrets } from "./api-server"
import { ensureSecrets } from "./kubernetes"

/** An API server's Secrets in memory, which may break off before a creation. */
class Namespace implements Secrets {
  readonly secrets = new Map<string, KubernetesSecret>()
  creationsLeft = Number.POSITIVE_INFINITY

  async get(name: string) {
    return this.secrets.get(name) ?? null
  }

  async create(secret: KubernetesSecret) {
    if (this.creationsLeft-- <= 0) throw new Error("gone")
    if (this.secrets.has(secret.metadata.name)) return false
    this.secrets.set(secret.metadata.name, secret)
    return true
  }

  put(name: string, content: Record<string, string>) {
    const data = Object.entries(content).map(([key, text]) => [key, Buffer.from(text).toString("base64")])
    this.secrets.set(name, { metadata: { name }, data: Object.fromEntries(data) })
  }

  read(name: string, key: string): string {
    return Buffer.from(this.secrets.get(name)?.data?.[key] ?? "", "base64").toString()
  }

  get names() {
    return [...this.secrets.keys()].sort()
  }
}

const ALL = ["backup", "credentials", "nats", "postgres", "rabbitmq", "redis", "result", "vote", "worker"]

/** As RabbitMQ checks it: four bytes of salt stand before the hash. */
function isPasswordOf(passwordHash: string, password: string): boolean {
  const bytes = Buffer.from(passwordHash, "base64")
  const hash = new Bun.CryptoHasher("sha256").update(bytes.subarray(0, 4)).update(password).digest()
  return bytes.subarray(4).equals(hash)
}

async function made(): Promise<Namespace> {
  const namespace = new Namespace()
  await ensureSecrets(namespace)
  return namespace
}

describe("the Secrets of a namespace", () => {
  test("are all made at the first time, and left alone at the second", async () => {
    const namespace = await made()
    expect(namespace.names).toEqual(ALL)
    const before = structuredClone([...namespace.secrets])
    expect(await ensureSecrets(namespace)).toEqual([])
    expect([...namespace.secrets]).toEqual(before)
  })

  test("are refused when they lack a key that a newer version needs", async () => {
    const namespace = await made()
    const before = structuredClone(namespace.secrets.get("worker"))
    delete namespace.secrets.get("worker")?.data?.DATABASE_URL
    await expect(ensureSecrets(namespace)).rejects.toThrow(/"worker" lacks DATABASE_URL: delete/)
    namespace.secrets.delete("worker")
    expect(await ensureSecrets(namespace)).toEqual(["worker"])
    expect(namespace.secrets.get("worker")).toEqual(before)
  })

  test("agree with each other", async () => {
    const namespace = await made()
    for (const app of ["worker", "result"]) {
      const { username, password } = new URL(namespace.read(app, "DATABASE_URL"))
      expect(namespace.read("postgres", "roles.sql")).toContain(`${username} LOGIN`)
      expect(namespace.read("postgres", "roles.sql")).not.toContain(password)
    }
    for (const app of ["vote", "worker"]) {
      const { username, password } = new URL(namespace.read(app, "REDIS_URL"))
      const hash = new Bun.CryptoHasher("sha256").update(password).digest("hex")
      expect(namespace.read("redis", "users.acl")).toContain(`user ${username} on #${hash}`)
      const nats = new URL(namespace.read(app, "NATS_URL"))
      expect(namespace.read("nats", "users.conf")).toContain(
        `user: ${nats.username}, password: "${nats.password}"`,
      )
      const rabbitmq = new URL(namespace.read(app, "RABBITMQ_URL"))
      const { users } = JSON.parse(namespace.read("rabbitmq", "definitions.json"))
      const user = users.find(({ name }: { name: string }) => name === rabbitmq.username)
      expect(isPasswordOf(user.password_hash, rabbitmq.password)).toBe(true)
    }
  })

  test("are the same wherever the first run broke off", async () => {
    for (let creations = 1; creations < ALL.length; creations++) {
      const namespace = new Namespace()
      namespace.creationsLeft = creations
      await expect(ensureSecrets(namespace)).rejects.toThrow("gone")
      expect(namespace.names).toContain("credentials")
      namespace.creationsLeft = Number.POSITIVE_INFINITY
      await ensureSecrets(namespace)
      const lost = structuredClone([...namespace.secrets])
      for (const name of ALL.filter((it) => it !== "credentials")) namespace.secrets.delete(name)
      await ensureSecrets(namespace)
      expect(new Map(namespace.secrets)).toEqual(new Map(lost))
    }
  })

  test("agree when two make them at once", async () => {
    const namespace = new Namespace()
    await Promise.all([ensureSecrets(namespace), ensureSecrets(namespace)])
    const before = namespace.read("worker", "DATABASE_URL")
    namespace.secrets.delete("worker")
    await ensureSecrets(namespace)
    expect(namespace.read("worker", "DATABASE_URL")).toBe(before)
  })

  test("are not made from a new root beside those of a lost one", async () => {
    const namespace = await made()
    namespace.secrets.delete("credentials")
    namespace.secrets.delete("vote")
    await expect(ensureSecrets(namespace)).rejects.toThrow(Refused)
    expect(namespace.names).toEqual(ALL.filter((name) => name !== "credentials" && name !== "vote"))
  })

  test("keep what a person made before", async () => {
    const namespace = new Namespace()
    namespace.put("result", { DATABASE_URL: "postgres://elsewhere/db", ADMIN_TOKEN: "mine" })
    expect(await ensureSecrets(namespace)).not.toContain("result")
    expect(namespace.read("result", "ADMIN_TOKEN")).toBe("mine")
  })
})

describe("managed stores", () => {
  test("stand in the Secrets of the apps that use them, an app's own before everybody's", async () => {
    const namespace = new Namespace()
    namespace.put("managed-stores", {
      DATABASE_URL: "postgres://owner@db.example/tallyroom\n",
      RESULT_DATABASE_URL: "postgres://reader@db.example/tallyroom",
    })
    await ensureSecrets(namespace)
    expect(namespace.read("worker", "DATABASE_URL")).toBe("postgres://owner@db.example/tallyroom")
    expect(namespace.read("result", "DATABASE_URL")).toBe("postgres://reader@db.example/tallyroom")
    expect(namespace.read("worker", "REDIS_URL")).toContain("@redis:6379")
  })

  test("that are no addresses are refused by name, without their value", async () => {
    const namespace = new Namespace()
    namespace.put("managed-stores", { REDIS_URL: "http://hunter2", REDIS: "x" })
    const refused = ensureSecrets(namespace)
    await expect(refused).rejects.toThrow(/REDIS_URL must be an address.*; REDIS is none of/)
    await expect(refused).rejects.not.toThrow("hunter2")
  })
})
