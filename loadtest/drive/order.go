package drive

// order judges the numbers of a room's events as one socket gets them, across its
// connections: each once, rising by one.
type order struct {
	last    int64 // the highest so far
	missing map[int64]bool
}

// sort of arrival.
type arrival int

const (
	inOrder arrival = iota
	late            // after a later one, for the first time
	again           // it was there before
)

// take judges the next event.
func (o *order) take(seq int64) arrival {
	if seq > o.last {
		for gap := o.last + 1; gap < seq; gap++ {
			if o.missing == nil {
				o.missing = map[int64]bool{}
			}
			o.missing[gap] = true
		}
		o.last = seq
		return inOrder
	}
	if o.missing[seq] {
		delete(o.missing, seq)
		return late
	}
	return again
}
