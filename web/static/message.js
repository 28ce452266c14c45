// One message as an element: who, when, what it answers, its text and files.

import { fileURL } from "./api.js";
import { dots, face, h, size, tint } from "./dom.js";

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const short = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }); // fits the margin
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });
const pictures = ["image/png", "image/jpeg", "image/gif", "image/webp"];

// paint makes or renews a message's element. first says that it begins a group;
// view tells how whoever speaks stands to it: own, aimed, target.
export function paint(li, m, { first, own, aimed, target, act }) {
  const shown = [...li.querySelectorAll(".spoiler")].map((s) => s.ariaExpanded === "true");
  const asking = li.querySelector(".acts .sure") !== null;
  li.className = [first && "first", aimed && "aimed", target && "target"].filter(Boolean).join(" ");
  li.replaceChildren(...parts(m, first, act), acts(m, own, act));
  li.querySelectorAll(".spoiler").forEach((s, i) => shown[i] && reveal(s));
  if (asking) ask(li);
}

function parts(m, first, act) {
  const time = new Date(m.time);
  const stamp = h("time", { datetime: m.time, title: full.format(time) }, clock.format(time));
  const out = [];
  if (m.reply) out.push(quote(m.reply, act));
  if (m.command) {
    out.push(h("div", { class: "above" }, h("b", {}, m.command.person), h("span", {}, `used /${m.command.name}`)));
  }
  if (first) {
    const name = tint(h("strong", m.author.bot ? { class: "bot" } : {}, m.author.name), m.author);
    out.push(face(m.author));
    out.push(h("div", { class: "message" },
      h("div", { class: "who" }, name, m.author.bot && h("span", { class: "tag" }, "APP"), stamp), ...content(m)));
  } else {
    stamp.className = "stamp";
    stamp.textContent = short.format(time);
    out.push(stamp, h("div", { class: "message" }, ...content(m)));
  }
  return out;
}

function quote(q, act) {
  if (q.deleted) return h("div", { class: "above" }, h("i", {}, "The message this answers was deleted"));
  return h("button", { class: "above", type: "button", tabindex: "-1", title: "Show that message", onclick: () => act.jump(q.id) },
    h("b", {}, q.name), h("span", {}, q.text || "attachment"));
}

function content(m) {
  if (m.thinking) {
    return [h("div", { class: "thinking" }, dots(), `${m.author.name} is thinking…`), only(m)];
  }
  const body = h("div", { class: "body" });
  body.innerHTML = m.html; // rendered and escaped by the server
  body.querySelectorAll("pre").forEach(copyable);
  body.querySelectorAll("time").forEach(localTime);
  if (m.edited) body.append(h("span", { class: "edited", title: "This message was changed after it was posted" }, " (edited)"));
  return [body, m.files?.length && files(m.files), only(m)];
}

function only(m) {
  return m.ephemeral && h("p", { class: "note" }, "Only you can see this.");
}

function files(list) {
  return h("div", { class: "files" }, ...list.map((f) => {
    const url = fileURL(f);
    if (pictures.includes(f.type)) {
      return h("a", { href: url, target: "_blank", rel: "noopener" }, h("img", { src: url, alt: f.name, title: f.name }));
    }
    return h("a", { class: "file", href: url, download: f.name }, f.name, h("span", {}, size(f.size)));
  }));
}

// acts are the buttons of a message; the keys that do the same are log.js's.
function acts(m, own, act) {
  const button = (name, label, f) =>
    h("button", { type: "button", class: name, tabindex: "-1", onclick: f }, label);
  return h("div", { class: "acts" },
    !m.ephemeral && button("reply", "Reply", () => act.reply(m)),
    own && button("edit", "Edit", () => act.edit(m)),
    own && button("delete", "Delete", (e) => {
      if (e.currentTarget.classList.contains("sure")) act.remove(m);
      else ask(e.currentTarget.closest("li"));
    }));
}

// ask turns the delete button into a question; it is taken back when it is left.
export function ask(li) {
  const button = li.querySelector(".acts .delete");
  if (!button) return;
  button.classList.add("sure");
  button.textContent = "Really delete?";
  button.focus();
  button.addEventListener("blur", () => {
    button.classList.remove("sure");
    button.textContent = "Delete";
  }, { once: true });
}

function copyable(pre) {
  const button = h("button", { type: "button", class: "copy", tabindex: "-1" }, "Copy");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(pre.querySelector("code").textContent);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not allowed";
    }
    setTimeout(() => (button.textContent = "Copy"), 1500);
  });
  pre.append(button);
}

// reveal shows what is under a spoiler.
export function reveal(spoiler) {
  spoiler.ariaExpanded = "true";
  spoiler.removeAttribute("role");
  spoiler.removeAttribute("tabindex");
  spoiler.removeAttribute("aria-label");
}

// The styles of Discord's timestamps (Reference: Message formatting).
const styles = {
  t: { timeStyle: "short" }, T: { timeStyle: "medium" },
  d: { dateStyle: "short" }, D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" }, F: { dateStyle: "full", timeStyle: "short" },
};

// localTime shows a time of a text in the reader's own time zone.
export function localTime(el) {
  const at = new Date(el.dateTime);
  el.title = full.format(at);
  el.textContent = el.dataset.style === "R"
    ? relative(at - Date.now())
    : new Intl.DateTimeFormat(undefined, styles[el.dataset.style] ?? styles.f).format(at);
}

const ago = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
const units = [["year", 31_557_600], ["month", 2_629_800], ["day", 86_400], ["hour", 3600], ["minute", 60], ["second", 1]];

function relative(ms) {
  const s = ms / 1000;
  const [unit, seconds] = units.find(([, n]) => Math.abs(s) >= n) ?? units.at(-1);
  return ago.format(Math.round(s / seconds), unit);
}
