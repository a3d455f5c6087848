-- +goose Up
-- create index "incident_rooms_archived" to table: "incident_rooms"
CREATE INDEX `incident_rooms_archived` ON `incident_rooms` (`archived_at`) WHERE archived_at IS NOT NULL;
-- create "retention_policies" table
CREATE TABLE `retention_policies` (
  `version` integer NOT NULL,
  `days` text NOT NULL,
  `changed_at` datetime NOT NULL,
  `changed_by` text NOT NULL,
  `changed_by_name` text NOT NULL,
  PRIMARY KEY (`version`)
);
-- create "room_holds" table
CREATE TABLE `room_holds` (
  `room_id` varchar NOT NULL,
  `at` datetime NOT NULL,
  `placed_by` text NOT NULL,
  `placed_by_name` text NOT NULL,
  `reason` text NOT NULL,
  PRIMARY KEY (`room_id`)
);
-- create "tombstones" table
CREATE TABLE `tombstones` (
  `room_id` varchar NOT NULL,
  `number` varchar NOT NULL,
  `severity` varchar NOT NULL,
  `declared_at` datetime NOT NULL,
  `archived_at` datetime NOT NULL,
  `purged_at` datetime NOT NULL,
  `removed_at` datetime NULL,
  `state` varchar NOT NULL,
  `purged_by` text NOT NULL,
  `purged_by_name` text NOT NULL,
  `reason` text NOT NULL,
  `policy` integer NOT NULL,
  `events` integer NOT NULL,
  `messages` integer NOT NULL,
  `files` integer NOT NULL,
  `bytes` integer NOT NULL,
  `log_hash` varchar NOT NULL,
  PRIMARY KEY (`room_id`)
);
-- create index "tombstones_newest" to table: "tombstones"
CREATE INDEX `tombstones_newest` ON `tombstones` (`purged_at`);
-- create index "tombstones_state" to table: "tombstones"
CREATE INDEX `tombstones_state` ON `tombstones` (`state`, `purged_at`);

-- +goose Down
-- reverse: create index "tombstones_state" to table: "tombstones"
DROP INDEX `tombstones_state`;
-- reverse: create index "tombstones_newest" to table: "tombstones"
DROP INDEX `tombstones_newest`;
-- reverse: create "tombstones" table
DROP TABLE `tombstones`;
-- reverse: create "room_holds" table
DROP TABLE `room_holds`;
-- reverse: create "retention_policies" table
DROP TABLE `retention_policies`;
-- reverse: create index "incident_rooms_archived" to table: "incident_rooms"
DROP INDEX `incident_rooms_archived`;
