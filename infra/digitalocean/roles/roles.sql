-- Two roles and a schema, as docs/stores.md has them, by a role that may make roles and is no superuser. May run again. The Job gives the
-- roles their passwords afterwards: the server's log may quote what stands here.
\set ON_ERROR_STOP on

SELECT format('CREATE ROLE %I LOGIN', name)
FROM unnest(ARRAY['tallyroom_worker', 'tallyroom_result']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec

-- Only a member may give a schema away.
GRANT tallyroom_worker TO CURRENT_USER;
CREATE SCHEMA IF NOT EXISTS tallyroom AUTHORIZATION tallyroom_worker;
REVOKE tallyroom_worker FROM CURRENT_USER;

SELECT format('ALTER ROLE %I IN DATABASE %I SET search_path = tallyroom', name, current_database())
FROM unnest(ARRAY['tallyroom_worker', 'tallyroom_result']) AS name
\gexec
ALTER ROLE tallyroom_result SET statement_timeout = '4s';
