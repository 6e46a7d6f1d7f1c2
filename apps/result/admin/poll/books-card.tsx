/** The books of a poll, as numbers and as a sentence. */

import { useAdminText } from "../admin-text"
import { agrees, type Books, waitingOf } from "./books-balance"

const COLUMNS = ["accepted", "counted", "replaced", "late", "setAside", "lost"] as const

export function BooksCard({ id, books }: { id: string; books: Books }) {
  const { t, number } = useAdminText()
  const isLeast = (column: string) => column === "lost" && books.lostAtLeast
  return (
    <section class="card" id="books">
      <h2>{t("books")}</h2>
      <p class={`notice ${agrees(books) ? "good" : "bad"}`}>{useBooksSentence(books)}</p>
      <dl class="facts">
        {COLUMNS.map((column) => (
          <Fact
            key={column}
            name={t(`books-${column}`)}
            value={`${isLeast(column) ? "≥ " : ""}${number(books[column])}`}
          />
        ))}
        {books.copies > 0 && <Fact name={t("books-copies")} value={number(books.copies)} />}
        <Fact name={t("books-pending")} value={number(Math.max(0, waitingOf(books)))} />
        <Fact name={t("books-tally")} value={number(books.tally)} />
        {books.recount !== null && <Fact name={t("books-recount")} value={number(books.recount)} />}
      </dl>
      <a class="button" href={`/admin/polls/${id}?recount=1#books`}>
        {t("recount")}
      </a>
    </section>
  )
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd class="number">{value}</dd>
    </div>
  )
}

function useBooksSentence(books: Books): string {
  const { t } = useAdminText()
  if (!agrees(books)) return t("booksWrong")
  if (books.accepted === 0) return t("booksEmpty")
  const waiting = waitingOf(books)
  const fate =
    waiting > 0 ? t("booksWaiting", { count: waiting }) : t("booksRight", { count: books.accepted })
  return books.recount === null ? fate : `${fate} ${t("booksRecounted")}`
}
