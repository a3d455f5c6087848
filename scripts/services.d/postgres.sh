# shellcheck shell=bash
# PostgreSQL 15 or newer, with a role that may create databases and schemas.

# shellcheck disable=SC2034 # read by name
postgres_vars=(TEST_POSTGRES_URL)

# A container of the major version that is promised; its fixes may come by themselves.
POSTGRES_IMAGE=docker.io/library/postgres:15
# Every package's tests hold pools of their own.
POSTGRES_SETTINGS=(-c max_connections=300)

postgres_answers() {
	local at="${TEST_POSTGRES_URL#*://}"
	at="${at%%[/?]*}"
	at="${at##*@}"
	[ -n "$at" ] || return 0 # a socket named in the query: the tests will tell
	case "$at" in *:*) ;; *) at="$at:5432" ;; esac
	answers "${at%:*}" "${at##*:}"
}

postgres_record() {
	local kind="$1" id="$2" address="$3" dir="$4" password="$5"
	record postgres "$kind" "$id" INT "$address" "$dir" \
		"TEST_POSTGRES_URL=postgres://task_reporter:$password@$address/task_reporter?sslmode=disable"
}

postgres_container() {
	local engine="$1" password id address
	password="$(secret)"
	id="$(POSTGRES_PASSWORD="$password" "$engine" run --detach --publish 127.0.0.1::5432 \
		--env POSTGRES_PASSWORD --env POSTGRES_USER=task_reporter --env POSTGRES_INITDB_ARGS='--locale=C.UTF-8 --no-sync' \
		"$POSTGRES_IMAGE" "${POSTGRES_SETTINGS[@]}" | tail -n 1)" || {
		say "postgres: $engine could not run $POSTGRES_IMAGE; trying packages"
		return 1
	}
	address="$("$engine" port "$id" 5432/tcp | head -n 1)"
	postgres_record container "$engine/$id" "$address" - "$password"
	# Over TCP: while the image sets itself up it answers on a socket only.
	if ! await 60 "$engine" exec "$id" pg_isready --quiet --host 127.0.0.1 || ! answers "${address%:*}" "${address##*:}"; then
		say "postgres: the container does not answer at $address; trying packages"
		stop postgres
		return 1
	fi
}

postgres_native() {
	local bin dir port password try owner=() user=""
	bin="$(postgres_bin)" || { apt_install postgresql && bin="$(postgres_bin)"; } ||
		die "postgres: there is no PostgreSQL 15 here, and without root and apt-get none can be installed." \
			"Install the package postgresql, start a container engine, or set TEST_POSTGRES_URL"
	if [ "$(id -u)" = 0 ]; then
		# PostgreSQL refuses to run as root.
		id postgres >/dev/null 2>&1 || die "postgres: this is root and there is no account postgres to run it as. Install the package postgresql"
		user=postgres
		owner=(runuser -u "$user" --)
	fi
	dir="$(private_dir postgres "$user")"
	password="$(secret)"
	(
		cd "$dir"
		printf '%s\n' "$password" | "${owner[@]}" tee password >/dev/null
		"${owner[@]}" "$bin/initdb" --pgdata="$dir/data" --username=task_reporter --pwfile=password --auth=scram-sha-256 \
			--encoding=UTF8 --locale=C.UTF-8 --no-sync >"$dir/initdb.log" 2>&1
	) || {
		tail -n 20 "$dir/initdb.log" >&2
		rm -rf "$dir"
		die "postgres: initdb failed"
	}
	for try in 1 2 3; do
		port="$(free_port)"
		if (cd "$dir" && "${owner[@]}" "$bin/pg_ctl" start --silent --wait --timeout=60 --pgdata="$dir/data" --log="$dir/log" \
			--options="-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='' ${POSTGRES_SETTINGS[*]}") </dev/null; then
			postgres_record process "$(head -n 1 "$dir/data/postmaster.pid")" "127.0.0.1:$port" "$dir" "$password"
			PGPASSWORD="$password" "$bin/createdb" --host=127.0.0.1 --port="$port" --username=task_reporter task_reporter
			return
		fi
		"${owner[@]}" "$bin/pg_ctl" stop --silent --mode=immediate --pgdata="$dir/data" >/dev/null 2>&1 || true
		say "postgres: did not start on port $port (try $try of 3)"
	done
	tail -n 20 "$dir/log" >&2
	rm -rf "$dir"
	die "postgres: could not be started"
}

# postgres_bin prints where the server's programs are: 15 if it is there, else the newest above it.
postgres_bin() {
	local dir version
	for dir in /usr/lib/postgresql/15/bin $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV) \
		"$(dirname "$(command -v initdb || echo /nowhere/initdb)")"; do
		[ -x "$dir/initdb" ] || continue
		version="$("$dir/initdb" --version)"
		version="${version##*) }"
		if [ "${version%%[!0-9]*}" -ge 15 ]; then
			echo "$dir"
			return
		fi
	done
	return 1
}
