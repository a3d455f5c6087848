-- +goose Up
-- modify "incident_rooms" table
ALTER TABLE "incident_rooms" ADD COLUMN "assignee_id" character varying(36) NULL COLLATE "C", ADD COLUMN "assignee_name" text NOT NULL DEFAULT '', ADD COLUMN "resolution" text NOT NULL DEFAULT '', ADD COLUMN "root_cause" text NOT NULL DEFAULT '', ADD COLUMN "waiver" text NOT NULL DEFAULT '', ADD COLUMN "duplicate_of" character varying(36) NULL COLLATE "C", ADD COLUMN "acknowledged_at" timestamptz NULL, ADD COLUMN "contained_at" timestamptz NULL, ADD COLUMN "resolved_at" timestamptz NULL, ADD COLUMN "closed_at" timestamptz NULL, ADD COLUMN "archived_at" timestamptz NULL;
-- modify "messages" table
ALTER TABLE "messages" ADD COLUMN "status_change" text NULL, ADD COLUMN "mentions" text NULL, ADD COLUMN "edits" bigint NOT NULL DEFAULT 0, ADD COLUMN "edited_at" timestamptz NULL, ADD COLUMN "deleted_at" timestamptz NULL, ADD COLUMN "deleted_by" character varying(36) NULL COLLATE "C", ADD COLUMN "deleted_by_name" text NOT NULL DEFAULT '', ADD COLUMN "pinned_at" timestamptz NULL, ADD COLUMN "pinned_by" character varying(36) NULL COLLATE "C", ADD COLUMN "pinned_by_name" text NOT NULL DEFAULT '', ADD COLUMN "words" tsvector NULL;
-- create index "messages_pinned" to table: "messages"
CREATE INDEX "messages_pinned" ON "messages" ("room_id", "seq") WHERE pinned_at IS NOT NULL;
-- create index "messages_words" to table: "messages"
CREATE INDEX "messages_words" ON "messages" USING GIN ("words");
-- create index "messages_newest" to table: "messages"
CREATE INDEX "messages_newest" ON "messages" ("at", "message_id");
-- create index "messages_unindexed" to table: "messages"
CREATE INDEX "messages_unindexed" ON "messages" ("room_id", "seq") WHERE words IS NULL;
-- modify "room_events" table
ALTER TABLE "room_events" ADD COLUMN "redacted" boolean NOT NULL DEFAULT false;
-- modify "room_files" table
ALTER TABLE "room_files" ADD COLUMN "seq" bigint NOT NULL DEFAULT 0, ADD COLUMN "words" tsvector NULL;
UPDATE "room_files" f SET "seq" = e."seq" FROM "room_events" e
  WHERE e."room_id" = f."room_id" AND e."type" = 'file_uploaded' AND e."body"::jsonb #>> '{file,file_id}' = f."file_id";
