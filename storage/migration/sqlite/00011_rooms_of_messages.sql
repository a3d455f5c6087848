-- +goose Up
-- Nothing: SQLite plans without a sample.
SELECT 1;

-- +goose Down
SELECT 1;
