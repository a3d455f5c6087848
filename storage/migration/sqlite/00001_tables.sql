-- +goose Up
-- create "audit" table
CREATE TABLE `audit` (
  `audit_id` varchar(36) NOT NULL,
  `at` datetime NOT NULL,
  `user_id` text NOT NULL,
  `user_name` text NOT NULL,
  `act` varchar(40) NOT NULL,
  `target` text NOT NULL,
  `from_addr` text NOT NULL,
  `outcome` varchar(10) NOT NULL,
  `request_id` text NOT NULL,
  PRIMARY KEY (`audit_id`)
);
-- create index "audit_act" to table: "audit"
CREATE INDEX `audit_act` ON `audit` (`act`, `audit_id`);
-- create index "audit_user" to table: "audit"
CREATE INDEX `audit_user` ON `audit` (`user_id`, `audit_id`);
-- create "messages" table
CREATE TABLE `messages` (
  `room_id` varchar(36) NOT NULL,
  `message_id` varchar(36) NOT NULL,
  `seq` integer NOT NULL,
  `author_id` varchar(36) NOT NULL,
  `author_name` text NOT NULL,
  `message_type` varchar(20) NOT NULL,
  `text` text NOT NULL,
  `metadata` text NULL,
  `reply_to` varchar(36) NULL,
  `client_msg_id` varchar(64) NULL,
  `at` datetime NOT NULL,
  PRIMARY KEY (`room_id`, `message_id`)
);
-- create index "messages_seq" to table: "messages"
CREATE UNIQUE INDEX `messages_seq` ON `messages` (`room_id`, `seq`);
-- create "refresh_tokens" table
CREATE TABLE `refresh_tokens` (
  `digest` varchar(64) NOT NULL,
  `created_at` datetime NOT NULL,
  `used_at` datetime NULL,
  `session_id` varchar(36) NOT NULL,
  PRIMARY KEY (`digest`),
  CONSTRAINT `refresh_tokens_sessions_refresh_tokens` FOREIGN KEY (`session_id`) REFERENCES `sessions` (`session_id`) ON DELETE NO ACTION
);
-- create index "refresh_tokens_session" to table: "refresh_tokens"
CREATE INDEX `refresh_tokens_session` ON `refresh_tokens` (`session_id`);
-- create "incident_rooms" table
CREATE TABLE `incident_rooms` (
  `room_id` varchar(36) NOT NULL,
  `number` varchar(20) NOT NULL,
  `title` varchar(200) NOT NULL,
  `incident_type` varchar(20) NOT NULL,
  `severity` varchar(10) NOT NULL,
  `status` varchar(20) NOT NULL,
  `site` varchar(80) NOT NULL,
  `line` varchar(80) NOT NULL,
  `station` varchar(80) NOT NULL,
  `equipment` varchar(80) NOT NULL,
  `lot` varchar(80) NOT NULL,
  `description` text NOT NULL,
  `line_stopped` bool NOT NULL,
  `units_at_risk` integer NOT NULL,
  `tags` json NULL,
  `template_id` varchar(36) NULL,
  `template_version` integer NULL,
  `created_by` varchar(36) NOT NULL,
  `created_by_name` text NOT NULL,
  `declared_at` datetime NOT NULL,
  `last_activity_at` datetime NOT NULL,
  `version` integer NOT NULL,
  `last_seq` integer NOT NULL,
  `epoch` integer NOT NULL,
  `owner` varchar(64) NOT NULL,
  PRIMARY KEY (`room_id`)
);
-- create "room_events" table
CREATE TABLE `room_events` (
  `room_id` varchar(36) NOT NULL,
  `seq` integer NOT NULL,
  `epoch` integer NOT NULL,
  `type` varchar(20) NOT NULL,
  `author_id` varchar(36) NOT NULL,
  `author_name` text NOT NULL,
  `client_msg_id` varchar(64) NULL,
  `at` datetime NOT NULL,
  `body` text NOT NULL,
  PRIMARY KEY (`room_id`, `seq`)
);
-- create index "room_events_sent" to table: "room_events"
CREATE UNIQUE INDEX `room_events_sent` ON `room_events` (`room_id`, `author_id`, `client_msg_id`) WHERE client_msg_id IS NOT NULL;
-- create "room_files" table
CREATE TABLE `room_files` (
  `file_id` varchar(36) NOT NULL,
  `uploader_id` varchar(255) NOT NULL,
  `uploader_name` text NOT NULL,
  `filename` varchar(255) NOT NULL,
  `file_type` varchar(20) NOT NULL,
  `mime_type` varchar(100) NOT NULL,
  `file_size` integer NOT NULL,
  `minio_bucket` varchar(100) NOT NULL,
  `minio_object_path` varchar(500) NOT NULL,
  `description` text NOT NULL,
  `sha256` varchar(64) NOT NULL,
  `width` integer NOT NULL,
  `height` integer NOT NULL,
  `scan_state` varchar(20) NOT NULL,
  `uploaded_at` datetime NOT NULL,
  `deleted_at` datetime NULL,
  `room_id` varchar(36) NOT NULL,
  PRIMARY KEY (`file_id`),
  CONSTRAINT `room_files_incident_rooms_files` FOREIGN KEY (`room_id`) REFERENCES `incident_rooms` (`room_id`) ON DELETE NO ACTION
);
-- create index "room_files_newest" to table: "room_files"
CREATE INDEX `room_files_newest` ON `room_files` (`room_id`, `uploaded_at` DESC);
-- create index "room_files_uploader" to table: "room_files"
CREATE INDEX `room_files_uploader` ON `room_files` (`uploader_id`);
-- create "room_members" table
CREATE TABLE `room_members` (
  `room_id` varchar(36) NOT NULL,
  `user_id` varchar(36) NOT NULL,
  `name` text NOT NULL,
  `role` varchar(10) NOT NULL,
  `added_by` varchar(36) NOT NULL,
  `added_at` datetime NOT NULL,
  PRIMARY KEY (`room_id`, `user_id`),
  CONSTRAINT `room_members_incident_rooms_members` FOREIGN KEY (`room_id`) REFERENCES `incident_rooms` (`room_id`) ON DELETE NO ACTION
);
-- create index "room_members_user" to table: "room_members"
CREATE INDEX `room_members_user` ON `room_members` (`user_id`);
-- create "room_numbers" table
CREATE TABLE `room_numbers` (
  `year` integer NOT NULL,
  `last` integer NOT NULL,
  PRIMARY KEY (`year`)
);
-- create "sessions" table
CREATE TABLE `sessions` (
  `session_id` varchar(36) NOT NULL,
  `created_at` datetime NOT NULL,
  `expires_at` datetime NOT NULL,
  `ended_at` datetime NULL,
  `user_agent` text NOT NULL,
  `from_addr` text NOT NULL,
  `user_id` varchar(36) NOT NULL,
  PRIMARY KEY (`session_id`),
  CONSTRAINT `sessions_users_sessions` FOREIGN KEY (`user_id`) REFERENCES `users` (`user_id`) ON DELETE NO ACTION
);
-- create index "sessions_user" to table: "sessions"
CREATE INDEX `sessions_user` ON `sessions` (`user_id`);
-- create "templates" table
CREATE TABLE `templates` (
  `template_id` varchar(36) NOT NULL,
  `version` integer NOT NULL,
  `position` integer NOT NULL,
  `name_zh` text NOT NULL,
  `name_en` text NOT NULL,
  `title_zh` text NOT NULL,
  `title_en` text NOT NULL,
  `incident_type` varchar(20) NOT NULL,
  `severity` varchar(10) NOT NULL,
  PRIMARY KEY (`template_id`, `version`)
);
-- create "tickets" table
CREATE TABLE `tickets` (
  `digest` varchar(64) NOT NULL,
  `expires_at` datetime NOT NULL,
  `session_id` varchar(36) NOT NULL,
  PRIMARY KEY (`digest`),
  CONSTRAINT `tickets_sessions_tickets` FOREIGN KEY (`session_id`) REFERENCES `sessions` (`session_id`) ON DELETE NO ACTION
);
-- create index "tickets_expiry" to table: "tickets"
CREATE INDEX `tickets_expiry` ON `tickets` (`expires_at`);
-- create "uploads" table
CREATE TABLE `uploads` (
  `room_id` varchar(36) NOT NULL,
  `file_id` varchar(36) NOT NULL,
  `user_id` varchar(36) NOT NULL,
  `user_name` text NOT NULL,
  `filename` varchar(255) NOT NULL,
  `file_type` varchar(20) NOT NULL,
  `mime_type` varchar(100) NOT NULL,
  `max_size` integer NOT NULL,
  `file_size` integer NOT NULL,
  `object_path` varchar(500) NOT NULL,
  `started_at` datetime NOT NULL,
  PRIMARY KEY (`room_id`, `file_id`),
  CONSTRAINT `uploads_incident_rooms_uploads` FOREIGN KEY (`room_id`) REFERENCES `incident_rooms` (`room_id`) ON DELETE NO ACTION
);
-- create index "uploads_started" to table: "uploads"
CREATE INDEX `uploads_started` ON `uploads` (`started_at`);
-- create "users" table
CREATE TABLE `users` (
  `user_id` varchar(36) NOT NULL,
  `username` varchar(255) NOT NULL,
  `username_key` varchar(255) NOT NULL,
  `name` text NOT NULL,
  `system_role` varchar(10) NOT NULL,
  `disabled` bool NOT NULL,
  `password_hash` text NULL,
  `created_at` datetime NOT NULL,
  PRIMARY KEY (`user_id`)
);
-- create index "users_username_key_key" to table: "users"
CREATE UNIQUE INDEX `users_username_key_key` ON `users` (`username_key`);

