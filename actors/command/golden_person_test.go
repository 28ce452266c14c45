package command

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"troupe/messages"
)

const somethingLong = "a fact about the price of tea in the harbour towns of the north, which changes from year to year, "

func testConsent() messages.Consent { return messages.Consent{Memory: true, Profile: true} }

func testProfile() messages.Profile {
	return messages.Profile{
		Messages: 120, Language: "en", Words: 9, Brief: true, Casual: true, Topics: []string{"tea", "go", "sailing"},
		Hours: []int{20, 19, 21, 7}, Rhythm: 42 * time.Second,
	}
}

func testFactList() []messages.Fact {
	return []messages.Fact{
		{Key: "fact/12", Text: "You sail *often*.", Guild: 7, Channel: 10, Message: 900, Told: noon.Add(-time.Hour)},
		{Key: "fact/9", Text: "You like tea, @everyone.", Channel: 11, Message: 800, Told: noon.Add(-48 * time.Hour)},
		{Key: "fact/3", Text: "You live in Kiel."},
	}
}

// manyFacts are as many as take several pages.
func manyFacts(n int) []messages.Fact {
	var all []messages.Fact
	for i := n; i > 0; i-- {
		all = append(all, messages.Fact{
			Key: fmt.Sprintf("fact/%d", i), Text: strings.Repeat(somethingLong, 1+i%3), Guild: 7, Channel: 10, Message: messages.MessageID(i), Told: noon,
		})
	}
	return all
}

func factsAre(c messages.Consent, p messages.Profile, all ...messages.Fact) answers {
	return done(theUser, &messages.Facts{Consent: c, Profile: p, Facts: all})
}

func byConsent(c messages.Consent) answers {
	return answers{{whom: theUser}: {message: &messages.Kept{}}, {whom: theUser, index: 1}: {message: &c}}
}

func testLore() []messages.Lore {
	return []messages.Lore{
		{
			Key: "lore/5", Kind: messages.LoreGag, Text: "Whoever is late brings cake.", Channel: 10, Message: 901, Told: noon.Add(-time.Hour),
			Sources: []messages.Source{{Message: 901, Person: 5}, {Message: 902, Person: 6}, {Message: 903, Person: 5}, {Person: 8}, {Person: 9}},
		},
		{Key: "lore/2", Kind: messages.LoreSnippet, Text: "func main() { [x](y) }", Channel: 11, Message: 500, Told: noon.Add(-72 * time.Hour)},
	}
}

