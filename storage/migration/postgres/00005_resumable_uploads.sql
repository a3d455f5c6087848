-- +goose Up
-- modify "uploads" table
ALTER TABLE "uploads" ADD COLUMN "description" text NOT NULL DEFAULT '', ADD COLUMN "sha256" character varying(64) NOT NULL DEFAULT '' COLLATE "C", ADD COLUMN "resumable" boolean NOT NULL DEFAULT false, ADD COLUMN "received" bigint NOT NULL DEFAULT 0, ADD COLUMN "parts" text NOT NULL DEFAULT '[]', ADD COLUMN "touched_at" timestamptz NULL, ADD COLUMN "held_until" timestamptz NULL, ADD COLUMN "finished_at" timestamptz NULL;

-- +goose Down
-- reverse: modify "uploads" table
ALTER TABLE "uploads" DROP COLUMN "finished_at", DROP COLUMN "held_until", DROP COLUMN "touched_at", DROP COLUMN "parts", DROP COLUMN "received", DROP COLUMN "resumable", DROP COLUMN "sha256", DROP COLUMN "description";
