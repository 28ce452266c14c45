// The list of places and of the people that one can speak as.

import { $, face, fill, h } from "./dom.js";

const digits = 9; // people that have a key of their own

// showPlaces lists the channels that whoever speaks can see.
export function showPlaces(store, open, openDM) {
  const mine = store.visible();
  const sections = store.guilds.map((g) => section(g.name, inGuild(mine, g).map((c) => entry(store, c, open))));
  const dm = store.dm();
  const direct = dm
    ? entry(store, dm, open)
    : h("li", {}, h("button", { type: "button", onclick: openDM }, mark("@"), h("span", { class: "name" }, store.bot.name)));
  const focused = document.activeElement?.dataset?.channel;
  fill($("places"), ...sections.flat(), ...section("Direct messages", [direct]));
  if (focused) $("places").querySelector(`[data-channel="${CSS.escape(focused)}"]`)?.focus();
}

// inGuild lists a guild's channels, each followed by its threads.
function inGuild(channels, guild) {
  const own = channels.filter((c) => c.guild === guild.id);
  const tops = own.filter((c) => !own.some((p) => p.id === c.parent));
  return tops.flatMap((c) => [c, ...own.filter((t) => t.parent === c.id)]);
}

function section(name, entries) {
  return [h("h2", {}, name), h("ul", {}, ...entries)];
}

function entry(store, c, open) {
  const unread = store.unread[c.id];
  const classes = [unread && "unread", c.parent && "thread"].filter(Boolean).join(" ");
  const name = c.guild ? c.name : store.bot.name;
  return h("li", {}, h("button", {
    type: "button", class: classes, "data-channel": c.id, onclick: () => open(c.id),
    "aria-current": c.id === store.channel && "page",
  }, mark(sign(c)), h("span", { class: "name" }, name), unread && badge(unread)));
}

function badge({ count, mentioned }) {
  return h("span", { class: mentioned ? "count mentioned" : "count" },
    count > 99 ? "99+" : String(count), h("span", { class: "unseen" }, " unread"));
}

function mark(sign) {
  return h("span", { class: "mark", "aria-hidden": "true" }, sign);
}

// sign is what stands before a channel's name.
export function sign(c) {
  if (!c.guild) return "@";
  return c.parent ? "↳" : "#";
}

// showPeople lists who can be spoken as. speakAs is told whether it was the
// keyboard that chose: then the focus stays in the list.
export function showPeople(store, speakAs) {
  const focused = $("faces").contains(document.activeElement);
  let clicked = false;
  fill($("faces"), ...store.people.map((p, i) => h("label", { class: "person", onclick: (e) => (clicked ||= e.detail > 0) },
    h("input", { type: "radio", name: "me", value: p.id, checked: p.id === store.me, onchange: () => speakAs(p.id, !clicked) }),
    face(p), p.name,
    i < digits && h("kbd", { "aria-label": `Alt and ${i + 1}` }, `Alt ${i + 1}`))));
  if (focused) $("faces").querySelector(":checked")?.focus();
}

// showHead names the open channel, above its messages and in the title of the
// window with what was not seen yet: away are messages of the open channel.
export function showHead(store, away) {
  const c = store.open;
  $("title").textContent = `${store.bot.name} playground`;
  fill($("place"), c && mark(sign(c)), c ? (c.guild ? c.name : store.bot.name) : "No channel");
  $("topic").textContent = c?.topic ?? (c && !c.guild ? `What you and ${store.bot.name} say to each other` : "");
  const unread = store.unseen() + away;
  const name = c ? (c.guild ? `#${c.name}` : `@${store.bot.name}`) : store.bot.name;
  document.title = `${unread ? `(${unread}) ` : ""}${name} – ${store.bot.name} playground`;
}

// drawer opens and closes the side on a narrow screen.
export function drawer(open) {
  document.body.classList.toggle("open", open);
  $("menu").ariaExpanded = String(open);
  if (open) $("places").querySelector("[aria-current]")?.focus();
}
