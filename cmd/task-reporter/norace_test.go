//go:build !race

package main

// raceEnabled: the program is built with the race detector when the tests are.
const raceEnabled = false
