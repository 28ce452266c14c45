// What people are told besides messages: what went wrong, and, for those who
// cannot see the page, what was said.

import { $ } from "./dom.js";

const problemFor = 10_000; // ms that a problem stays in sight
const settled = 1_200; // ms without a change until a message is read out

let timer = 0;

// problem shows what went wrong; "" takes it away.
export function problem(text) {
  clearTimeout(timer);
  $("problem").textContent = text;
  $("problem").hidden = !text;
  if (text) timer = setTimeout(() => problem(""), problemFor);
}

// attempt does what may be refused, and reports whether it was done.
export async function attempt(f) {
  try {
    await f();
    return true;
  } catch (e) {
    problem(e.message);
    return false;
  }
}

// perform does what a person asks for; what went wrong before is past.
export function perform(f) {
  problem("");
  return attempt(f);
}

const unread = new Map(); // message ID: timer until it is read out

// readOut has a new message read by a screen reader, once it has stopped growing.
export function readOut(m) {
  clearTimeout(unread.get(m.id));
  unread.set(m.id, setTimeout(() => {
    unread.delete(m.id);
    const body = document.querySelector(`#m${CSS.escape(m.id)} .body`);
    const words = [...(body?.childNodes ?? [])].filter((n) => n.className !== "edited").map((n) => n.textContent);
    if (words.length) $("said").textContent = `${m.author.name}: ${words.join(" ")}`;
  }, settled));
}

// unfinished reports whether a message is still to be read out.
export const unfinished = (m) => unread.has(m.id);