-- +goose Down
-- Children first: SQLite checks the references of rows that go with their table.
-- reverse: create index "uploads_started" to table: "uploads"
DROP INDEX `uploads_started`;
-- reverse: create "uploads" table
DROP TABLE `uploads`;
-- reverse: create index "tickets_expiry" to table: "tickets"
DROP INDEX `tickets_expiry`;
-- reverse: create "tickets" table
DROP TABLE `tickets`;
-- reverse: create index "refresh_tokens_session" to table: "refresh_tokens"
DROP INDEX `refresh_tokens_session`;
-- reverse: create "refresh_tokens" table
DROP TABLE `refresh_tokens`;
-- reverse: create index "sessions_user" to table: "sessions"
DROP INDEX `sessions_user`;
-- reverse: create "sessions" table
DROP TABLE `sessions`;
-- reverse: create index "users_username_key_key" to table: "users"
DROP INDEX `users_username_key_key`;
-- reverse: create "users" table
DROP TABLE `users`;
-- reverse: create "templates" table
DROP TABLE `templates`;
-- reverse: create "room_numbers" table
DROP TABLE `room_numbers`;
-- reverse: create index "room_members_user" to table: "room_members"
DROP INDEX `room_members_user`;
-- reverse: create "room_members" table
DROP TABLE `room_members`;
-- reverse: create index "room_files_uploader" to table: "room_files"
DROP INDEX `room_files_uploader`;
-- reverse: create index "room_files_newest" to table: "room_files"
DROP INDEX `room_files_newest`;
-- reverse: create "room_files" table
DROP TABLE `room_files`;
-- reverse: create index "room_events_sent" to table: "room_events"
DROP INDEX `room_events_sent`;
-- reverse: create "room_events" table
DROP TABLE `room_events`;
-- reverse: create "incident_rooms" table
DROP TABLE `incident_rooms`;
-- reverse: create index "messages_seq" to table: "messages"
DROP INDEX `messages_seq`;
-- reverse: create "messages" table
DROP TABLE `messages`;
-- reverse: create index "audit_user" to table: "audit"
DROP INDEX `audit_user`;
-- reverse: create index "audit_act" to table: "audit"
DROP INDEX `audit_act`;
-- reverse: create "audit" table
DROP TABLE `audit`;

