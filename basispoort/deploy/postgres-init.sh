#!/bin/sh
# Runs once, in the database's container, when its data folder is new: makes the three roles and the database.
set -eu
OWNER_PASSWORD="$(cat /run/secrets/owner_password)"
APP_PASSWORD="$(cat /run/secrets/app_password)"
export OWNER_PASSWORD APP_PASSWORD
exec psql --no-psqlrc --quiet --username "$POSTGRES_USER" --dbname postgres --file /deploy/roles.sql
