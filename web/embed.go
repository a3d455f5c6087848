// Package web carries the page that the binary serves: what `npm run build`
// left in dist. Without a build it holds only placeholder.html, which says how
// to make one, so that `go build` works on a machine without Node.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Dist returns the built page: index.html, assets/ and placeholder.html.
func Dist() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // "dist" is a constant and valid
	}
	return sub
}

// Built reports whether the page is embedded. When it is not, a server shows
// placeholder.html instead.
func Built() bool {
	_, err := fs.Stat(dist, "dist/index.html")
	return err == nil
}
