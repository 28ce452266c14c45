package messages

// Join asks a coalescer for the result of the job, or of one with the same key
// that is under way or has just ended. The answer is [*Joined], or the error
// that the job ended in: [*Refused] or [*Failure]. Progress of the job reaches
// every waiter; who joins late is sent the latest at once. A waiter may withdraw
// without harm to the others; when the last one does, the job is cancelled.
type Join struct {
	Key string
	Job *Job
}

// Joined answers [Join].
type Joined struct {
	Result  any  // of the job: shared by all waiters and never changed
	Waiters int  // how many were answered when the job ended; later ones not counted
	First   bool // the job that ran is this waiter's own
}

// The reasons of [Refused] by a coalescer, besides those of the job.
const (
	RefusedKeys    = "keys"    // as many different jobs are under way as may
	RefusedWaiters = "waiters" // as many wait for this one as may
)

// GetCoalescer asks a coalescer how it stands. The answer is [*CoalescerState].
type GetCoalescer struct{}

// CoalescerState answers [GetCoalescer]. Refused is never changed once sent.
type CoalescerState struct {
	Name    string
	Open    int // jobs under way
	Waiting int // waiters of those
	Kept    int // finished results that may still be joined

	Joins   int            // since the start
	Hits    int            // joins that needed no job of their own
	Retried int            // jobs that were asked for again
	Refused map[string]int // by reason, since the start
}
