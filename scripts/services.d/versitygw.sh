# shellcheck shell=bash
# versitygw: a second S3-compatible server, of another make, that the contract of
# storage/object is run against.

# shellcheck disable=SC2034 # read by name
versitygw_vars=(TEST_VERSITYGW_ENDPOINT TEST_VERSITYGW_ACCESS_KEY TEST_VERSITYGW_SECRET_KEY)

VERSITYGW_MODULE=github.com/versity/versitygw/cmd/versitygw
VERSITYGW_VERSION=v1.8.0

versitygw_answers() { answers "${TEST_VERSITYGW_ENDPOINT%:*}" "${TEST_VERSITYGW_ENDPOINT##*:}"; }

# It is one Go program: an image would save nothing.
versitygw_container() { return 1; }

versitygw_native() {
	local bin dir key password port pid try
	bin="$(versitygw_binary)"
	dir="$(private_dir versitygw)"
	key="$(secret)" password="$(secret)"
	# Metadata beside the data, for /tmp may have no extended attributes.
	mkdir "$dir/data" "$dir/meta"
	for try in 1 2 3; do
		port="$(free_port)"
		ROOT_ACCESS_KEY="$key" ROOT_SECRET_KEY="$password" VGW_HEALTH=/health \
			setsid "$bin" --quiet --keep-alive --port "127.0.0.1:$port" posix --sidecar "$dir/meta" "$dir/data" \
			>"$dir/log" 2>&1 </dev/null &
		pid=$!
		# Recorded before it is ready, so that an interrupted start can be cleaned up.
		record versitygw process "$pid" TERM "127.0.0.1:$port" "$dir" "TEST_VERSITYGW_ENDPOINT=127.0.0.1:$port" \
			"TEST_VERSITYGW_ACCESS_KEY=$key" "TEST_VERSITYGW_SECRET_KEY=$password"
		if await 60 versitygw_ready_or_dead "127.0.0.1:$port" "$pid" && kill -0 "$pid" 2>/dev/null; then
			return
		fi
		say "versitygw: did not start on port $port (try $try of 3)"
		kill -KILL "$pid" 2>/dev/null || true
	done
	tail -n 20 "$dir/log" >&2
	stop versitygw
	die "versitygw: could not be started"
}

versitygw_ready_or_dead() {
	curl --silent --fail --max-time 5 --noproxy '*' --output /dev/null "http://$1/health" || ! kill -0 "$2" 2>/dev/null
}

# versitygw_binary prints the path of the server, building it once for all clones of this account.
versitygw_binary() { go_program versitygw "$VERSITYGW_MODULE" "$VERSITYGW_VERSION" "about three minutes"; }
