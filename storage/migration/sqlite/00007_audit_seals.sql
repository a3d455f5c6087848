-- +goose Up
-- create "audit_seals" table
CREATE TABLE `audit_seals` (
  `seq` integer NOT NULL,
  `audit_id` varchar(36) NOT NULL,
  `hash` varchar(64) NOT NULL,
  PRIMARY KEY (`seq`)
);
-- create index "audit_seals_row" to table: "audit_seals"
CREATE UNIQUE INDEX `audit_seals_row` ON `audit_seals` (`audit_id`);
-- create "audit_unsealed" table
CREATE TABLE `audit_unsealed` (
  `audit_id` varchar(36) NOT NULL,
  PRIMARY KEY (`audit_id`)
);
-- F-SE-05: seals are added and never change, like the trail.
-- +goose StatementBegin
CREATE TRIGGER `audit_seals_no_update` BEFORE UPDATE ON `audit_seals` BEGIN
  SELECT RAISE(ABORT, 'the audit trail is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER `audit_seals_no_delete` BEFORE DELETE ON `audit_seals` BEGIN
  SELECT RAISE(ABORT, 'the audit trail is append-only');
END;
-- +goose StatementEnd
-- A row waits for its seal from the transaction that made it, whichever program that was.
-- +goose StatementBegin
CREATE TRIGGER `audit_await_seal` AFTER INSERT ON `audit` BEGIN
  INSERT INTO `audit_unsealed` VALUES (NEW.`audit_id`);
END;
-- +goose StatementEnd
-- Those of before; the trigger came first, so that none slips between.
INSERT INTO `audit_unsealed` SELECT `audit_id` FROM `audit`;

-- +goose Down
DROP TRIGGER `audit_await_seal`;
-- reverse: create "audit_unsealed" table
DROP TABLE `audit_unsealed`;
-- reverse: create index "audit_seals_row" to table: "audit_seals"
DROP INDEX `audit_seals_row`;
-- reverse: create "audit_seals" table
DROP TABLE `audit_seals`;
