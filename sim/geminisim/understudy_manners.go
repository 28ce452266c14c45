package geminisim

import (
	"fmt"
	"regexp"
	"strings"
)

var (
	whoAreYou  = regexp.MustCompile(`\b(who|what) (are|r) (you|u)\b|\bare you (a |an )?(bot|ai|human|real|gemini|model|robot|person)|\byour name\b|\bintroduce yourself\b|\bwer bist du\b|\bqui es[- ]tu\b|\bquién eres\b`)
	helpWanted = regexp.MustCompile(`^(help|hilfe|ayuda|aide)\b[!?. ]*(me)?[!?. ]*$|\bwhat (can|do) (you|u) do\b|\bwhat are you able\b|\bcommands\b`)
	hello      = regexp.MustCompile(`^(hi|hello|hey|heya|yo|howdy|greetings|good (morning|evening|afternoon|day)|hallo|guten (tag|morgen|abend)|servus|moin|hola|buen[oa]s( (días|tardes|noches))?|bonjour|salut|bonsoir|ahoy)(\PL|$)|\bhow are you\b|\bhow's it going\b|\bwhat's up\b|\bwie geht'?s\b`)
	thanks     = regexp.MustCompile(`^(thanks|thank you|thx|ty|cheers|danke|vielen dank|gracias|merci)(\PL|$)|\b(good bot|well done|nice (one|work|job))\b`)
	bye        = regexp.MustCompile(`^(bye|goodbye|good night|see you|cya|tschüss|auf wiedersehen|adiós|au revoir)(\PL|$)`)
)

// introduce says what this is.
func introduce(s *scene) (speech, bool) {
	if !whoAreYou.MatchString(s.lower) {
		return speech{}, false
	}
	a := speech{body: s.in(
		"I am the understudy: an offline stand-in for Gemini. No model is running, so I know nothing of the world.",
		"Ich bin die Zweitbesetzung: ein Ersatz für Gemini ohne Netz. Es läuft kein Modell, also weiß ich nichts von der Welt.",
		"Soy el suplente: un sustituto de Gemini sin conexión. No hay ningún modelo, así que no sé nada del mundo.",
		"Je suis la doublure : un remplaçant de Gemini hors ligne. Aucun modèle ne tourne, je ne sais donc rien du monde.")}
	if part := partOf(s.system); part != "" {
		a.tail = "My part here: " + part + "."
	}
	return a, true
}

// help says what can be asked.
func help(s *scene) (speech, bool) {
	if !helpWanted.MatchString(s.lower) {
		return speech{}, false
	}
	return speech{
		lead: "I am an offline stand-in, but there are things I can do:",
		body: lines(
			"- know the channel: `summarize`, `what did Ann say?`, `what did I just say?`, `who is here?`",
			"- fill space: `write 3000 characters about tea`, `a long story`, `an essay of 800 words`",
			"- write lists and code: `list 7 fruits`, `top 5 rivers`, `fizzbuzz in Go`",
			"- reckon and count: `what is 17*23?`, `how many words are in ...`, `count to 50`",
			"- play: `roll 2d6`, `flip a coin`, `choose tea or coffee`, `tell me a joke`",
		),
		tail: "For anything else a real model is needed.",
	}, true
}

// greet returns a greeting. It goes last of all: "hi, what is 2+2?" asks
// something.
func greet(s *scene) (speech, bool) {
	if !hello.MatchString(s.lower) || len(strings.Fields(s.lower)) > 8 {
		return speech{}, false
	}
	name := ""
	if s.asker != "" {
		name = ", " + s.asker
	}
	a := speech{body: fmt.Sprintf(s.in(
		"Hello%s! I am the offline stand-in for Gemini.",
		"Hallo%s! Ich bin der Ersatz für Gemini ohne Netz.",
		"¡Hola%s! Soy el suplente de Gemini sin conexión.",
		"Bonjour%s ! Je suis la doublure hors ligne de Gemini."), name)}
	if s.channel != "" {
		a.body += fmt.Sprintf(s.in(" Welcome to %s.", " Willkommen in %s.", " Bienvenido a %s.", " Bienvenue dans %s."), s.channel)
	}
	a.tail = s.in("Ask me for `help` to see what I can do.", "Mit `help` siehst du, was ich kann.",
		"Escribe `help` para ver lo que sé hacer.", "Écris `help` pour voir ce que je sais faire.")
	return a, true
}

func thank(s *scene) (speech, bool) {
	if !thanks.MatchString(s.lower) {
		return speech{}, false
	}
	return speech{body: s.in(
		s.pick("You are welcome!", "Any time.", "Glad to have been of use, for a stand-in."),
		"Gern geschehen!", "¡De nada!", "Avec plaisir !")}, true
}

