# shellcheck shell=bash
# slapd: OpenLDAP's server, for the tests of auth/directory. They start directories of their
# own with it, on free ports, and kill some of them.

# shellcheck disable=SC2034 # read by name
slapd_vars=(TEST_SLAPD_PATH)

slapd_answers() { [ -x "$TEST_SLAPD_PATH" ]; }

# Their processes must be killed from here.
slapd_container() { return 1; }

slapd_native() {
	local bin dir=-
	if ! slapd_path >/dev/null && slapd_install && have systemctl; then
		# The package has a daemon of its own; nobody asked for that.
		as_root systemctl disable --now slapd >/dev/null 2>&1 || true
	fi
	bin="$(slapd_path)" ||
		die "slapd: there is none, and without root and apt-get none can be installed." \
			"Install the package slapd, or set ${slapd_vars[*]}"
	if [ -e /etc/apparmor.d/usr.sbin.slapd ]; then
		# Ubuntu confines the program at this path to the daemon's own files.
		dir="$(private_dir slapd)"
		cp "$bin" "$dir/slapd"
		bin="$dir/slapd"
	fi
	record slapd program "$bin" - "$bin" "$dir" "TEST_SLAPD_PATH=$bin"
}

# Told that nobody wants a database, the package starts no daemon.
slapd_install() {
	if have debconf-set-selections; then
		echo "slapd slapd/no_configuration boolean true" | as_root debconf-set-selections || true
	fi
	apt_install slapd
}

slapd_path() { command -v slapd || { [ -x /usr/sbin/slapd ] && echo /usr/sbin/slapd; }; }
