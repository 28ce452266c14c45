// The playground page: ties what is known (store.js) to what is shown.

import * as api from "./api.js";
import { Composer } from "./composer.js";
import { $, dots, fill } from "./dom.js";
import { Log, showEmpty } from "./log.js";
import { drawer, showHead, showPeople, showPlaces } from "./side.js";
import { Store } from "./store.js";
import { follow } from "./stream.js";

const typingFor = 10_000; // ms that Discord shows somebody as typing
const settled = 1_200; // ms without a change until a message is read out
const problemFor = 10_000; // ms that a problem stays in sight

const store = new Store();
const log = new Log({
  reply: (m) => composer.reply(m),
  edit: (m) => composer.edit(m),
  remove: (m) => attempt(() => api.remove(m.channel, m.id, store.me)).then(() => composer.focus()),
  older: loadOlder,
  leave: () => composer.focus(),
});
const composer = new Composer(store, {
  say: (text, replyTo) => say(text, replyTo),
  edit: (m, text) => attempt(() => api.edit(m.channel, m.id, store.me, text)),
  use: (command, options) => attempt(() => api.use(store.channel, store.me, command.name, options)),
  problem,
  aimed: () => showLog(),
  editLast: () => {
    const m = store.lastOwn();
    if (m) composer.edit(m);
  },
  replyNext,
});

let firstUnread; // ID of the message above which the line "New" stands
let opening = 0; // counts openings of channels, to tell a late answer
let held = null; // changes of the open channel while it is being loaded
const typing = new Map(); // channel and person: {channel, author, timer}
const unsaid = new Map(); // message ID: timer until it is read out

// attempt does what may be refused, and reports whether it was done.
async function attempt(f) {
  problem("");
  try {
    await f();
    return true;
  } catch (e) {
    problem(e.message);
    return false;
  }
}

let problemTimer = 0;
function problem(text) {
  clearTimeout(problemTimer);
  $("problem").textContent = text;
  $("problem").hidden = !text;
  if (text) problemTimer = setTimeout(() => problem(""), problemFor);
}

function say(text, replyTo) {
  firstUnread = undefined;
  log.toBottom();
  return attempt(() => api.say(store.channel, store.me, text, replyTo));
}

function showSide() {
  showHead(store);
  showPlaces(store, open, openDM);
  showPeople(store, speakAs);
}

function showLog() {
  const view = (m) => ({ own: store.own(m), aimed: store.aimed(m), target: m.id === composer.target });
  log.show(store.shown(), view, firstUnread, store.more);
  showEmpty(store, examples());
}

// examples are things to ask in a channel in which nothing was said yet.
function examples() {
  const ask = (text) => [text, () => say(store.open.guild ? `<@${store.bot.id}> ${text}` : text)];
  return ["What can you do?", "Explain rainbows in three sentences", "Write a haiku about the sea"].map(ask);
}

// open shows a channel.
async function open(id) {
  drawer(false);
  store.channel = id;
  firstUnread = store.unread[id]?.first;
  delete store.unread[id];
  store.save();
  showSide();
  composer.enter();
  await load();
  log.toBottom();
  showTyping();
}

// load gets the messages of the open channel. What changes meanwhile is held
// and put on top of them: the answer may have been made before or after it.
async function load() {
  const turn = ++opening;
  const channel = store.channel;
  held = [];
  let page = { messages: [], more: false };
  if (channel) await attempt(async () => (page = await api.messages(channel)));
  if (turn !== opening) return;
  store.load(page);
  const missed = held;
  held = null;
  missed.forEach(change);
  showLog();
}

async function loadOlder() {
  const channel = store.channel;
  const before = store.list[0]?.id;
  $("older").disabled = true;
  await attempt(async () => {
    const page = await api.messages(channel, before);
    if (channel === store.channel) store.loadOlder(page);
  });
  $("older").disabled = false;
  showLog();
}

async function openDM() {
  await attempt(async () => {
    const { channel } = await api.openDM(store.me);
    store.overview(await api.state());
    await open(channel);
  });
}

async function speakAs(id) {
  if (!id || id === store.me) return;
  const before = store.channel;
  store.me = id;
  store.overview(store);
  if (store.channel !== before) return open(store.channel);
  store.save();
  showSide();
  composer.gone(composer.target);
  showLog();
  composer.placeholder();
  composer.focus();
}

