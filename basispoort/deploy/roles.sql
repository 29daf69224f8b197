-- The three roles, the database and its one extension; running it again changes nothing but the passwords.
-- For psql, as superuser; the demo's own server and the containers in compose.yaml both run this file.
-- Passwords come from the environment, so that they stand on no command line (SR-H01, SR-H03, SR-B03).
\set ON_ERROR_STOP on
\getenv owner_password OWNER_PASSWORD
\getenv app_password APP_PASSWORD

-- SUPERUSER and BYPASSRLS would pass by row-level security; NOINHERIT keeps a granted role asleep until it is asked for.
SELECT 'CREATE ROLE basispoort_owner' WHERE to_regrole('basispoort_owner') IS NULL \gexec
SELECT 'CREATE ROLE basispoort_app' WHERE to_regrole('basispoort_app') IS NULL \gexec
SELECT 'CREATE ROLE basispoort_national' WHERE to_regrole('basispoort_national') IS NULL \gexec
ALTER ROLE basispoort_owner WITH LOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION
  PASSWORD :'owner_password';
ALTER ROLE basispoort_app WITH LOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION
  PASSWORD :'app_password';
ALTER ROLE basispoort_national WITH NOLOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION
  PASSWORD NULL;
GRANT basispoort_national TO basispoort_app WITH INHERIT FALSE, SET TRUE, ADMIN FALSE;

SELECT 'CREATE DATABASE basispoort OWNER basispoort_owner ENCODING ''UTF8'''
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'basispoort') \gexec
ALTER DATABASE basispoort OWNER TO basispoort_owner;
REVOKE ALL ON DATABASE basispoort FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE basispoort TO basispoort_app;

-- template1 too: a test database is copied from it, by the owner, who may not add extensions that need a superuser.
CREATE EXTENSION IF NOT EXISTS btree_gist;
\connect template1
CREATE EXTENSION IF NOT EXISTS btree_gist;
\connect basispoort
CREATE EXTENSION IF NOT EXISTS btree_gist;
