// Package chaos is the fault lab: it runs the bot as a process of its own against
// a simulated Discord and Gemini, does to it whatever may go wrong, kills it at
// each step of a question's life, and then compares what the simulated Discord has
// seen with what was asked.
//
// [Check] is the judge. It knows nothing of how the bot works, only what people
// see: each question has exactly one outcome, in the order of the questions of its
// asker, whole, where it was asked, and a refusal only for a reason that was really
// given.
package chaos
