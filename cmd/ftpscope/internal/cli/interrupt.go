package cli

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// interruptible returns a context that ends when the user interrupts. A second
// interrupt ends the program at once.
func interruptible(parent context.Context) (context.Context, context.CancelFunc) {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // nohup has it ignored
		signals = append(signals, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(parent, signals...)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// stdin is what "-" stands for. A file is left as it is: it keeps nobody waiting,
// and its size is good to know. Everything else ends with the context, and
// nobody knows where it ends otherwise.
func stdin(ctx context.Context, r io.Reader) (in io.Reader, endless bool) {
	if f, ok := r.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			return f, false
		}
	}
	return untilDone(ctx, r), true
}

// untilDone returns a reader that ends with the context, even while r keeps it
// waiting: a pipe that nobody writes to.
func untilDone(ctx context.Context, r io.Reader) io.Reader {
	p := &pump{ctx: ctx, ask: make(chan []byte), got: make(chan result, 1)}
	go p.run(r)
	return p
}

// pumpSize is how much is read at a time.
const pumpSize = 256 << 10

// pump reads on a goroutine of its own, one block ahead of nobody: it reads
// when it is asked.
type pump struct {
	ctx  context.Context
	ask  chan []byte
	got  chan result
	buf  []byte // the block
	rest []byte // of it, what was not yet given out
	err  error
	idle func(time.Duration) // called while nothing comes, with how long that is; or nil
}

type result struct {
	n   int
	err error
}

func (p *pump) run(r io.Reader) {
	for {
		select {
		case buf := <-p.ask:
			n, err := r.Read(buf)
			p.got <- result{n, err}
		case <-p.ctx.Done():
			return
		}
	}
}

func (p *pump) Read(b []byte) (int, error) {
	if len(p.rest) == 0 && p.err == nil {
		if p.buf == nil {
			p.buf = make([]byte, pumpSize)
		}
		p.err = p.fill()
	}
	if len(p.rest) == 0 {
		return 0, p.err
	}
	n := copy(b, p.rest)
	p.rest = p.rest[n:]
	return n, nil
}

func (p *pump) fill() error {
	select {
	case p.ask <- p.buf:
	case <-p.ctx.Done():
		return p.ctx.Err()
	}
	select {
	case r := <-p.got:
		return p.take(r)
	default:
	}
	return p.wait()
}

// wait waits for what was asked for.
func (p *pump) wait() error {
	ticks := time.NewTicker(tickEvery)
	defer ticks.Stop()
	for began := time.Now(); ; {
		select {
		case r := <-p.got:
			return p.take(r)
		case <-p.ctx.Done():
			return p.ctx.Err()
		case <-ticks.C:
			if p.idle != nil {
				p.idle(time.Since(began))
			}
		}
	}
}

func (p *pump) take(r result) error {
	p.rest = p.buf[:r.n]
	return r.err
}
