-- books.copies   ballots that say again what their voter's vote says, as a broker that can't refuse them holds them: whoever saw
--                no answer sent the same once more. They are in `accepted`, and neither late nor replaced.

ALTER TABLE books ADD COLUMN copies bigint NOT NULL DEFAULT 0;
