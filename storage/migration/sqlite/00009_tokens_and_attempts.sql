-- +goose Up
-- create index "audit_address" to table: "audit"
CREATE INDEX `audit_address` ON `audit` (`from_addr`, `audit_id`);
-- create index "audit_time" to table: "audit"
CREATE INDEX `audit_time` ON `audit` (`at`);
-- add columns to table: "sessions"
ALTER TABLE `sessions` ADD COLUMN `ends_at` datetime NULL;
ALTER TABLE `sessions` ADD COLUMN `used_at` datetime NULL;
ALTER TABLE `sessions` ADD COLUMN `scopes` integer NOT NULL DEFAULT (0);
-- sessions that live keep the end that they have, whatever their use
UPDATE `sessions` SET `ends_at` = `expires_at`;
-- create index "sessions_expiry" to table: "sessions"
CREATE INDEX `sessions_expiry` ON `sessions` (`expires_at`);
-- create "api_tokens" table
CREATE TABLE `api_tokens` (
  `digest` varchar NOT NULL,
  `name` text NOT NULL,
  `session_id` varchar NOT NULL,
  PRIMARY KEY (`digest`),
  CONSTRAINT `api_tokens_sessions_token` FOREIGN KEY (`session_id`) REFERENCES `sessions` (`session_id`) ON DELETE NO ACTION
);
-- create index "api_tokens_session_id_key" to table: "api_tokens"
CREATE UNIQUE INDEX `api_tokens_session_id_key` ON `api_tokens` (`session_id`);
-- create "login_attempts" table
CREATE TABLE `login_attempts` (
  `attempt_id` varchar NOT NULL,
  `account` varchar NOT NULL,
  `address` varchar NOT NULL,
  `at` datetime NOT NULL,
  PRIMARY KEY (`attempt_id`)
);
-- create index "login_attempts_account" to table: "login_attempts"
CREATE INDEX `login_attempts_account` ON `login_attempts` (`account`, `at`);
-- create index "login_attempts_address" to table: "login_attempts"
CREATE INDEX `login_attempts_address` ON `login_attempts` (`address`, `at`);
-- create index "login_attempts_time" to table: "login_attempts"
CREATE INDEX `login_attempts_time` ON `login_attempts` (`at`);

-- +goose Down
-- reverse: create index "login_attempts_time" to table: "login_attempts"
DROP INDEX `login_attempts_time`;
-- reverse: create index "login_attempts_address" to table: "login_attempts"
DROP INDEX `login_attempts_address`;
-- reverse: create index "login_attempts_account" to table: "login_attempts"
DROP INDEX `login_attempts_account`;
-- reverse: create "login_attempts" table
DROP TABLE `login_attempts`;
-- reverse: create index "api_tokens_session_id_key" to table: "api_tokens"
DROP INDEX `api_tokens_session_id_key`;
-- reverse: create "api_tokens" table
DROP TABLE `api_tokens`;
-- reverse: create index "sessions_expiry" to table: "sessions"
DROP INDEX `sessions_expiry`;
-- reverse: create index "audit_time" to table: "audit"
DROP INDEX `audit_time`;
-- reverse: create index "audit_address" to table: "audit"
DROP INDEX `audit_address`;
ALTER TABLE `sessions` DROP COLUMN `scopes`;
ALTER TABLE `sessions` DROP COLUMN `used_at`;
ALTER TABLE `sessions` DROP COLUMN `ends_at`;
