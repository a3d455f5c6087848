package storage

import (
	"database/sql"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// Watch adds the state of the connection pools to the metrics: go_sql_…, whose
// db_name is write or read; on PostgreSQL one pool, write, does both. Call it once.
func (db *DB) Watch() {
	pools := map[string]*sql.DB{"write": db.writer}
	if db.reader != db.writer {
		pools["read"] = db.reader
	}
	for name, pool := range pools {
		prometheus.MustRegister(collectors.NewDBStatsCollector(pool, name))
	}
}