-- create index "room_files_words" to table: "room_files"
CREATE INDEX "room_files_words" ON "room_files" USING GIN ("words");
-- modify "templates" table
ALTER TABLE "templates" ADD COLUMN "members" text NOT NULL DEFAULT '[]', ADD COLUMN "checklist" text NOT NULL DEFAULT '[]', ADD COLUMN "required" text NOT NULL DEFAULT '[]', ADD COLUMN "retired" boolean NOT NULL DEFAULT false, ADD COLUMN "made_by" character varying(36) NOT NULL DEFAULT '' COLLATE "C";
-- create "checklist_items" table
CREATE TABLE "checklist_items" (
  "room_id" character varying(36) NOT NULL COLLATE "C",
  "item_id" bigint NOT NULL,
  "text_zh" text NOT NULL,
  "text_en" text NOT NULL,
  "done_at" timestamptz NULL,
  "done_by" character varying(36) NULL COLLATE "C",
  "done_by_name" text NOT NULL DEFAULT '',
  PRIMARY KEY ("room_id", "item_id")
);
-- create "mentions" table
CREATE TABLE "mentions" (
  "room_id" character varying(36) NOT NULL COLLATE "C",
  "seq" bigint NOT NULL,
  "target" character varying(45) NOT NULL COLLATE "C",
  PRIMARY KEY ("room_id", "seq", "target")
);
-- create "message_edits" table
CREATE TABLE "message_edits" (
  "room_id" character varying(36) NOT NULL COLLATE "C",
  "message_id" character varying(36) NOT NULL COLLATE "C",
  "seq" bigint NOT NULL,
  PRIMARY KEY ("room_id", "message_id", "seq")
);
-- create "reactions" table
CREATE TABLE "reactions" (
  "room_id" character varying(36) NOT NULL COLLATE "C",
  "message_id" character varying(36) NOT NULL COLLATE "C",
  "emoji" character varying(32) NOT NULL COLLATE "C",
  "user_id" character varying(36) NOT NULL COLLATE "C",
  "user_name" text NOT NULL,
  "seq" bigint NOT NULL,
  "at" timestamptz NOT NULL,
  PRIMARY KEY ("room_id", "message_id", "emoji", "user_id")
);
-- create "read_pointers" table
CREATE TABLE "read_pointers" (
  "room_id" character varying(36) NOT NULL COLLATE "C",
  "user_id" character varying(36) NOT NULL COLLATE "C",
  "seq" bigint NOT NULL,
  "at" timestamptz NOT NULL,
  PRIMARY KEY ("room_id", "user_id")
);
-- The words of rooms stand beside them: a room's row is written with every message.
CREATE TABLE "room_words" (
  "room_id" character varying(36) NOT NULL COLLATE "C",
  "words" tsvector NOT NULL,
  PRIMARY KEY ("room_id")
);
CREATE INDEX "room_words_words" ON "room_words" USING GIN ("words");
-- A search is planned by how many messages have its words: more words are counted, and more often.
ALTER TABLE "messages" ALTER COLUMN "words" SET STATISTICS 400;
ALTER TABLE "messages" SET (autovacuum_analyze_scale_factor = 0.02);

-- +goose Down
ALTER TABLE "messages" RESET (autovacuum_analyze_scale_factor);
DROP TABLE "room_words";
-- reverse: create "read_pointers" table
DROP TABLE "read_pointers";
-- reverse: create "reactions" table
DROP TABLE "reactions";
-- reverse: create "message_edits" table
DROP TABLE "message_edits";
-- reverse: create "mentions" table
DROP TABLE "mentions";
-- reverse: create "checklist_items" table
DROP TABLE "checklist_items";
-- reverse: modify "templates" table
ALTER TABLE "templates" DROP COLUMN "made_by", DROP COLUMN "retired", DROP COLUMN "required", DROP COLUMN "checklist", DROP COLUMN "members";
-- reverse: create index "room_files_words" to table: "room_files"
DROP INDEX "room_files_words";
-- reverse: modify "room_files" table
ALTER TABLE "room_files" DROP COLUMN "words", DROP COLUMN "seq";
-- reverse: modify "room_events" table
ALTER TABLE "room_events" DROP COLUMN "redacted";
-- reverse: create index "messages_unindexed" to table: "messages"
DROP INDEX "messages_unindexed";
-- reverse: create index "messages_newest" to table: "messages"
DROP INDEX "messages_newest";
-- reverse: create index "messages_words" to table: "messages"
DROP INDEX "messages_words";
-- reverse: create index "messages_pinned" to table: "messages"
DROP INDEX "messages_pinned";
-- reverse: modify "messages" table
ALTER TABLE "messages" DROP COLUMN "words", DROP COLUMN "pinned_by_name", DROP COLUMN "pinned_by", DROP COLUMN "pinned_at", DROP COLUMN "deleted_by_name", DROP COLUMN "deleted_by", DROP COLUMN "deleted_at", DROP COLUMN "edited_at", DROP COLUMN "edits", DROP COLUMN "mentions", DROP COLUMN "status_change";
-- reverse: modify "incident_rooms" table
ALTER TABLE "incident_rooms" DROP COLUMN "archived_at", DROP COLUMN "closed_at", DROP COLUMN "resolved_at", DROP COLUMN "contained_at", DROP COLUMN "acknowledged_at", DROP COLUMN "duplicate_of", DROP COLUMN "waiver", DROP COLUMN "root_cause", DROP COLUMN "resolution", DROP COLUMN "assignee_name", DROP COLUMN "assignee_id";
