-- +goose Up
-- One huge room makes a sample believe that every room is as large, and a list of rooms is planned as
-- reading all messages for each of them. So a hundred for each room are assumed, whatever is sampled.
ALTER TABLE "messages" ALTER COLUMN "room_id" SET (n_distinct = -0.01);
ALTER TABLE "mentions" ALTER COLUMN "room_id" SET (n_distinct = -0.01);
ANALYZE "messages" ("room_id");
ANALYZE "mentions" ("room_id");

-- +goose Down
ALTER TABLE "mentions" ALTER COLUMN "room_id" RESET (n_distinct);
ALTER TABLE "messages" ALTER COLUMN "room_id" RESET (n_distinct);
