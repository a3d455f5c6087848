-- +goose Up
-- modify "users" table
ALTER TABLE "users" ADD COLUMN "directory_key" character varying(64) NULL COLLATE "C", ADD COLUMN "checked_at" timestamptz NULL;
-- create index "users_directory_key_key" to table: "users"
CREATE UNIQUE INDEX "users_directory_key_key" ON "users" ("directory_key");

-- +goose Down
-- reverse: create index "users_directory_key_key" to table: "users"
DROP INDEX "users_directory_key_key";
-- reverse: modify "users" table
ALTER TABLE "users" DROP COLUMN "checked_at", DROP COLUMN "directory_key";
