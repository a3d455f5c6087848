-- +goose Up
-- add columns to table: "uploads"
ALTER TABLE `uploads` ADD COLUMN `description` text NOT NULL DEFAULT ('');
ALTER TABLE `uploads` ADD COLUMN `sha256` varchar(64) NOT NULL DEFAULT ('');
ALTER TABLE `uploads` ADD COLUMN `resumable` bool NOT NULL DEFAULT (false);
ALTER TABLE `uploads` ADD COLUMN `received` integer NOT NULL DEFAULT (0);
ALTER TABLE `uploads` ADD COLUMN `parts` text NOT NULL DEFAULT ('[]');
ALTER TABLE `uploads` ADD COLUMN `touched_at` datetime NULL;
ALTER TABLE `uploads` ADD COLUMN `held_until` datetime NULL;
ALTER TABLE `uploads` ADD COLUMN `finished_at` datetime NULL;

-- +goose Down
ALTER TABLE `uploads` DROP COLUMN `finished_at`;
ALTER TABLE `uploads` DROP COLUMN `held_until`;
ALTER TABLE `uploads` DROP COLUMN `touched_at`;
ALTER TABLE `uploads` DROP COLUMN `parts`;
ALTER TABLE `uploads` DROP COLUMN `received`;
ALTER TABLE `uploads` DROP COLUMN `resumable`;
ALTER TABLE `uploads` DROP COLUMN `sha256`;
ALTER TABLE `uploads` DROP COLUMN `description`;
