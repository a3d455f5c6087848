// Package plan is what a load test shall do, as an operator writes it down: a YAML file
// with loads that run side by side, and thresholds that the run is held to.
//
// A plan that Parse returned is whole and within the limits of this package: what is
// unknown, missing or too much is an error that names the field, and where YAML knows it,
// the line. The package also owns the names of all figures that can be measured. It opens
// nothing and runs nothing.
package plan
