import { expect, test } from "bun:test"
import { z } from "zod"
import { jsonAnswer, problemAnswers, textAnswer } from "./openapi"

test("problems of the same status are documented as one answer that names them all", () => {
  const answers = problemAnswers("poll-unknown", "vote-stands", "receipt-unknown")
  expect(Object.keys(answers)).toEqual(["404", "409"])
  expect(answers["404"]).toMatchObject({
    description: "poll-unknown: There is no such poll. receipt-unknown: This is no receipt of the poll.",
    content: { "application/problem+json": { schema: { required: ["type", "title", "status", "detail"] } } },
  })
})

test("an answer is documented with its schema and its type", () => {
  const { content } = jsonAnswer("A number.", z.object({ n: z.int() }))
  expect(content["application/json"].schema).toMatchObject({ type: "object", required: ["n"] })
  expect(textAnswer("A table.", "text/csv")).toEqual({
    description: "A table.",
    content: { "text/csv": { schema: { type: "string" } } },
  })
})
