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

// hue is a person's own colour, an angle that the style sheet uses.
export function hue(person) {
  let sum = 0;
  for (const letter of person.id + person.name) sum = (sum * 31 + letter.codePointAt(0)) % 360;
  return sum;
}

// face is the round picture of a person: the first letter of the name.
export function face(person) {
  const el = h("span", { class: person.bot ? "face bot" : "face", "aria-hidden": "true" });
  el.textContent = [...person.name][0]?.toUpperCase() ?? "?";
  el.style.setProperty("--hue", hue(person));
  return el;
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