func sayBye(s *scene) (speech, bool) {
	if !bye.MatchString(s.lower) {
		return speech{}, false
	}
	return speech{body: s.in("Goodbye! I will be in the wings.", "Bis bald!", "¡Hasta pronto!", "À bientôt !")}, true
}

var (
	clock    = regexp.MustCompile(`\bwhat (time|day|date|year)\b|\bwhat's the (time|date)\b|\b(time|date) is it\b|\btoday\b|\bwie spät\b|\bqué hora\b|\bquelle heure\b`)
	outside  = regexp.MustCompile(`\b(weather|news|forecast|stock|price|score|wetter|météo|tiempo hace)\b`)
	convert  = regexp.MustCompile(`\b(translate|translation|traduce|traduis)\b|übersetz`)
	paint    = regexp.MustCompile(`\b(draw|paint|imagine|generate an image|picture of|photo of)\b`)
	remember = regexp.MustCompile(`\b(remember|remind)\b`)
)

// admit says what a stand-in cannot do.
func admit(s *scene) (speech, bool) {
	for _, limit := range []struct {
		about *regexp.Regexp
		body  string
	}{
		{outside, "I am offline and cannot look that up."},
		{clock, "I have no clock: the same question always has the same answer from me."},
		{convert, "I cannot translate: that takes a real model."},
		{paint, "I cannot make pictures: that takes a real model."},
		{remember, "I keep nothing in mind: I see only what is written in this channel."},
	} {
		if limit.about.MatchString(s.lower) {
			return speech{body: s.in(limit.body,
				"Das kann ich nicht: Ich bin nur ein Ersatz ohne Netz, ohne Uhr und ohne Modell.",
				"No puedo: soy solo un suplente, sin conexión, sin reloj y sin modelo.",
				"Je ne peux pas : je ne suis qu'une doublure, sans réseau, sans horloge et sans modèle.")}, true
		}
	}
	return speech{}, false
}

// wonder answers what is of no other kind: it shows that it was heard.
func wonder(s *scene) speech {
	asked := s.question
	if asked == "" {
		asked = s.quoted
	}
	if asked == "" {
		return speech{body: "I see no question here. Ask me for `help` to see what a stand-in can do."}
	}
	a := speech{lead: s.in(
		s.pick("I heard you:", "You wrote:", "Here is what reached me:"),
		"Du hast geschrieben:", "Has escrito:", "Tu as écrit :")}
	a.body = lines(quote(asked), "", fmt.Sprintf(s.in(
		"That is %s in %s. What it means is beyond an offline stand-in.",
		"Das sind %s in %s. Was es bedeutet, weiß ein Ersatz ohne Netz nicht.",
		"Son %s en %s. Lo que significa queda fuera del alcance de un suplente sin conexión.",
		"Cela fait %s en %s. Le sens échappe à une doublure hors ligne."), s.words(asked), s.characters(asked)))
	if s.quoted != "" && s.question != "" {
		a.body += "\n" + lines(s.in("It replies to:", "Als Antwort auf:", "En respuesta a:", "En réponse à :"), quote(s.quoted))
	}
	if len(s.files) > 0 {
		a.body += "\nI cannot see what is attached: " + oneLine(strings.Join(s.files, ", "), 200) + "."
	}
	a.tail = s.in(
		s.pick("Try `list 7 fruits`, `what is 17*23?` or `summarize`.", "Ask me for `help` to see what I can do.",
			"I could write you a `long story` about it, though."),
		"Versuch `what is 17*23?`, `summarize` oder `help`.",
		"Prueba `what is 17*23?`, `summarize` o `help`.",
		"Essaie `what is 17*23?`, `summarize` ou `help`.")
	return a
}

// words says how many words a text has, in the question's language.
func (s *scene) words(text string) string {
	return s.number(len(strings.Fields(text)), "word", "words", "Wort", "Wörter", "palabra", "palabras", "mot", "mots")
}

// characters says how many characters a text has.
func (s *scene) characters(text string) string {
	return s.number(len([]rune(text)), "character", "characters", "Zeichen", "Zeichen", "carácter", "caracteres", "caractère", "caractères")
}

// number says n with the singular or plural of the language.
func (s *scene) number(n int, forms ...string) string {
	form := forms[2*int(s.language)+1]
	if n == 1 {
		form = forms[2*int(s.language)]
	}
	return fmt.Sprintf("%d %s", n, form)
}
