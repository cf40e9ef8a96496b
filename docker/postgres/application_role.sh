#!/bin/sh
# First start of the database only: the application's role, which is no superuser, and its database.
set -eu
psql --set=ON_ERROR_STOP=1 --set=password="$TPA_DATABASE_PASSWORD" --username "$POSTGRES_USER" <<'SQL'
CREATE ROLE tpa LOGIN CREATEROLE CREATEDB NOSUPERUSER PASSWORD :'password';
CREATE DATABASE tpa OWNER tpa;
SQL
