# shellcheck shell=bash
# What the scripts share. Source it, with ROOT set to the top of the clone.

# Go, npm and the linter keep their caches under HOME, and some CI runners set none.
export HOME="${HOME:-$(unset HOME && echo ~)}"

# Things that are costly to make and the same for every clone live here.
# shellcheck disable=SC2034
CACHE="${TASK_REPORTER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/task-reporter}"

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() {
	say "$@"
	exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

# as_root COMMAND… fails when this account may not become root without a password.
as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif have sudo && sudo -n true 2>/dev/null; then
		sudo -n "$@"
	else
		return 1
	fi
}

# apt_install PACKAGE… updates the package lists only when the first try fails on them.
apt_install() {
	local log
	have apt-get || return 1
	as_root true || return 1
	log="$(mktemp)"
	say "installing $*"
	if apt_get install "$@" >"$log" 2>&1 ||
		{ apt_get update && apt_get install "$@"; } >"$log" 2>&1; then
		rm -f "$log"
		return 0
	fi
	tail -n 20 "$log" >&2
	rm -f "$log"
	return 1
}

# Another apt-get may hold the lock: on a new machine often the system's own.
apt_get() {
	local verb="$1"
	shift
	local flags=(-o DPkg::Lock::Timeout=900 -q)
	[ "$verb" = update ] || flags+=(-y --no-install-recommends)
	as_root env DEBIAN_FRONTEND=noninteractive apt-get "${flags[@]}" "$verb" "$@" </dev/null
}
