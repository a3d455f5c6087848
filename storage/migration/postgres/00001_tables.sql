-- +goose Up
-- create "messages" table
CREATE TABLE "messages" (
  "room_id" character varying(36) NOT NULL COLLATE "C",
  "message_id" character varying(36) NOT NULL COLLATE "C",
  "seq" bigint NOT NULL,
  "author_id" character varying(36) NOT NULL COLLATE "C",
  "author_name" text NOT NULL,
  "message_type" character varying(20) NOT NULL,
  "text" text NOT NULL,
  "metadata" text NULL,
  "reply_to" character varying(36) NULL COLLATE "C",
  "client_msg_id" character varying(64) NULL COLLATE "C",
  "at" timestamptz NOT NULL,
  PRIMARY KEY ("room_id", "message_id")
);
-- create index "messages_seq" to table: "messages"
CREATE UNIQUE INDEX "messages_seq" ON "messages" ("room_id", "seq");
-- create "audit" table
CREATE TABLE "audit" (
  "audit_id" character varying(36) NOT NULL COLLATE "C",
  "at" timestamptz NOT NULL,
  "user_id" text NOT NULL,
  "user_name" text NOT NULL,
  "act" character varying(40) NOT NULL,
  "target" text NOT NULL,
  "from_addr" text NOT NULL,
  "outcome" character varying(10) NOT NULL,
  "request_id" text NOT NULL,
  PRIMARY KEY ("audit_id")
);
-- create index "audit_act" to table: "audit"
CREATE INDEX "audit_act" ON "audit" ("act", "audit_id");
-- create index "audit_user" to table: "audit"
CREATE INDEX "audit_user" ON "audit" ("user_id", "audit_id");
-- create "room_events" table
CREATE TABLE "room_events" (
  "room_id" character varying(36) NOT NULL COLLATE "C",
  "seq" bigint NOT NULL,
  "epoch" bigint NOT NULL,
  "type" character varying(20) NOT NULL,
  "author_id" character varying(36) NOT NULL COLLATE "C",
  "author_name" text NOT NULL,
  "client_msg_id" character varying(64) NULL COLLATE "C",
  "at" timestamptz NOT NULL,
  "body" text NOT NULL,
  PRIMARY KEY ("room_id", "seq")
);
-- create index "room_events_sent" to table: "room_events"
CREATE UNIQUE INDEX "room_events_sent" ON "room_events" ("room_id", "author_id", "client_msg_id") WHERE client_msg_id IS NOT NULL;
-- create "users" table
CREATE TABLE "users" (
  "user_id" character varying(36) NOT NULL COLLATE "C",
  "username" character varying(255) NOT NULL,
  "username_key" character varying(255) NOT NULL,
  "name" text NOT NULL,
  "system_role" character varying(10) NOT NULL,
  "disabled" boolean NOT NULL,
  "password_hash" text NULL,
  "created_at" timestamptz NOT NULL,
  PRIMARY KEY ("user_id")
);
-- create index "users_username_key_key" to table: "users"
CREATE UNIQUE INDEX "users_username_key_key" ON "users" ("username_key");
-- create "templates" table
CREATE TABLE "templates" (
  "template_id" character varying(36) NOT NULL COLLATE "C",
  "version" bigint NOT NULL,
  "position" bigint NOT NULL,
  "name_zh" text NOT NULL,
  "name_en" text NOT NULL,
  "title_zh" text NOT NULL,
  "title_en" text NOT NULL,
  "incident_type" character varying(20) NOT NULL,
  "severity" character varying(10) NOT NULL,
  PRIMARY KEY ("template_id", "version")
);
-- create "room_numbers" table
CREATE TABLE "room_numbers" (
  "year" bigint NOT NULL,
  "last" bigint NOT NULL,
  PRIMARY KEY ("year")
);
-- create "sessions" table
CREATE TABLE "sessions" (
  "session_id" character varying(36) NOT NULL COLLATE "C",
  "created_at" timestamptz NOT NULL,
  "expires_at" timestamptz NOT NULL,
  "ended_at" timestamptz NULL,
  "user_agent" text NOT NULL,
  "from_addr" text NOT NULL,
  "user_id" character varying(36) NOT NULL COLLATE "C",
  PRIMARY KEY ("session_id"),
  CONSTRAINT "sessions_users_sessions" FOREIGN KEY ("user_id") REFERENCES "users" ("user_id") ON DELETE NO ACTION
);
-- create index "sessions_user" to table: "sessions"
CREATE INDEX "sessions_user" ON "sessions" ("user_id");
-- create "refresh_tokens" table
CREATE TABLE "refresh_tokens" (
  "digest" character varying(64) NOT NULL COLLATE "C",
  "created_at" timestamptz NOT NULL,
  "used_at" timestamptz NULL,
  "session_id" character varying(36) NOT NULL COLLATE "C",
  PRIMARY KEY ("digest"),
  CONSTRAINT "refresh_tokens_sessions_refresh_tokens" FOREIGN KEY ("session_id") REFERENCES "sessions" ("session_id") ON DELETE NO ACTION
);
-- create index "refresh_tokens_session" to table: "refresh_tokens"
CREATE INDEX "refresh_tokens_session" ON "refresh_tokens" ("session_id");
-- create "incident_rooms" table; each page keeps room for the next head of its rooms
CREATE TABLE "incident_rooms" (
  "room_id" character varying(36) NOT NULL COLLATE "C",
  "number" character varying(20) NOT NULL,
  "title" character varying(200) NOT NULL,
  "incident_type" character varying(20) NOT NULL,
  "severity" character varying(10) NOT NULL,
  "status" character varying(20) NOT NULL,
  "site" character varying(80) NOT NULL,
  "line" character varying(80) NOT NULL,
  "station" character varying(80) NOT NULL,
  "equipment" character varying(80) NOT NULL,
  "lot" character varying(80) NOT NULL,
  "description" text NOT NULL,
  "line_stopped" boolean NOT NULL,
  "units_at_risk" bigint NOT NULL,
  "tags" jsonb NULL,
  "template_id" character varying(36) NULL COLLATE "C",
  "template_version" bigint NULL,
  "created_by" character varying(36) NOT NULL COLLATE "C",
  "created_by_name" text NOT NULL,
  "declared_at" timestamptz NOT NULL,
  "last_activity_at" timestamptz NOT NULL,
  "version" bigint NOT NULL,
  "last_seq" bigint NOT NULL,
  "epoch" bigint NOT NULL,
  "owner" character varying(64) NOT NULL COLLATE "C",
  PRIMARY KEY ("room_id")
) WITH (fillfactor = 70);
-- create "room_files" table
CREATE TABLE "room_files" (
  "file_id" character varying(36) NOT NULL COLLATE "C",
  "uploader_id" character varying(255) NOT NULL,
  "uploader_name" text NOT NULL,
  "filename" character varying(255) NOT NULL,
  "file_type" character varying(20) NOT NULL,
  "mime_type" character varying(100) NOT NULL,
  "file_size" bigint NOT NULL,
  "minio_bucket" character varying(100) NOT NULL,
  "minio_object_path" character varying(500) NOT NULL,
  "description" text NOT NULL,
  "sha256" character varying(64) NOT NULL COLLATE "C",
  "width" bigint NOT NULL,
  "height" bigint NOT NULL,
  "scan_state" character varying(20) NOT NULL,
  "uploaded_at" timestamptz NOT NULL,
  "deleted_at" timestamptz NULL,
  "room_id" character varying(36) NOT NULL COLLATE "C",
  PRIMARY KEY ("file_id"),
  CONSTRAINT "room_files_incident_rooms_files" FOREIGN KEY ("room_id") REFERENCES "incident_rooms" ("room_id") ON DELETE NO ACTION
);
-- create index "room_files_newest" to table: "room_files"
CREATE INDEX "room_files_newest" ON "room_files" ("room_id", "uploaded_at" DESC);
-- create index "room_files_uploader" to table: "room_files"
CREATE INDEX "room_files_uploader" ON "room_files" ("uploader_id");
-- create "room_members" table
CREATE TABLE "room_members" (
  "room_id" character varying(36) NOT NULL COLLATE "C",
  "user_id" character varying(36) NOT NULL COLLATE "C",
  "name" text NOT NULL,
  "role" character varying(10) NOT NULL,
  "added_by" character varying(36) NOT NULL COLLATE "C",
  "added_at" timestamptz NOT NULL,
  PRIMARY KEY ("room_id", "user_id"),
  CONSTRAINT "room_members_incident_rooms_members" FOREIGN KEY ("room_id") REFERENCES "incident_rooms" ("room_id") ON DELETE NO ACTION
);
-- create index "room_members_user" to table: "room_members"
CREATE INDEX "room_members_user" ON "room_members" ("user_id");
-- create "tickets" table
CREATE TABLE "tickets" (
  "digest" character varying(64) NOT NULL COLLATE "C",
  "expires_at" timestamptz NOT NULL,
  "session_id" character varying(36) NOT NULL COLLATE "C",
  PRIMARY KEY ("digest"),
  CONSTRAINT "tickets_sessions_tickets" FOREIGN KEY ("session_id") REFERENCES "sessions" ("session_id") ON DELETE NO ACTION
);
-- create index "tickets_expiry" to table: "tickets"
CREATE INDEX "tickets_expiry" ON "tickets" ("expires_at");
-- create "uploads" table
CREATE TABLE "uploads" (
  "room_id" character varying(36) NOT NULL COLLATE "C",
  "file_id" character varying(36) NOT NULL COLLATE "C",
  "user_id" character varying(36) NOT NULL COLLATE "C",
  "user_name" text NOT NULL,
  "filename" character varying(255) NOT NULL,
  "file_type" character varying(20) NOT NULL,
  "mime_type" character varying(100) NOT NULL,
  "max_size" bigint NOT NULL,
  "file_size" bigint NOT NULL,
  "object_path" character varying(500) NOT NULL,
  "started_at" timestamptz NOT NULL,
  PRIMARY KEY ("room_id", "file_id"),
  CONSTRAINT "uploads_incident_rooms_uploads" FOREIGN KEY ("room_id") REFERENCES "incident_rooms" ("room_id") ON DELETE NO ACTION
);
-- create index "uploads_started" to table: "uploads"
CREATE INDEX "uploads_started" ON "uploads" ("started_at");

