// Package report says what came of a run: figures by the names of package plan, whether
// the plan's thresholds were kept, and how it went over time, as text, as JSON and as one
// page of HTML that needs nothing from elsewhere.
package report
