-- Which versions may run side by side (docs/upgrading.md).
--
-- migrations.oldest   the least schema (number of the last migration that it knows) of a version that may run beside this one
-- workers.schema      that of this worker. Workers before this migration did not say theirs
--
-- A worker that is too old for the schema is not listed and gets no shard, whatever its own program thinks of that. So what it would
-- leave out is never left out: a newer one counts instead. Neither costs the counting anything.

ALTER TABLE migrations ADD COLUMN oldest integer;
ALTER TABLE workers ADD COLUMN schema integer NOT NULL DEFAULT 15;

CREATE FUNCTION list_worker() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.schema < (SELECT max(oldest) FROM migrations) THEN RETURN NULL; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER workers_listed BEFORE INSERT OR UPDATE ON workers FOR EACH ROW EXECUTE FUNCTION list_worker();

CREATE FUNCTION give_shard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  needed integer := (SELECT max(oldest) FROM migrations);
BEGIN
  IF needed > 15 AND NOT EXISTS (SELECT FROM workers WHERE id = NEW.holder AND schema >= needed) THEN RETURN NULL; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER shards_given BEFORE UPDATE OF holder ON shards FOR EACH ROW
  WHEN (NEW.holder IS NOT NULL AND NEW.holder IS DISTINCT FROM OLD.holder) EXECUTE FUNCTION give_shard();