-- +goose Down
-- reverse: create index "uploads_started" to table: "uploads"
DROP INDEX "uploads_started";
-- reverse: create "uploads" table
DROP TABLE "uploads";
-- reverse: create index "tickets_expiry" to table: "tickets"
DROP INDEX "tickets_expiry";
-- reverse: create "tickets" table
DROP TABLE "tickets";
-- reverse: create index "room_members_user" to table: "room_members"
DROP INDEX "room_members_user";
-- reverse: create "room_members" table
DROP TABLE "room_members";
-- reverse: create index "room_files_uploader" to table: "room_files"
DROP INDEX "room_files_uploader";
-- reverse: create index "room_files_newest" to table: "room_files"
DROP INDEX "room_files_newest";
-- reverse: create "room_files" table
DROP TABLE "room_files";
-- reverse: create "incident_rooms" table
DROP TABLE "incident_rooms";
-- reverse: create index "refresh_tokens_session" to table: "refresh_tokens"
DROP INDEX "refresh_tokens_session";
-- reverse: create "refresh_tokens" table
DROP TABLE "refresh_tokens";
-- reverse: create index "sessions_user" to table: "sessions"
DROP INDEX "sessions_user";
-- reverse: create "sessions" table
DROP TABLE "sessions";
-- reverse: create "room_numbers" table
DROP TABLE "room_numbers";
-- reverse: create "templates" table
DROP TABLE "templates";
-- reverse: create index "users_username_key_key" to table: "users"
DROP INDEX "users_username_key_key";
-- reverse: create "users" table
DROP TABLE "users";
-- reverse: create index "room_events_sent" to table: "room_events"
DROP INDEX "room_events_sent";
-- reverse: create "room_events" table
DROP TABLE "room_events";
-- reverse: create index "audit_user" to table: "audit"
DROP INDEX "audit_user";
-- reverse: create index "audit_act" to table: "audit"
DROP INDEX "audit_act";
-- reverse: create "audit" table
DROP TABLE "audit";
-- reverse: create index "messages_seq" to table: "messages"
DROP INDEX "messages_seq";
-- reverse: create "messages" table
DROP TABLE "messages";

