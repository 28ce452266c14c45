// The messages of the open channel: keeps one element per message, stays at the
// bottom if it was there, and moves the focus through messages by keyboard.

import { $, fill, h } from "./dom.js";
import { ask, localTime, paint, reveal } from "./message.js";

const near = 48; // pixels from the bottom that count as being there
const groupFor = 7 * 60_000; // ms within which messages of one author are a group
const tick = 20_000; // ms between renewals of relative times

const day = new Intl.DateTimeFormat(undefined, { dateStyle: "full" });

export class Log {
  #scroll = $("scroll");
  #list = $("log");
  #down = $("down");
  #items = new Map(); // message ID: {li, m, look}
  #bottom = true; // stay at the bottom while messages grow
  #was = 0; // where the list was scrolled to last
  #act;

  // act has what can be done with messages: reply, edit, remove, older, lost
  // (one to show that is not loaded), leave.
  constructor(act) {
    this.#act = { ...act, jump: (id) => this.jump(id) };
    this.#scroll.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    const sizes = new ResizeObserver(() => this.#bottom && this.toBottom());
    sizes.observe(this.#list);
    sizes.observe(this.#scroll);
    this.#down.addEventListener("click", () => this.toBottom());
    $("older").addEventListener("click", () => act.older());
    this.#list.addEventListener("keydown", (e) => this.#key(e));
    this.#list.addEventListener("click", (e) => this.#spoiler(e));
    setInterval(() => this.#list.querySelectorAll('.body time[data-style="R"]').forEach(localTime), tick);
  }

  get atBottom() {
    return this.#bottom;
  }

  // show brings the list up to date. view tells how whoever speaks stands to
  // a message; from is the first one that was unread, or undefined.
  show(messages, view, from, more) {
    const anchor = this.#bottom ? null : this.#anchor();
    const rows = [];
    let before = null;
    for (const m of messages) {
      const turn = !before || new Date(before.time).toDateString() !== new Date(m.time).toDateString();
      if (turn) rows.push(this.#divider(`day ${day.format(new Date(m.time))}`, day.format(new Date(m.time))));
      if (m.id === from) rows.push(this.#divider("new", "New", "new"));
      rows.push(this.#item(m, view(m), turn || m.id === from || !joins(before, m)));
      before = m;
    }
    this.#arrange(rows);
    $("older").hidden = !more;
    if (this.#bottom) this.toBottom();
    else if (anchor?.li.isConnected) this.#scroll.scrollTop += anchor.li.getBoundingClientRect().top - anchor.top;
  }

  #item(m, view, first) {
    const look = JSON.stringify([first, view]);
    let item = this.#items.get(m.id);
    if (!item) this.#items.set(m.id, (item = { li: h("li", { id: `m${m.id}`, tabindex: "-1" }) }));
    if (item.m !== m || item.look !== look) {
      paint(item.li, m, { ...view, first, act: this.#act });
      Object.assign(item, { m, look });
    }
    return item.li;
  }

  #divider(id, text, kind = "") {
    let item = this.#items.get(id);
    if (!item) {
      const li = h("li", { class: `divider ${kind}`, role: "separator", "aria-label": text }, text);
      this.#items.set(id, (item = { li }));
    }
    return item.li;
  }

  // arrange puts the rows in the list, moving as few as it can, and lets the
  // others go.
  #arrange(rows) {
    const kept = new Set(rows);
    for (const [id, { li }] of this.#items) {
      if (kept.has(li)) continue;
      li.remove();
      this.#items.delete(id);
    }
    rows.forEach((li, i) => {
      if (this.#list.children[i] !== li) this.#list.insertBefore(li, this.#list.children[i] ?? null);
    });
    if (!this.#list.contains(document.activeElement)) this.#enterAt(this.#messages().at(-1));
  }

  #messages() {
    return [...this.#list.querySelectorAll("li[id]")];
  }

  // anchor is the uppermost message in sight, which must not move.
  #anchor() {
    const edge = this.#scroll.getBoundingClientRect().top;
    const li = this.#messages().find((el) => el.getBoundingClientRect().bottom > edge);
    return li && { li, top: li.getBoundingClientRect().top };
  }

  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroll;
    const left = scrollHeight - scrollTop - clientHeight;
    // Messages that grow make the way to the bottom longer, too; only who
    // scrolls up has left it.
    if (left < near) this.#bottom = true;
    else if (scrollTop < this.#was) this.#bottom = false;
    this.#was = scrollTop;
    if (this.#bottom) this.#down.hidden = true;
    else if (left > clientHeight) this.#offer("Latest messages ↓");
  }

  #offer(text) {
    if (!this.#down.hidden) return;
    this.#down.textContent = text;
    this.#down.hidden = false;
  }

  // arrived tells that a message has come that may be out of sight.
  arrived() {
    if (this.#bottom) return;
    this.#down.hidden = true;
    this.#offer("New messages ↓");
  }

  toBottom() {
    this.#scroll.scrollTop = this.#scroll.scrollHeight;
    this.#was = this.#scroll.scrollTop;
    this.#bottom = true;
    this.#down.hidden = true;
  }

  // jump scrolls to a message, if it is loaded.
  jump(id) {
    const li = this.#items.get(id)?.li;
    if (!li) return this.#act.lost();
    this.#bottom = false;
    li.scrollIntoView({ block: "center" });
    li.classList.add("found");
    setTimeout(() => li.classList.remove("found"), 1600);
  }

  // enterAt makes a message the one that the Tab key leads to.
  #enterAt(li) {
    this.#list.querySelector('li[tabindex="0"]')?.setAttribute("tabindex", "-1");
    li?.setAttribute("tabindex", "0");
  }

  #focus(li) {
    this.#enterAt(li);
    li.focus();
  }

  #key(e) {
    if (e.altKey || e.ctrlKey || e.metaKey) return;
    if (e.key === "Escape") return done(e, () => this.#act.leave());
    const li = e.target.closest("li");
    const m = this.#items.get(li?.id.slice(1))?.m;
    if (e.target.matches(".spoiler") && (e.key === "Enter" || e.key === " ")) return done(e, () => reveal(e.target));
    if (e.target !== li || !m) return;
    const all = this.#messages();
    const i = all.indexOf(li);
    switch (e.key) {
      case "ArrowUp": return done(e, () => this.#focus(all[Math.max(0, i - 1)]));
      case "ArrowDown": return done(e, () => (i + 1 < all.length ? this.#focus(all[i + 1]) : this.#act.leave()));
      case "Home": return done(e, () => this.#focus(all[0]));
      case "End": return done(e, () => this.#focus(all.at(-1)));
      case "r": case "Enter": return done(e, () => li.querySelector(".acts .reply")?.click());
      case "e": return done(e, () => li.querySelector(".acts .edit")?.click());
      case "Delete": case "Backspace": return done(e, () => ask(li));
    }
  }

  #spoiler(e) {
    const spoiler = e.target.closest(".spoiler");
    if (spoiler?.ariaExpanded === "false") {
      e.preventDefault(); // a link under it is not followed unseen
      reveal(spoiler);
    }
  }
}

function done(e, f) {
  e.preventDefault();
  e.stopPropagation();
  f();
}

// joins reports whether a message goes on where the one before it ended.
function joins(before, m) {
  return before.author.id === m.author.id && !m.reply && !m.command
    && before.ephemeral === m.ephemeral && new Date(m.time) - new Date(before.time) < groupFor;
}

// showEmpty shows what can be done in a channel in which nothing was said. While
// the channel is being loaded, one does not know.
export function showEmpty(store, examples, loading) {
  const box = $("empty");
  const channel = store.open;
  box.hidden = loading || !channel || store.shown().length > 0;
  if (box.hidden) return;
  const lead = channel.guild
    ? `Mention @${store.bot.name} in a message, or click one of these. It answers here, for all to see.`
    : `Only the two of you read this. Just write; no mention is needed.`;
  fill(box,
    h("strong", {}, channel.guild ? `Ask @${store.bot.name} something` : `Talk to ${store.bot.name}`),
    h("p", {}, lead),
    h("div", { class: "examples" }, ...examples.map(([text, click]) => h("button", { type: "button", onclick: click }, text))));
}
