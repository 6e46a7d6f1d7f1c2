import { describe, expect, test } from "bun:test"
import { CLUSTER_STEPS, readOptions } from "./options"

describe("check:cluster's command line", () => {
  test("takes all steps at the NodePorts, unless told otherwise", () => {
    expect(readOptions([], {})).toEqual({
      steps: CLUSTER_STEPS,
      inbox: "redis",
      fresh: false,
      yes: false,
      voteUrl: "http://localhost:31000",
      resultUrl: "http://localhost:31001",
    })
  })

  test("takes some steps, in their own order", () => {
    expect(readOptions(["--only", "root, apply", "--yes"], {})).toMatchObject({
      steps: ["apply", "root"],
      yes: true,
    })
  })

  test("refuses what it does not know, and says what there is", () => {
    expect(() => readOptions(["--only", "aply"], {})).toThrow(
      "There is no step aply: choose from apply, again",
    )
    expect(() => readOptions(["--inbox", "kafka"], {})).toThrow(
      "There is no inbox kafka: choose from redis, nats, rabbitmq, redis-sentinel, redis-cluster",
    )
    expect(() => readOptions(["--freshly"], {})).toThrow("see --help")
  })
})
