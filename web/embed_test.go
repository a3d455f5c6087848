package web

import (
	"io/fs"
	"testing"
)

// A checkout without Node still has something to serve, and the binary knows
// which of the two it carries.
func TestPlaceholderIsAlwaysEmbedded(t *testing.T) {
	t.Parallel()
	if _, err := fs.Stat(Dist(), "placeholder.html"); err != nil {
		t.Errorf("dist/placeholder.html must be committed and survive a build: %v", err)
	}
	_, err := fs.Stat(Dist(), "index.html")
	if built := err == nil; built != Built() {
		t.Errorf("Built() = %v, index.html present: %v", Built(), built)
	}
}