// What people read of what is kept of them and of their server is in testdata;
// run with -rewrite to accept a change.
func TestGoldenPerson(t *testing.T) {
	broken := &messages.Failure{Cause: messages.CauseInternal}
	none := &messages.Refused{Reason: messages.RefusedUnknown}
	private := messages.Consent{Private: true}
	found := func(on bool, all ...messages.Lore) answers {
		return done(theGuild, &messages.LoreFound{On: on, Lore: all})
	}
	person := func(p *messages.PersonFound, c messages.Consent) answers {
		return answers{{whom: theJournal}: {message: p}, {whom: theUser}: {message: &c}}
	}
	goldens(t, map[string][]one{
		"memory": {
			{"shown", used("memory view"), factsAre(testConsent(), testProfile(), testFactList()...)},
			{"nothing, all off", inDirect(used("memory view")), factsAre(messages.Consent{}, messages.Profile{})},
			{"nothing known yet, private", used("memory view"), factsAre(messages.Consent{Memory: true, Profile: true, Private: true}, messages.Profile{})},
			{"the first of several pages", used("memory view"), factsAre(testConsent(), testProfile(), manyFacts(12)...)},
			{"the last page", used("memory view", "page", " 3 "), factsAre(testConsent(), testProfile(), manyFacts(12)...)},
			{"after the last page", used("memory view", "page", "9"), factsAre(testConsent(), testProfile(), manyFacts(12)...)},
			{"no page", used("memory view", "page", "two"), nil},
			{"not seen", used("memory view"), nil},
			{"forgotten", used("memory forget", "number", "#12"), done(theUser, &messages.FactsForgotten{Forgotten: 1})},
			{"forgotten, none of that number", used("memory forget", "number", "4"), done(theUser, &messages.FactsForgotten{})},
			{"forgotten, all", used("memory forget", "number", "ALL"), done(theUser, &messages.FactsForgotten{Forgotten: 3})},
			{"forgotten, none of all", used("memory forget", "number", "all"), done(theUser, &messages.FactsForgotten{})},
			{"forgotten, no number", used("memory forget", "number", "the tea"), nil},
			{"forgotten, not kept", used("memory forget", "number", "3"), errored(theUser, broken)},
			{"edited", used("memory edit", "number", "3", "text", "You live in\n<@5>'s **Lübeck**."), done(theUser, &messages.Kept{})},
			{"edited, none of that number", used("memory edit", "number", "4", "text", "x"), errored(theUser, none)},
			{"edited, no number", used("memory edit", "number", "-1", "text", "x"), nil},
			{"edited, no text", used("memory edit", "number", "3", "text", " \n "), nil},
			{"edited, too much text", used("memory edit", "number", "3", "text", strings.Repeat("x", maxFact+1)), nil},
			{"edited, not kept", used("memory edit", "number", "3", "text", "x"), errored(theUser, broken)},
			{"on", used("memory on"), byConsent(testConsent())},
			{"on, but private", used("memory on"), byConsent(private)},
			{"on, not kept", used("memory on"), errored(theUser, broken)},
			{"off", used("memory off"), byConsent(private)},
		},
		"privacy": {
			{"shown", used("privacy view"), person(testPerson(), testConsent())},
			{"nothing", inDirect(used("privacy view")), person(&messages.PersonFound{}, messages.Consent{})},
			{"not seen", used("privacy view"), done(theUser, &messages.Consent{})},
			{"exported", used("privacy export"), answers{
				{whom: theJournal}: {message: testPerson()}, {whom: theUser}: {message: &messages.Facts{}},
			}},
			{"exported without choices", used("privacy export"), done(theJournal, testPerson())},
			{"not exported", used("privacy export"), nil},
			{"what would be deleted", used("privacy delete"), nil},
			{"deletion that is not confirmed", used("privacy delete", "confirm", "yes"), nil},
			{"deleted", used("privacy delete", "confirm", " Delete"), done(theUser, &messages.PersonDeleted{Questions: 12, Derived: 1})},
			{"deleted but for one", used("privacy delete", "confirm", "delete"), done(theUser, &messages.PersonDeleted{Open: 1})},
			{"not deleted", used("privacy delete", "confirm", "delete"), errored(theUser, broken)},
			{"profile on", used("privacy choose", "what", "profile", "value", "on"), byConsent(testConsent())},
			{"profile off", used("privacy choose", "what", "profile", "value", "off"), byConsent(testConsent())},
			{"private on", used("privacy choose", "what", "private", "value", "on"), byConsent(messages.Consent{})},
			{"private off", used("privacy choose", "what", "private", "value", "off"), byConsent(messages.Consent{})},
			{"no choice", used("privacy choose", "what", "fame", "value", "off"), nil},
		},
		"lore": {
			{"shown", used("lore view"), found(true, testLore()...)},
			{"off", used("lore view"), found(false)},
			{"none yet", used("lore view"), found(true)},
			{"no page", used("lore view", "page", "0"), nil},
			{"not seen", used("lore view"), nil},
			{"in a direct message", inDirect(used("lore view")), nil},
			{"forgotten", used("lore forget", "number", "5"), done(theGuild, &messages.Kept{})},
			{"forgotten, not theirs", used("lore forget", "number", "5"), errored(theGuild, none)},
			{"forgotten by a manager, none of that number", byManager(used("lore forget", "number", "5")), errored(theGuild, none)},
			{"forgotten, no number", used("lore forget", "number", "all"), nil},
			{"forgotten, not kept", used("lore forget", "number", "5"), errored(theGuild, broken)},
			{"on", byManager(used("lore on")), done(theGuild, &messages.Kept{})},
			{"off", byManager(used("lore off")), done(theGuild, &messages.Kept{})},
			{"on, without the permission", used("lore on"), nil},
			{"on, in a direct message", inDirect(byManager(used("lore on"))), nil},
			{"on, not kept", byManager(used("lore on")), errored(theGuild, broken)},
		},
	})
}
