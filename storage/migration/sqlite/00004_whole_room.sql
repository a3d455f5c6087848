-- +goose Up
-- add columns to table: "incident_rooms"
ALTER TABLE `incident_rooms` ADD COLUMN `assignee_id` varchar(36) NULL;
ALTER TABLE `incident_rooms` ADD COLUMN `assignee_name` text NOT NULL DEFAULT ('');
ALTER TABLE `incident_rooms` ADD COLUMN `resolution` text NOT NULL DEFAULT ('');
ALTER TABLE `incident_rooms` ADD COLUMN `root_cause` text NOT NULL DEFAULT ('');
ALTER TABLE `incident_rooms` ADD COLUMN `waiver` text NOT NULL DEFAULT ('');
ALTER TABLE `incident_rooms` ADD COLUMN `duplicate_of` varchar(36) NULL;
ALTER TABLE `incident_rooms` ADD COLUMN `acknowledged_at` datetime NULL;
ALTER TABLE `incident_rooms` ADD COLUMN `contained_at` datetime NULL;
ALTER TABLE `incident_rooms` ADD COLUMN `resolved_at` datetime NULL;
ALTER TABLE `incident_rooms` ADD COLUMN `closed_at` datetime NULL;
ALTER TABLE `incident_rooms` ADD COLUMN `archived_at` datetime NULL;
ALTER TABLE `incident_rooms` ADD COLUMN `doc` integer NULL;
-- add columns to table: "messages"
ALTER TABLE `messages` ADD COLUMN `status_change` text NULL;
ALTER TABLE `messages` ADD COLUMN `mentions` text NULL;
ALTER TABLE `messages` ADD COLUMN `edits` integer NOT NULL DEFAULT (0);
ALTER TABLE `messages` ADD COLUMN `edited_at` datetime NULL;
ALTER TABLE `messages` ADD COLUMN `deleted_at` datetime NULL;
ALTER TABLE `messages` ADD COLUMN `deleted_by` varchar(36) NULL;
ALTER TABLE `messages` ADD COLUMN `deleted_by_name` text NOT NULL DEFAULT ('');
ALTER TABLE `messages` ADD COLUMN `pinned_at` datetime NULL;
ALTER TABLE `messages` ADD COLUMN `pinned_by` varchar(36) NULL;
ALTER TABLE `messages` ADD COLUMN `pinned_by_name` text NOT NULL DEFAULT ('');
ALTER TABLE `messages` ADD COLUMN `doc` integer NULL;
-- add columns to table: "room_events"
ALTER TABLE `room_events` ADD COLUMN `redacted` bool NOT NULL DEFAULT (false);
-- add columns to table: "room_files"
ALTER TABLE `room_files` ADD COLUMN `seq` integer NOT NULL DEFAULT (0);
ALTER TABLE `room_files` ADD COLUMN `doc` integer NULL;
UPDATE `room_files` SET `seq` = e.`seq` FROM `room_events` e
  WHERE e.`room_id` = `room_files`.`room_id` AND e.`type` = 'file_uploaded' AND json_extract(e.`body`, '$.file.file_id') = `room_files`.`file_id`;
-- add columns to table: "templates"
ALTER TABLE `templates` ADD COLUMN `members` text NOT NULL DEFAULT ('[]');
ALTER TABLE `templates` ADD COLUMN `checklist` text NOT NULL DEFAULT ('[]');
ALTER TABLE `templates` ADD COLUMN `required` text NOT NULL DEFAULT ('[]');
ALTER TABLE `templates` ADD COLUMN `retired` bool NOT NULL DEFAULT (false);
ALTER TABLE `templates` ADD COLUMN `made_by` varchar(36) NOT NULL DEFAULT ('');
-- create index "messages_pinned" to table: "messages"
CREATE INDEX `messages_pinned` ON `messages` (`room_id`, `seq`) WHERE pinned_at IS NOT NULL;
-- create index "messages_doc" to table: "messages"
CREATE INDEX `messages_doc` ON `messages` (`doc`);
-- create index "room_files_doc" to table: "room_files"
CREATE INDEX `room_files_doc` ON `room_files` (`doc`);
-- create index "incident_rooms_doc" to table: "incident_rooms"
CREATE INDEX `incident_rooms_doc` ON `incident_rooms` (`doc`);
-- create "checklist_items" table
CREATE TABLE `checklist_items` (
  `room_id` varchar(36) NOT NULL,
  `item_id` integer NOT NULL,
  `text_zh` text NOT NULL,
  `text_en` text NOT NULL,
  `done_at` datetime NULL,
  `done_by` varchar(36) NULL,
  `done_by_name` text NOT NULL DEFAULT (''),
  PRIMARY KEY (`room_id`, `item_id`)
);
-- create "mentions" table
CREATE TABLE `mentions` (
  `room_id` varchar(36) NOT NULL,
  `seq` integer NOT NULL,
  `target` varchar(45) NOT NULL,
  PRIMARY KEY (`room_id`, `seq`, `target`)
);
-- create "message_edits" table
CREATE TABLE `message_edits` (
  `room_id` varchar(36) NOT NULL,
  `message_id` varchar(36) NOT NULL,
  `seq` integer NOT NULL,
  PRIMARY KEY (`room_id`, `message_id`, `seq`)
);
-- create "reactions" table
CREATE TABLE `reactions` (
  `room_id` varchar(36) NOT NULL,
  `message_id` varchar(36) NOT NULL,
  `emoji` varchar(32) NOT NULL,
  `user_id` varchar(36) NOT NULL,
  `user_name` text NOT NULL,
  `seq` integer NOT NULL,
  `at` datetime NOT NULL,
  PRIMARY KEY (`room_id`, `message_id`, `emoji`, `user_id`)
);
-- create "read_pointers" table
CREATE TABLE `read_pointers` (
  `room_id` varchar(36) NOT NULL,
  `user_id` varchar(36) NOT NULL,
  `seq` integer NOT NULL,
  `at` datetime NOT NULL,
  PRIMARY KEY (`room_id`, `user_id`)
);
-- Words of messages, files and rooms by doc. They come cut and separated by spaces: the tokenizer leaves all but ASCII as it is.
CREATE VIRTUAL TABLE `message_words` USING fts5(words, content='', contentless_delete=1, detail=none, tokenize='ascii');
CREATE VIRTUAL TABLE `file_words` USING fts5(words, content='', contentless_delete=1, detail=none, tokenize='ascii');
CREATE VIRTUAL TABLE `room_words` USING fts5(words, content='', contentless_delete=1, detail=none, tokenize='ascii');