// replyNext aims the reply at the message before or after the present target.
function replyNext(step) {
  const all = store.shown().filter((m) => !m.ephemeral);
  const i = composer.replying ? all.findIndex((m) => m.id === composer.target) : all.length;
  const next = all[i + step];
  if (next) composer.reply(next);
  else if (step > 0) composer.cancel();
}

// renew loads everything again, staying where one is.
async function renew() {
  await attempt(async () => {
    const before = store.channel;
    store.overview(await api.state());
    showSide();
    if (store.channel !== before) return open(store.channel);
    await load();
  });
}

function change(c) {
  const { kind, message: m } = c;
  if (held && m?.channel === store.channel) return held.push(c);
  switch (kind) {
    case "message": return hear(m);
    case "deleted":
      store.forget(m);
      composer.gone(m.id);
      return showLog();
    case "typing": return type(m);
    case "places":
    case "reset": return renew();
  }
}

function hear(m) {
  endTyping(m.channel, m.author.id);
  const wasUnread = JSON.stringify(store.unread);
  const isNew = store.hear(m);
  if (JSON.stringify(store.unread) !== wasUnread) {
    store.save();
    showSide();
  }
  if (m.channel !== store.channel) return;
  if (log.atBottom) store.trim();
  showLog();
  if (isNew && m.author.id !== store.me) log.arrived();
  if (isNew || unsaid.has(m.id)) readOut(m);
}

// readOut has a message read to those who cannot see it, once it has stopped
// growing.
function readOut(m) {
  if (m.author.id === store.me || (m.ephemeral && m.ephemeral !== store.me)) return;
  clearTimeout(unsaid.get(m.id));
  unsaid.set(m.id, setTimeout(() => {
    unsaid.delete(m.id);
    const words = document.querySelector(`#m${CSS.escape(m.id)} .body`)?.textContent;
    if (words) $("said").textContent = `${m.author.name}: ${words}`;
  }, settled));
}

function type({ channel, author }) {
  if (author.id === store.me) return;
  const key = `${channel} ${author.id}`;
  clearTimeout(typing.get(key)?.timer);
  typing.set(key, { channel, author, timer: setTimeout(() => endTyping(channel, author.id), typingFor) });
  showTyping();
}

function endTyping(channel, person) {
  const key = `${channel} ${person}`;
  clearTimeout(typing.get(key)?.timer);
  if (typing.delete(key)) showTyping();
}

function showTyping() {
  const names = [...typing.values()].filter((t) => t.channel === store.channel).map((t) => t.author.name);
  if (!names.length) return fill($("typing"));
  const who = names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names.at(-1)} are` : `${names[0]} is`;
  fill($("typing"), dots(), `${who} typing…`);
}

// keys that work wherever the focus is.
document.addEventListener("keydown", (e) => {
  const digit = /^Digit([1-9])$/.exec(e.code)?.[1];
  if (e.altKey && !e.ctrlKey && !e.metaKey && digit) {
    e.preventDefault();
    speakAs(store.people[digit - 1]?.id);
  } else if (e.altKey && (e.key === "ArrowUp" || e.key === "ArrowDown")) {
    e.preventDefault();
    step(e.key === "ArrowUp" ? -1 : 1);
  } else if (e.key === "Escape") {
    drawer(false);
    composer.focus();
  } else if (e.key.length === 1 && e.key !== " " && !e.altKey && !e.ctrlKey && !e.metaKey && !e.target.matches("input, select, textarea")) {
    composer.focus(); // before the letter arrives: it goes where it was meant to
  }
});

// step opens the channel before or after the open one in the list.
function step(by) {
  const all = [...$("places").querySelectorAll("button")];
  const i = all.findIndex((b) => b.ariaCurrent === "page");
  all[(i + by + all.length) % all.length]?.click();
}

async function start() {
  const begun = await attempt(async () => {
    const world = await api.state();
    store.overview(world);
    await open(store.channel);
    follow(world.last, { change, online: (up) => ($("offline").hidden = up) });
  });
  if (!begun) setTimeout(start, 2000);
}

$("menu").addEventListener("click", () => drawer(!document.body.classList.contains("open")));
$("shade").addEventListener("click", () => drawer(false));
start();
