package chaos

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// StopVariable and BreakVariable tell a bot that was built for the lab where to
// stop, as STEP:N for the N-th time that it comes past a step, and which safeguard
// to leave out. It reports that it has stopped by a line on file 3, and goes on
// when there comes a byte on file 4.
const (
	StopVariable  = "LAB_STOP"
	BreakVariable = "LAB_BREAK"
)

// A process is the bot as it runs.
type process struct {
	cmd     *exec.Cmd
	stopped chan struct{} // closed when it has come to the step
	goOn    *os.File
	exited  chan struct{} // closed when it is gone
	err     error         // why, once it is
}

// run starts the bot. It stops at a step, unless that is "".
func run(ctx context.Context, argv, env []string, step string, nth int, log io.Writer) (*process, error) {
	toldR, toldW, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	goOnR, goOnW, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, toldR.Close(), toldW.Close())
	}
	p := &process{
		cmd:     exec.CommandContext(context.WithoutCancel(ctx), argv[0], argv[1:]...), //nolint:gosec // the bot's own executable
		stopped: make(chan struct{}), goOn: goOnW, exited: make(chan struct{}),
	}
	p.cmd.Env = env
	if step != "" {
		p.cmd.Env = append(p.cmd.Env, fmt.Sprintf("%s=%s:%d", StopVariable, step, nth))
	}
	p.cmd.Stderr = log
	p.cmd.ExtraFiles = []*os.File{toldW, goOnR}
	err = p.cmd.Start()
	_, _ = toldW.Close(), goOnR.Close() // they are the child's
	if err != nil {
		return nil, errors.Join(err, toldR.Close(), goOnW.Close())
	}
	go func() {
		if _, err := bufio.NewReader(toldR).ReadString('\n'); err == nil {
			close(p.stopped)
		}
		_ = toldR.Close()
	}()
	go func() {
		p.err = p.cmd.Wait()
		_ = goOnW.Close()
		close(p.exited)
	}()
	return p, nil
}

// kill ends the process as a loss of power would, and waits until it is gone.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended by itself
	<-p.exited
}

// resume lets a process go on that has stopped at a step.
func (p *process) resume() { _, _ = p.goOn.Write([]byte{1}) } // it may be dead

// signal asks the process to stop.
func (p *process) signal() { _ = p.cmd.Process.Signal(syscall.SIGTERM) } // it may have ended by itself

// gone reports whether the process has ended, within a time.
func (p *process) gone(within time.Duration) bool {
	select {
	case <-p.exited:
		return true
	case <-time.After(within):
		return false
	}
}

// code returns the exit code of a process that is gone; -1 if a signal ended it.
func (p *process) code() int { return p.cmd.ProcessState.ExitCode() }
