# shellcheck shell=bash
# Chromium for the browser tests, with fonts for Chinese and emoji: without them both are boxes.

# shellcheck disable=SC2034 # read by name
chromium_vars=(CHROMIUM_PATH)

chromium_answers() { [ -x "$CHROMIUM_PATH" ]; }

# A browser in a container of its own is not worth its trouble.
chromium_container() { return 1; }

chromium_native() {
	local path
	if ! chromium_path >/dev/null || ! chromium_fonts; then
		apt_install chromium fonts-noto-cjk fonts-noto-color-emoji || true
	fi
	path="$(chromium_path)" ||
		die "chromium: there is none, and without root and apt-get none can be installed." \
			"Install the packages chromium, fonts-noto-cjk and fonts-noto-color-emoji, or set CHROMIUM_PATH"
	chromium_fonts || say "chromium: Chinese or emoji will be boxes; install fonts-noto-cjk and fonts-noto-color-emoji"
	record chromium program "$path" - "$path" - "CHROMIUM_PATH=$path"
}

chromium_path() {
	local name
	for name in chromium chromium-browser google-chrome-stable google-chrome; do
		command -v "$name" && return
	done
	return 1
}

chromium_fonts() {
	have fc-list && [ -n "$(fc-list :lang=zh-tw family)" ] && [ -n "$(fc-list :lang=und-zsye family)" ]
}
