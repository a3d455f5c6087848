package actors

import (
	"context"
	"sync"
	"time"
)

// gather turns many small questions to the database into few large ones: while
// some are on their way, those that come in wait and go together.
type gather[K, V any] struct {
	ask   func(ctx context.Context, keys []K) ([]V, error) // values in the order of keys
	start func(f func(ctx context.Context))                // beside the caller
	limit time.Duration                                    // of one call of ask
	most  int                                              // keys of one call

	mu     sync.Mutex
	queue  []question[K, V]
	flying int
}

type question[K, V any] struct {
	key  K
	tell func(V, error)
}

// gatherers is how many calls may be under way at once: one waits for the
// database while the next is made.
const gatherers = 2

// submit asks about one key; tell is called once, from another goroutine, and
// must not wait. When the engine has ended it is not called.
func (g *gather[K, V]) submit(key K, tell func(V, error)) {
	g.mu.Lock()
	g.queue = append(g.queue, question[K, V]{key, tell})
	idle := g.flying < gatherers
	if idle {
		g.flying++
	}
	g.mu.Unlock()
	if idle {
		g.start(g.run)
	}
}

// run asks until nothing waits.
func (g *gather[K, V]) run(ctx context.Context) {
	for {
		batch := g.take()
		if batch == nil {
			return
		}
		keys := make([]K, len(batch))
		for i, q := range batch {
			keys[i] = q.key
		}
		call, cancel := context.WithTimeout(ctx, g.limit)
		values, err := g.ask(call, keys)
		cancel()
		for i, q := range batch {
			if err != nil {
				var none V
				q.tell(none, err)
				continue
			}
			q.tell(values[i], nil)
		}
	}
}

func (g *gather[K, V]) take() []question[K, V] {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := min(len(g.queue), g.most)
	if n == 0 {
		g.flying--
		return nil
	}
	batch := g.queue[:n:n]
	g.queue = append([]question[K, V](nil), g.queue[n:]...)
	return batch
}

// get asks about one key and waits.
func (g *gather[K, V]) get(ctx context.Context, key K) (V, error) {
	type result struct {
		v   V
		err error
	}
	done := make(chan result, 1)
	g.submit(key, func(v V, err error) { done <- result{v, err} })
	select {
	case r := <-done:
		return r.v, r.err
	case <-ctx.Done():
		var none V
		return none, ctx.Err()
	}
}
