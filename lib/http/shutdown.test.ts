import { expect, test } from "bun:test"
import { Elysia } from "elysia"
import { stopServing } from "./shutdown"

function serve(answer: Promise<string>, arrived: () => void) {
  const app = new Elysia()
    .get("/", () => {
      arrived()
      return answer
    })
    .listen({ port: 0, hostname: "127.0.0.1" })
  return { app, url: `http://127.0.0.1:${app.server?.port}/` }
}

test("a request that is under way is answered, and a new one is not accepted", async () => {
  const answer = Promise.withResolvers<string>()
  const arrived = Promise.withResolvers<void>()
  const { app, url } = serve(answer.promise, arrived.resolve)
  const response = fetch(url)
  await arrived.promise
  const stopped = stopServing(app)
  await expect(fetch(url, { keepalive: false })).rejects.toThrow()
  answer.resolve("done")
  expect(await (await response).text()).toBe("done")
  await stopped
})

test("a request that never ends is cut after the deadline", async () => {
  const arrived = Promise.withResolvers<void>()
  const { app, url } = serve(new Promise(() => {}), arrived.resolve)
  const response = fetch(url).then(
    () => "answered",
    () => "cut",
  )
  await arrived.promise
  await stopServing(app, 50)
  expect(await response).toBe("cut")
})
