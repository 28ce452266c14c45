package command

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"troupe/messages"

	"github.com/google/go-cmp/cmp"
)

// What each command asks of whom.
func TestPersonAsks(t *testing.T) {
	user, guild, journal := address{whom: theUser}, address{whom: theGuild}, address{whom: theJournal}
	get := question{address{whom: theUser, index: 1}, &messages.GetConsent{User: 5}, readWait}
	administrator := used("lore forget", "number", "2")
	administrator.Permissions = messages.PermissionAdministrator
	before := messages.MessageID(used("").Interaction.ID)
	tests := []struct {
		name string
		used *messages.CommandUsed
		want []question
	}{
		{"view", used("memory view"), []question{{user, &messages.GetFacts{User: 5}, soleWait}}},
		{"forget", used("memory forget", "number", "3"), []question{{user, &messages.ForgetFacts{User: 5, Key: "fact/3"}, writeWait}}},
		{"forget all", used("memory forget", "number", "all"), []question{{user, &messages.ForgetFacts{User: 5}, writeWait}}},
		{"forget what is no number", used("memory forget", "number", "-"), nil},
		{"edit", used("memory edit", "number", "3", "text", " a \n b "), []question{
			{user, &messages.EditFact{User: 5, Key: "fact/3", Text: "a b"}, writeWait},
		}},
		{"edit without text", used("memory edit", "number", "3", "text", " "), nil},
		{"on", used("memory on"), []question{{user, &messages.SetConsent{User: 5, What: messages.ConsentMemory, Yes: true}, writeWait}, get}},
		{"off", used("memory off"), []question{{user, &messages.SetConsent{User: 5, What: messages.ConsentMemory}, writeWait}, get}},
		{"what is kept", inDirect(used("privacy view")), []question{
			{journal, &messages.GetPerson{User: 5}, soleWait}, {user, &messages.GetConsent{User: 5}, soleWait},
		}},
		{"export", inDirect(used("privacy export")), []question{
			{journal, &messages.GetPerson{User: 5}, soleWait}, {user, &messages.GetFacts{User: 5}, soleWait},
		}},
		{"delete", used("privacy delete", "confirm", "DELETE"), []question{{user, &messages.DeletePerson{User: 5, Before: before}, deleteWait}}},
		{"delete, not confirmed", used("privacy delete", "confirm", "deleted"), nil},
		{"choose", used("privacy choose", "what", "private", "value", "on"), []question{
			{user, &messages.SetConsent{User: 5, What: messages.ConsentPrivate, Yes: true}, writeWait}, get,
		}},
		{"choose against", used("privacy choose", "what", "profile", "value", "off"), []question{
			{user, &messages.SetConsent{User: 5, What: messages.ConsentProfile}, writeWait}, get,
		}},
		{"lore", used("lore view"), []question{{guild, &messages.GetLore{Guild: 7, Channel: 10, Person: 5}, soleWait}}},
		{"forget lore", used("lore forget", "number", "2"), []question{
			{guild, &messages.ForgetLore{Guild: 7, Channel: 10, Key: "lore/2", Person: 5}, writeWait},
		}},
		{"forget lore as a manager", byManager(used("lore forget", "number", "2")), []question{
			{guild, &messages.ForgetLore{Guild: 7, Channel: 10, Key: "lore/2", Person: 5, Manages: true}, writeWait},
		}},
		{"forget lore as an administrator", administrator, []question{
			{guild, &messages.ForgetLore{Guild: 7, Channel: 10, Key: "lore/2", Person: 5, Manages: true}, writeWait},
		}},
		{"lore on", byManager(used("lore on")), []question{{guild, &messages.SetLore{Guild: 7, On: true}, writeWait}}},
		{"lore off", byManager(used("lore off")), []question{{guild, &messages.SetLore{Guild: 7}, writeWait}}},
		{"lore on, not permitted", used("lore on"), nil},
		{"lore in a direct message", inDirect(byManager(used("lore off"))), nil},
	}
	for _, tt := range tests {
		got := testFacts().planned(tt.used).asks
		if d := cmp.Diff(tt.want, got, cmp.AllowUnexported(question{}, address{})); d != "" {
			t.Errorf("%s: %s", tt.name, d)
		}
	}
}

// /privacy export asks the journal and gives its file with the answer, again when
// that has to be repeated.
func TestExportIsAttached(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		w.person, w.user = testPerson(), &messages.Facts{}
		w.fail(&messages.Failure{Cause: messages.CauseUnreachable, Retry: messages.RetryBackoff})
		if got := w.use(used("privacy export")); got != sayExported(true) {
			t.Errorf("says %q", got)
		}
		want := exportOf(used("").User, testPerson(), &messages.Facts{}, noon).file(maxExport)
		if d := cmp.Diff([]messages.File{want}, w.shown()[0].Files); d != "" {
			t.Error(d)
		}
	})
	run(t, func(t *testing.T, w *world) { // nobody answers
		if got := w.use(used("privacy export")); got != sayNotSeen() || w.shown()[0].Files != nil {
			t.Errorf("says %q with %d files", got, len(w.shown()[0].Files))
		}
	})
}

// A deletion is waited for as long as it may take, and nothing is claimed after
// that.
func TestDeletionTakesItsTime(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		w.e.Tell(w.pid, used("privacy delete", "confirm", "delete"))
		time.Sleep(deleteWait - time.Second)
		synctest.Wait()
		if len(w.shown()) != 0 {
			t.Fatalf("says %q already", w.shown()[0].Content)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if len(w.shown()) != 1 || w.shown()[0].Content != sayNotDeleted() {
			t.Errorf("shown %v", w.shown())
		}
	})
}

// What others refuse for want of room or time is not told as if there were no such
// thing.
func TestRefusalIsNotUnknown(t *testing.T) {
	for _, reason := range []string{messages.RefusedFull, messages.RefusedDeadline, messages.RefusedRestarted} {
		err := error(&messages.Refused{Reason: reason})
		if got := sayEdited("fact/3", "x", err); got != sayNotKept() {
			t.Errorf("%s: says %q", reason, got)
		}
	}
	if unknown(nil) || unknown(errors.New("odd")) || !strings.Contains(sayEdited("fact/3", "x", &messages.Refused{Reason: messages.RefusedUnknown}), "`3`") {
		t.Error("what is unknown is not told")
	}
}
