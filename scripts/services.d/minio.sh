# shellcheck shell=bash
# MinIO: the object store that the contract of storage/object is run against.

# shellcheck disable=SC2034 # read by name
minio_vars=(TEST_MINIO_ENDPOINT TEST_MINIO_ACCESS_KEY TEST_MINIO_SECRET_KEY)

# The last one that was published as an image; nothing newer will come.
MINIO_IMAGE=quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z.hotfix.7aa24e772
# The last state of its source, newer than the image, is built where there is no engine.
MINIO_MODULE=github.com/minio/minio
MINIO_VERSION=v0.0.0-20260212201848-7aac2a2c5b7c

minio_answers() { minio_ready "$TEST_MINIO_ENDPOINT" || answers "${TEST_MINIO_ENDPOINT%:*}" "${TEST_MINIO_ENDPOINT##*:}"; }

minio_ready() { curl --silent --fail --max-time 5 --noproxy '*' --output /dev/null "http://$1/minio/health/ready"; }

minio_record() {
	local kind="$1" id="$2" address="$3" dir="$4" key="$5" password="$6"
	record minio "$kind" "$id" TERM "$address" "$dir" \
		"TEST_MINIO_ENDPOINT=$address" "TEST_MINIO_ACCESS_KEY=$key" "TEST_MINIO_SECRET_KEY=$password"
}

minio_container() {
	local engine="$1" key password id address
	key="$(secret)" password="$(secret)"
	id="$(MINIO_ROOT_USER="$key" MINIO_ROOT_PASSWORD="$password" "$engine" run --detach --publish 127.0.0.1::9000 \
		--env MINIO_ROOT_USER --env MINIO_ROOT_PASSWORD --env MINIO_CI_CD=1 --env MINIO_BROWSER=off \
		"$MINIO_IMAGE" server --quiet /data | tail -n 1)" || {
		say "minio: $engine could not run $MINIO_IMAGE; building it instead"
		return 1
	}
	address="$("$engine" port "$id" 9000/tcp | head -n 1)"
	minio_record container "$engine/$id" "$address" - "$key" "$password"
	if ! await 60 minio_ready "$address"; then
		say "minio: the container does not answer at $address; building it instead"
		stop minio
		return 1
	fi
}

minio_native() {
	local bin dir key password port pid try
	bin="$(minio_binary)"
	dir="$(private_dir minio)"
	key="$(secret)" password="$(secret)"
	for try in 1 2 3; do
		port="$(free_port)"
		HOME="$dir" MINIO_ROOT_USER="$key" MINIO_ROOT_PASSWORD="$password" MINIO_CI_CD=1 MINIO_BROWSER=off MINIO_UPDATE=off \
			setsid "$bin" server --quiet --config-dir "$dir/config" --address "127.0.0.1:$port" "$dir/data" \
			>"$dir/log" 2>&1 </dev/null &
		pid=$!
		# Recorded before it is ready, so that an interrupted start can be cleaned up.
		minio_record process "$pid" "127.0.0.1:$port" "$dir" "$key" "$password"
		if await 60 minio_ready_or_dead "127.0.0.1:$port" "$pid" && kill -0 "$pid" 2>/dev/null; then
			return
		fi
		say "minio: did not start on port $port (try $try of 3)"
		kill -KILL "$pid" 2>/dev/null || true
	done
	tail -n 20 "$dir/log" >&2
	stop minio
	die "minio: could not be started"
}

minio_ready_or_dead() { minio_ready "$1" || ! kill -0 "$2" 2>/dev/null; }

# minio_binary prints the path of the server, building it once for all clones of this account.
minio_binary() { go_program minio "$MINIO_MODULE" "$MINIO_VERSION" "about ten minutes"; }
