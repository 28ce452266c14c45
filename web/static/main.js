// The playground page: ties what is known (store.js) to what is shown.

import * as api from "./api.js";
import { Composer } from "./composer.js";
import { $, colour } from "./dom.js";
import { Log, showEmpty } from "./log.js";
import { attempt, perform, problem, readOut, unfinished } from "./notice.js";
import { drawer, showHead, showPeople, showPlaces } from "./side.js";
import { Store } from "./store.js";
import { follow } from "./stream.js";
import { Typing } from "./typing.js";

const again = 2_000; // ms until what has failed is tried again
const nothing = { messages: [], more: false };

const store = new Store();
const log = new Log({
  reply: (m) => composer.reply(m),
  edit: (m) => composer.edit(m),
  remove: (m) => perform(() => api.remove(m.channel, m.id, store.me)).then(() => composer.focus()),
  older: loadOlder,
  lost: () => problem("That message is further up, or gone. Load older messages to look for it."),
  leave: () => composer.focus(),
});
const composer = new Composer(store, {
  say: (text, replyTo) => say(text, replyTo),
  edit: (m, text) => perform(() => api.edit(m.channel, m.id, store.me, text)),
  use: (command, options) => perform(() => api.use(store.channel, store.me, command.name, options)),
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
let away = 0; // messages that have come to the open channel while nobody looked
let held = null; // changes of the open channel while it is being loaded
const typing = new Typing();

function say(text, replyTo) {
  firstUnread = undefined;
  log.toBottom();
  return perform(() => api.say(store.channel, store.me, text, replyTo));
}

function showSide() {
  colour(store.people);
  showHead(store, away);
  showPlaces(store, choose, openDM);
  showPeople(store, speakAs);
}

function showLog() {
  const view = (m) => ({ own: store.own(m), aimed: store.aimed(m), target: m.id === composer.target });
  log.show(store.shown(), view, firstUnread, store.more);
  showEmpty(store, examples(), held !== null);
}

// examples are things to ask in a channel in which nothing was said yet. A
// stand-in for the model can answer them, too.
function examples() {
  const ask = (text) => [text, () => {
    say(store.open.guild ? `<@${store.bot.id}> ${text}` : text);
    composer.focus();
  }];
  return ["What can you do?", "Write fizzbuzz in Go", "Tell me a joke"].map(ask);
}

// choose goes to a channel that was picked in the list.
function choose(id) {
  if (id !== store.channel) return open(id);
  drawer(false);
  composer.focus();
}

// open shows a channel.
async function open(id) {
  drawer(false);
  store.channel = id;
  store.load(nothing); // those of another channel are not to be seen in this one
  firstUnread = store.unread[id]?.first;
  delete store.unread[id];
  store.save();
  showSide();
  composer.enter();
  typing.show(id);
  await attempt(load);
  log.toBottom();
}

// load gets the messages of the open channel. What changes meanwhile is held
// and put on top of them: the answer may have been made before or after it.
async function load() {
  const turn = ++opening;
  held = [];
  showLog();
  try {
    const page = store.channel ? await api.messages(store.channel) : nothing;
    if (turn === opening) store.load(page);
  } finally {
    if (turn === opening) {
      const missed = held;
      held = null;
      missed.forEach(change);
      showLog();
    }
  }
}

async function loadOlder() {
  const channel = store.channel;
  const before = store.list[0]?.id;
  $("older").disabled = true;
  await perform(async () => {
    const page = await api.messages(channel, before);
    if (channel === store.channel) store.loadOlder(page);
  });
  $("older").disabled = false;
  showLog();
}

async function openDM() {
  await perform(async () => {
    const { channel } = await api.openDM(store.me);
    store.overview(await api.state());
    await open(channel);
  });
}

// speakAs lets somebody else speak. stay leaves the focus where it is.
async function speakAs(id, stay) {
  if (!id || id === store.me) return;
  const before = store.channel;
  store.me = id;
  store.settle();
  composer.spokenAs();
  if (store.channel !== before) return open(store.channel);
  store.save();
  showSide();
  showLog();
  if (!stay) composer.focus();
}

// replyNext aims the reply at the message before or after the present target.
function replyNext(step) {
  const all = store.shown().filter((m) => !m.ephemeral);
  const i = composer.replying ? all.findIndex((m) => m.id === composer.target) : all.length;
  const next = all[i + step];
  if (next) composer.reply(next);
  else if (step > 0) composer.cancel();
}

// renewPlaces loads the overview again, staying where one is. It reports
// whether the open channel is still there.
async function renewPlaces() {
  const before = store.channel;
  store.overview(await api.state());
  if (store.channel !== before) {
    await open(store.channel);
    return false;
  }
  showSide();
  return true;
}

// renew loads everything again, until it has succeeded.
async function renew() {
  const done = await attempt(async () => {
    if (await renewPlaces()) await load();
  });
  if (!done) setTimeout(renew, again);
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
    case "typing":
      if (m.author.id !== store.me) typing.begin(m.channel, m.author);
      return;
    case "places": return attempt(renewPlaces);
    case "reset": return renew();
  }
}

function hear(m) {
  typing.end(m.channel, m.author.id);
  const news = store.hear(m);
  if (news === "elsewhere") {
    store.save();
    showSide();
  }
  if (m.channel !== store.channel) return;
  if (log.atBottom) store.trim();
  showLog();
  const forMe = m.author.id !== store.me && (!m.ephemeral || m.ephemeral === store.me);
  if (news === "here" && forMe) arrive(m);
  else if (unfinished(m)) readOut(m);
}

// arrive notes a message that somebody else has said in the open channel.
function arrive(m) {
  log.arrived();
  readOut(m);
  if (!document.hidden) return;
  away++;
  firstUnread ??= m.id;
  showHead(store, away);
  showLog();
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
  if (!begun) setTimeout(start, again);
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) firstUnread = undefined;
  else away = 0;
  showHead(store, away);
});

$("menu").addEventListener("click", () => drawer(!document.body.classList.contains("open")));
$("shade").addEventListener("click", () => drawer(false));
start();
