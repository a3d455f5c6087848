# shellcheck shell=bash
# What the fault runner needs: network namespaces and packet filters, and the programs of
# PostgreSQL and MinIO, which it starts, kills and starts again itself.

# shellcheck disable=SC2034 # read by name
faults_vars=(TEST_POSTGRES_BIN TEST_MINIO_BIN)

faults_answers() { [ -x "$TEST_POSTGRES_BIN/initdb" ] && [ -x "$TEST_MINIO_BIN" ]; }

# Their processes must be killed from here.
faults_container() { return 1; }

faults_native() {
	local bin minio
	have ip || apt_install iproute2 || die "faults: install the package iproute2"
	have nft || apt_install nftables || die "faults: install the package nftables"
	bin="$(postgres_bin)" || { apt_install postgresql && bin="$(postgres_bin)"; } ||
		die "faults: there is no PostgreSQL 15 here. Install the package postgresql"
	minio="$(minio_binary)"
	record faults program "$minio" - "$bin" - "TEST_POSTGRES_BIN=$bin" "TEST_MINIO_BIN=$minio"
}
