-- +goose Up
-- create "nodes" table
CREATE TABLE "nodes" (
  "id" character varying(36) NOT NULL COLLATE "C",
  "address" character varying(255) NOT NULL,
  "version" character varying(64) NOT NULL COLLATE "C",
  "zone" character varying(64) NOT NULL COLLATE "C",
  "started_at" timestamptz NOT NULL,
  "renewed_at" timestamptz NOT NULL,
  "expires_at" timestamptz NOT NULL,
  "draining" boolean NOT NULL,
  "unreachable" text NOT NULL,
  "figures" text NOT NULL,
  PRIMARY KEY ("id")
);

-- +goose Down
-- reverse: create "nodes" table
DROP TABLE "nodes";
