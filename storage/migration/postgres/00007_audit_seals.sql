-- +goose Up
-- create "audit_seals" table
CREATE TABLE "audit_seals" (
  "seq" bigint NOT NULL,
  "audit_id" character varying(36) NOT NULL COLLATE "C",
  "hash" character varying(64) NOT NULL COLLATE "C",
  PRIMARY KEY ("seq")
);
-- create index "audit_seals_row" to table: "audit_seals"
CREATE UNIQUE INDEX "audit_seals_row" ON "audit_seals" ("audit_id");
-- create "audit_unsealed" table
CREATE TABLE "audit_unsealed" (
  "audit_id" character varying(36) NOT NULL COLLATE "C",
  PRIMARY KEY ("audit_id")
);
-- F-SE-05: seals are added and never change, like the trail.
CREATE TRIGGER audit_seals_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_seals"
  FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
-- A row waits for its seal from the transaction that made it, whichever program that was.
-- +goose StatementBegin
CREATE FUNCTION audit_await_seal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit_unsealed SELECT audit_id FROM added;
  RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER audit_await_seal AFTER INSERT ON "audit" REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION audit_await_seal();
-- Those of before; the trigger came first, so that none slips between.
INSERT INTO "audit_unsealed" SELECT "audit_id" FROM "audit";

-- +goose Down
DROP TRIGGER audit_await_seal ON "audit";
DROP FUNCTION audit_await_seal();
-- reverse: create "audit_unsealed" table
DROP TABLE "audit_unsealed";
-- reverse: create index "audit_seals_row" to table: "audit_seals"
DROP INDEX "audit_seals_row";
-- reverse: create "audit_seals" table
DROP TABLE "audit_seals";
