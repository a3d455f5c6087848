package content

import (
	"image"

	"taskreporter/storage/content/contenttest"
)

// Parts of the corpus, under short names.
var (
	red, green, blue, gray = contenttest.Red, contenttest.Green, contenttest.Blue, contenttest.Gray

	corners      = contenttest.Corners
	jpegOf       = contenttest.JPEG
	pngOf        = contenttest.PNG
	gifOf        = contenttest.GIF
	animatedPNG  = contenttest.AnimatedPNG
	pngBomb      = contenttest.PNGBomb
	segment      = contenttest.Segment
	withSegments = contenttest.WithSegments
	exif         = contenttest.Exif
	byPhone      = contenttest.ByPhone
	pdf          = contenttest.PDF
	logText      = contenttest.LogText
	noise        = contenttest.Noise
	join         = contenttest.Join
)

const gpsMark = contenttest.GPSMark

// phonePhoto is a JPEG as a phone writes it.
func phonePhoto(m image.Image, orientation int) []byte { return byPhone(jpegOf(m), orientation) }
