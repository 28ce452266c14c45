package geminisim

import (
	"fmt"
	"regexp"
	"strings"
)

var listing = regexp.MustCompile(`\b(?:list(?: of)?|name|give me|top|show me|tell me|suggest|write|what are|need|nenne?|lista|liste)\b(?: (?:me|us|a list of|the|some|a few|all|at least|my|your|of|top|de|mir))* ` +
	`(?:(\d{1,4}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty) )?` +
	`(?:(?:good|great|best|random|different|famous|popular|interesting|fun|cool|nice|of the|new|important|common|big|small) )*([^\n?!.,;:]{2,60})`)

// maxItems bounds a list.
const maxItems = 200

// list writes a list of what is in stock, or of angles on what is not.
func list(s *scene) (speech, bool) {
	m := listing.FindStringSubmatch(s.lower)
	if m == nil || m[1] == "" && !strings.Contains(s.lower, "list") && !strings.HasPrefix(s.lower, "name ") {
		return speech{}, false
	}
	n, topic := amount(m[1]), strings.TrimSpace(m[2])
	stock := stockOf(topic)
	if n == 0 {
		n = 5
	}
	lead := ""
	switch {
	case n > maxItems:
		n, lead = maxItems, fmt.Sprintf("I stop at %d.", maxItems)
	case stock != nil && n > len(stock):
		lead = fmt.Sprintf("I have only %d in stock:", len(stock))
	case stock == nil:
		lead = fmt.Sprintf("Offline I know nothing of “%s”, but this can be said of anything:", oneLine(topic, 60))
	}
	w := &writer{random: s.random, topic: oneLine(topic, 60)}
	if stock != nil {
		if strings.Contains(s.lower, "random") {
			s.random.Shuffle(len(stock), func(i, j int) { stock[i], stock[j] = stock[j], stock[i] })
		}
		stock = stock[:min(n, len(stock))]
	} else {
		for range n {
			stock = append(stock, "**"+capital(w.pick(virtues()...))+"**: "+lowerFirst(w.thought()))
		}
	}
	for i := range stock {
		stock[i] = fmt.Sprintf("%d. %s", i+1, stock[i])
	}
	a := speech{lead: lead, body: strings.Join(stock, "\n")}
	if strings.Contains(s.lower, "top") || strings.Contains(s.lower, "best") {
		a.tail = "In no order at all: a stand-in has no favourites."
	}
	return a, true
}