-- +goose Down
DROP TABLE `room_words`;
DROP TABLE `file_words`;
DROP TABLE `message_words`;
-- reverse: create "read_pointers" table
DROP TABLE `read_pointers`;
-- reverse: create "reactions" table
DROP TABLE `reactions`;
-- reverse: create "message_edits" table
DROP TABLE `message_edits`;
-- reverse: create "mentions" table
DROP TABLE `mentions`;
-- reverse: create "checklist_items" table
DROP TABLE `checklist_items`;
-- reverse: create index "incident_rooms_doc" to table: "incident_rooms"
DROP INDEX `incident_rooms_doc`;
-- reverse: create index "room_files_doc" to table: "room_files"
DROP INDEX `room_files_doc`;
-- reverse: create index "messages_doc" to table: "messages"
DROP INDEX `messages_doc`;
-- reverse: create index "messages_pinned" to table: "messages"
DROP INDEX `messages_pinned`;
-- reverse: add columns to table: "templates"
ALTER TABLE `templates` DROP COLUMN `made_by`;
ALTER TABLE `templates` DROP COLUMN `retired`;
ALTER TABLE `templates` DROP COLUMN `required`;
ALTER TABLE `templates` DROP COLUMN `checklist`;
ALTER TABLE `templates` DROP COLUMN `members`;
-- reverse: add columns to table: "room_files"
ALTER TABLE `room_files` DROP COLUMN `doc`;
ALTER TABLE `room_files` DROP COLUMN `seq`;
-- reverse: add columns to table: "room_events"
ALTER TABLE `room_events` DROP COLUMN `redacted`;
-- reverse: add columns to table: "messages"
ALTER TABLE `messages` DROP COLUMN `doc`;
ALTER TABLE `messages` DROP COLUMN `pinned_by_name`;
ALTER TABLE `messages` DROP COLUMN `pinned_by`;
ALTER TABLE `messages` DROP COLUMN `pinned_at`;
ALTER TABLE `messages` DROP COLUMN `deleted_by_name`;
ALTER TABLE `messages` DROP COLUMN `deleted_by`;
ALTER TABLE `messages` DROP COLUMN `deleted_at`;
ALTER TABLE `messages` DROP COLUMN `edited_at`;
ALTER TABLE `messages` DROP COLUMN `edits`;
ALTER TABLE `messages` DROP COLUMN `mentions`;
ALTER TABLE `messages` DROP COLUMN `status_change`;
-- reverse: add columns to table: "incident_rooms"
ALTER TABLE `incident_rooms` DROP COLUMN `doc`;
ALTER TABLE `incident_rooms` DROP COLUMN `archived_at`;
ALTER TABLE `incident_rooms` DROP COLUMN `closed_at`;
ALTER TABLE `incident_rooms` DROP COLUMN `resolved_at`;
ALTER TABLE `incident_rooms` DROP COLUMN `contained_at`;
ALTER TABLE `incident_rooms` DROP COLUMN `acknowledged_at`;
ALTER TABLE `incident_rooms` DROP COLUMN `duplicate_of`;
ALTER TABLE `incident_rooms` DROP COLUMN `waiver`;
ALTER TABLE `incident_rooms` DROP COLUMN `root_cause`;
ALTER TABLE `incident_rooms` DROP COLUMN `resolution`;
ALTER TABLE `incident_rooms` DROP COLUMN `assignee_name`;
ALTER TABLE `incident_rooms` DROP COLUMN `assignee_id`;
