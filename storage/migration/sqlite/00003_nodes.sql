-- +goose Up
-- create "nodes" table
CREATE TABLE `nodes` (
  `id` varchar(36) NOT NULL,
  `address` varchar(255) NOT NULL,
  `version` varchar(64) NOT NULL,
  `zone` varchar(64) NOT NULL,
  `started_at` datetime NOT NULL,
  `renewed_at` datetime NOT NULL,
  `expires_at` datetime NOT NULL,
  `draining` bool NOT NULL,
  `unreachable` text NOT NULL,
  `figures` text NOT NULL,
  PRIMARY KEY (`id`)
);

-- +goose Down
-- reverse: create "nodes" table
DROP TABLE `nodes`;
