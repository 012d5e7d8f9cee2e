#!/bin/sh
# Runs once, in the database container, when its volume is empty (after the image's own scripts, which
# have smaller numbers): the app's role, which is no superuser, the database it owns, and the
# extension in it, which only a superuser may create.
set -eu
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --set=password="$APP_PASSWORD" \
  --username="$POSTGRES_USER" --dbname=postgres <<'SQL'
CREATE ROLE health LOGIN PASSWORD :'password';
CREATE DATABASE health OWNER health;
\connect health
SET client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS timescaledb;
SQL
