// Package scenario plays scripts: what people do in a simulated Discord, what a
// simulated Gemini answers, what goes wrong; and writes down all that is to be
// seen of the bot between them.
//
// A script is a text, one action a line, and below each action, indented, what
// was seen until the next one: its transcript. [Run] plays a script and returns
// it with the transcript of this time; a test compares the two.
//
//	# Who asks twice is answered twice, in order.
//	guild Garden: ann, bob
//	channel #general
//	start bot
//	gemini answers "Because." first=1s last=2s
//	ann in #general: @Troupe why?
//	  +0.000 #general/1 ann, ringing Troupe: @Troupe why?
//	wait until quiet
//	  +0.300 #general Troupe is typing
//	  +1.000 #general/2 Troupe to 1, ringing ann: Because.
//
// Messages are named by channel and by number in the order in which they were
// seen. Times count from when the action began. The errors of [Parse] say how
// lines are written. Between the lines "together" and "end" stands what several
// people do at once.
//
// A transcript tells what can be seen, and only that. What is there for no time
// at all, since it is replaced at the same instant, nobody sees. What happens at
// the same instant is told in an order of its own: people first, then the bot,
// by channel and by what is answered. Where chance has a say, a script tells less:
// see its verbs "times" and "transcript".
package scenario
