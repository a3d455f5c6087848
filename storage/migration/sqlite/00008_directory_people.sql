-- +goose Up
-- add columns to table: "users"
ALTER TABLE `users` ADD COLUMN `directory_key` varchar NULL;
ALTER TABLE `users` ADD COLUMN `checked_at` datetime NULL;
-- create index "users_directory_key_key" to table: "users"
CREATE UNIQUE INDEX `users_directory_key_key` ON `users` (`directory_key`);

-- +goose Down
DROP INDEX `users_directory_key_key`;
ALTER TABLE `users` DROP COLUMN `checked_at`;
ALTER TABLE `users` DROP COLUMN `directory_key`;
