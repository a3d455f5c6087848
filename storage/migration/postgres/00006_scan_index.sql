-- +goose Up
-- create index "room_files_scan" to table: "room_files"
CREATE INDEX "room_files_scan" ON "room_files" ("scan_state", "uploaded_at");

-- +goose Down
-- reverse: create index "room_files_scan" to table: "room_files"
DROP INDEX "room_files_scan";
