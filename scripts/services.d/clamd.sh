# shellcheck shell=bash
# clamd: the virus scanner that files are shown to. It knows two signatures only, both of them
# for tests; nothing is downloaded.

# shellcheck disable=SC2034 # read by name
clamd_vars=(TEST_CLAMD_ADDRESS TEST_CLAMD_PATH TEST_CLAMD_DATABASE)

clamd_answers() {
	local address="${TEST_CLAMD_ADDRESS#tcp://}"
	[ -x "$TEST_CLAMD_PATH" ] && [ -d "$TEST_CLAMD_DATABASE" ] && answers "${address%:*}" "${address##*:}"
}

# Tests also start and kill scanners of their own, so the program has to be here.
clamd_container() { return 1; }

clamd_native() {
	local bin dir port pid try
	if ! clamd_path >/dev/null && apt_install clamav-daemon && have systemctl; then
		# The package starts a daemon of its own and one that downloads; nobody asked for those.
		as_root systemctl disable --now clamav-daemon clamav-freshclam >/dev/null 2>&1 || true
	fi
	bin="$(clamd_path)" ||
		die "clamd: there is none, and without root and apt-get none can be installed." \
			"Install the package clamav-daemon, or set ${clamd_vars[*]}"
	dir="$(private_dir clamd)"
	mkdir "$dir/signatures"
	clamd_signatures >"$dir/signatures/test.ndb"
	for try in 1 2 3; do
		port="$(free_port)"
		printf '%s\n' "Foreground true" "DatabaseDirectory $dir/signatures" "TCPAddr 127.0.0.1" "TCPSocket $port" \
			"StreamMaxLength 25M" >"$dir/clamd.conf"
		setsid "$bin" --config-file="$dir/clamd.conf" >"$dir/log" 2>&1 </dev/null &
		pid=$!
		# Recorded before it is ready, so that an interrupted start can be cleaned up.
		record clamd process "$pid" TERM "127.0.0.1:$port" "$dir" \
			"TEST_CLAMD_ADDRESS=tcp://127.0.0.1:$port" "TEST_CLAMD_PATH=$bin" "TEST_CLAMD_DATABASE=$dir/signatures"
		if await 60 clamd_ready_or_dead "$port" "$pid" && kill -0 "$pid" 2>/dev/null; then
			return
		fi
		say "clamd: did not start on port $port (try $try of 3)"
		kill -KILL "$pid" 2>/dev/null || true
	done
	tail -n 20 "$dir/log" >&2
	stop clamd
	die "clamd: could not be started"
}

clamd_ready_or_dead() { answers 127.0.0.1 "$1" || ! kill -0 "$2" 2>/dev/null; }

clamd_path() { command -v clamd || { [ -x /usr/sbin/clamd ] && echo /usr/sbin/clamd; }; }

# clamd_signatures prints a database: the test file that all scanners know, which is put together
# here so that no scanner stumbles over this script, and a sentence of our own.
clamd_signatures() {
	local eicar="X5O!P%@AP[4\\PZX54(P^)7CC)7}\$EICAR"
	eicar="$eicar-STANDARD-ANTIVIRUS-TEST-FILE!\$H+H*"
	printf 'Eicar-Test-Signature:0:*:%s\n' "$(hex "$eicar")"
	printf 'Task-Reporter-Test-Signature:0:*:%s\n' "$(hex "a virus only for the tests of Task Reporter")"
}

hex() { printf %s "$1" | od -An -v -tx1 | tr -d ' \n'; }
