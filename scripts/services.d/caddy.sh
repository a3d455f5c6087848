# shellcheck shell=bash
# Caddy: the proxy in front of `make cluster`. It asks each node's /readyz, which nginx from
# packages cannot.

# shellcheck disable=SC2034 # read by name
caddy_vars=(CADDY_PATH)

caddy_answers() { [ -x "$CADDY_PATH" ]; }

# A proxy in a container would not reach the nodes on this machine's own address.
caddy_container() { return 1; }

caddy_native() {
	local path
	if ! command -v caddy >/dev/null && apt_install caddy && have systemctl; then
		# The package starts a server of its own on port 80; nobody asked for that.
		as_root systemctl disable --now caddy >/dev/null 2>&1 || true
	fi
	path="$(command -v caddy)" ||
		die "caddy: there is none, and without root and apt-get none can be installed. Install the package caddy, or set CADDY_PATH"
	record caddy program "$path" - "$path" - "CADDY_PATH=$path"
}