// stockOf returns the things of a kind that the understudy knows, or nil.
func stockOf(topic string) []string {
	words := " " + strings.NewReplacer("-", " ", "'", " ").Replace(topic) + " "
	for _, s := range []struct{ kind, things string }{
		{"joke", ""},
		{"movie", "Metropolis, Casablanca, Singin' in the Rain, Psycho, Alien, Spirited Away, The Matrix, Amélie, Some Like It Hot, Blade Runner"},
		{"film", "Metropolis, Casablanca, Singin' in the Rain, Psycho, Alien, Spirited Away, The Matrix, Amélie, Some Like It Hot, Blade Runner"},
		{"book", "Don Quixote, Emma, Moby-Dick, Frankenstein, Dracula, Middlemarch, The Trial, Ulysses, Beloved, The Hobbit, Momo"},
		{"dinner", "lentil soup, pasta with lemon, chickpea curry, omelette, fried rice, tomato salad, pancakes, bean chilli, dumplings"},
		{"programming language", "Go, Python, Rust, JavaScript, TypeScript, C, C++, Java, Kotlin, Swift, Ruby, Haskell, Elixir, Erlang, OCaml, Lua, Zig"},
		{"fruit", "apple, banana, cherry, date, elderberry, fig, grape, honeydew, kiwi, lemon, mango, nectarine, orange, papaya, quince, raspberry, strawberry, tangerine, watermelon, plum, peach, pear, apricot, blueberry"},
		{"vegetable", "carrot, potato, onion, leek, spinach, cabbage, broccoli, celery, pea, bean, beetroot, radish, pumpkin, aubergine, courgette"},
		{"animal", "ant, bear, cat, dolphin, elephant, fox, goose, hedgehog, ibex, jaguar, koala, lynx, mole, newt, otter, panda, rabbit, seal, tiger, wolf, yak, zebra"},
		{"bird", "robin, sparrow, blackbird, heron, owl, swift, kestrel, wren, magpie, stork, puffin, kingfisher"},
		{"colour", "red, orange, yellow, green, blue, indigo, violet, brown, grey, black, white, pink, turquoise"},
		{"color", "red, orange, yellow, green, blue, indigo, violet, brown, gray, black, white, pink, turquoise"},
		{"planet", "Mercury, Venus, Earth, Mars, Jupiter, Saturn, Uranus, Neptune"},
		{"country", "Argentina, Brazil, Canada, Denmark, Egypt, France, Germany, Hungary, India, Japan, Kenya, Mexico, Norway, Peru, Spain, Uganda, Vietnam"},
		{"countries", "Argentina, Brazil, Canada, Denmark, Egypt, France, Germany, Hungary, India, Japan, Kenya, Mexico, Norway, Peru, Spain, Uganda, Vietnam"},
		{"capital", "Paris, Berlin, Madrid, Rome, Tokyo, Nairobi, Lima, Ottawa, Canberra, Cairo, Oslo, Vienna, Prague"},
		{"cities", "Paris, Berlin, Madrid, Rome, Tokyo, Nairobi, Lima, Montreal, Sydney, Cairo, Oslo, Vienna, Prague, Mumbai, Chicago"},
		{"river", "Nile, Amazon, Danube, Rhine, Mississippi, Ganges, Volga, Yangtze, Congo, Mekong, Thames, Seine"},
		{"mountain", "Everest, K2, Mont Blanc, Kilimanjaro, Denali, Matterhorn, Fuji, Elbrus, Aconcagua"},
		{"ocean", "Pacific, Atlantic, Indian, Southern, Arctic"},
		{"instrument", "violin, cello, flute, oboe, trumpet, harp, piano, guitar, drum, saxophone, accordion, lute"},
		{"sport", "football, tennis, rowing, fencing, judo, swimming, cycling, archery, handball, climbing, chess boxing"},
		{"game", "chess, go, backgammon, checkers, mill, dominoes, hide and seek, charades, tag, snakes and ladders"},
		{"name", "Ada, Ben, Clara, David, Emma, Felix, Grace, Hugo, Ida, Jonas, Kim, Lena, Max, Nora, Oscar, Pia"},
		{"tree", "oak, beech, birch, lime, ash, maple, pine, larch, willow, chestnut, elm, yew"},
		{"flower", "rose, tulip, daisy, lily, poppy, iris, violet, sunflower, orchid, peony, lavender"},
		{"spice", "pepper, saffron, cinnamon, clove, nutmeg, cumin, cardamom, turmeric, ginger, paprika"},
		{"drink", "water, tea, coffee, cocoa, lemonade, cider, apple juice, ginger ale, kefir"},
		{"emoji", "🎭, 🎲, 🎈, 🦊, 🐙, 🌵, 🍋, 🚲, 🪁, 🧭, 🔭, 🎻"},
		{"element", "hydrogen, helium, lithium, carbon, nitrogen, oxygen, neon, sodium, iron, copper, silver, gold, lead"},
		{"month", "January, February, March, April, May, June, July, August, September, October, November, December"},
		{"weekday", "Monday, Tuesday, Wednesday, Thursday, Friday"},
		{"excuse", "the dog ate it, the train was late, it worked on my machine, somebody else's turn, a solar flare, I was only the understudy"},
	} {
		if !strings.Contains(words, " "+s.kind) {
			continue
		}
		if s.kind == "joke" {
			return jests()
		}
		return strings.Split(s.things, ", ")
	}
	return nil
}
