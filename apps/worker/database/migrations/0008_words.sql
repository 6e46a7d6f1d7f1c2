-- polls.words  how often what people vote on was changed since the poll opened: a ballot says which words its voter read, so
--              that it never counts for others

ALTER TABLE polls ADD COLUMN words integer NOT NULL DEFAULT 0;
