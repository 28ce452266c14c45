// Small helpers for making elements. What people have written is only ever set
// as text, except for the HTML that the server has rendered and escaped.

export const $ = (id) => document.getElementById(id);

// h makes an element. Attributes that are null, undefined or false are left
// out; those that begin with "on" are listeners. Children are nodes or text.
export function h(tag, attrs = {}, ...children) {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(attrs)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) el.addEventListener(name.slice(2), value);
    else el.setAttribute(name, value === true ? "" : value);
  }
  el.append(...children.filter((c) => c !== null && c !== undefined && c !== false));
  return el;
}

// fill sets an element's children.
export function fill(el, ...children) {
  el.replaceChildren(...children.filter((c) => c !== null && c !== undefined && c !== false));
}

const golden = 137.5; // degrees; any number of hues that far apart differ
const hues = new Map(); // person's ID: hue

// colour gives each of the people a hue of their own.
export function colour(people) {
  people.forEach((p, i) => hues.set(p.id, (40 + i * golden) % 360));
}

// tint gives an element the hue of a person; the style sheet makes a colour of it.
export function tint(el, person) {
  el.style.setProperty("--hue", hues.get(person.id) ?? 250);
  return el;
}

// face is the round picture of a person: the first letter of the name.
export function face(person) {
  const el = h("span", { class: person.bot ? "face bot" : "face", "aria-hidden": "true" });
  el.textContent = [...person.name][0]?.toUpperCase() ?? "?";
  return tint(el, person);
}

// dots are the three that move while somebody is at it.
export function dots() {
  return h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"));
}

// size tells a number of bytes the way people say it.
export function size(bytes) {
  if (bytes < 1024) return `${bytes} bytes`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KiB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
