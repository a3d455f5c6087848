# shellcheck shell=bash
# Prometheus and promtool: the tests show them the alert rules and the dashboard of deploy/.
# They start a Prometheus of their own, on a free port.

# shellcheck disable=SC2034 # read by name
prometheus_vars=(TEST_PROMETHEUS_PATH TEST_PROMTOOL_PATH)

prometheus_answers() { [ -x "$TEST_PROMETHEUS_PATH" ] && [ -x "$TEST_PROMTOOL_PATH" ]; }

# The nodes that it watches listen on this machine's own address.
prometheus_container() { return 1; }

prometheus_native() {
	local prometheus promtool
	if ! have prometheus && apt_install prometheus && have systemctl; then
		# The package starts a server of its own; nobody asked for that.
		as_root systemctl disable --now prometheus >/dev/null 2>&1 || true
	fi
	if ! prometheus="$(command -v prometheus)" || ! promtool="$(command -v promtool)"; then
		die "prometheus: there is none, and without root and apt-get none can be installed." \
			"Install the package prometheus, or set ${prometheus_vars[*]}"
	fi
	record prometheus program "$prometheus" - "$prometheus" - "TEST_PROMETHEUS_PATH=$prometheus" "TEST_PROMTOOL_PATH=$promtool"
}
