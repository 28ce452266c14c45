// The list of suggestions above the message box: commands and mentions.

import { $, fill, h } from "./dom.js";

const most = 25; // suggestions shown at once: more commands than the bot has

export class Suggest {
  #box = $("suggest");
  #text = $("text");
  #items = [];
  #at = 0;

  get open() {
    return !this.#box.hidden;
  }

  // offer shows items of {name, note, tag, pick}; none hide the list.
  offer(items) {
    const kept = this.#items[this.#at]?.name;
    this.#items = items.slice(0, most);
    this.#at = Math.max(0, this.#items.findIndex((i) => i.name === kept));
    fill(this.#box, ...this.#items.map((item, i) => h("div", {
      role: "option", id: `option${i}`,
      onmousedown: (e) => e.preventDefault(), // the focus stays in the box
      onclick: () => item.pick(),
      onmousemove: () => this.#move(i),
    }, h("b", {}, item.name), item.tag && h("i", {}, item.tag), item.note && h("span", {}, item.note))));
    this.#box.hidden = this.#items.length === 0;
    if (this.open) this.#move(this.#at);
    else this.#text.removeAttribute("aria-activedescendant");
  }

  #move(i) {
    this.#at = (i + this.#items.length) % this.#items.length;
    [...this.#box.children].forEach((el, n) => (el.ariaSelected = String(n === this.#at)));
    this.#text.setAttribute("aria-activedescendant", `option${this.#at}`);
    this.#box.children[this.#at].scrollIntoView({ block: "nearest" });
  }

  // key takes a key that belongs to the list, and reports whether it did.
  key(e) {
    if (!this.open || e.ctrlKey || e.metaKey || e.altKey) return false;
    switch (e.key) {
      case "ArrowDown": this.#move(this.#at + 1); break;
      case "ArrowUp": this.#move(this.#at - 1); break;
      case "Enter":
        if (e.shiftKey) return false;
        this.#items[this.#at].pick();
        break;
      case "Tab":
        if (e.shiftKey) return false;
        this.#items[this.#at].pick();
        break;
      case "Escape": this.offer([]); break;
      default: return false;
    }
    e.preventDefault();
    return true;
  }
}

// rank sorts what matches before what merely contains, and leaves out the rest.
export function rank(items, typed, name) {
  const starts = items.filter((i) => name(i).toLowerCase().startsWith(typed));
  const holds = items.filter((i) => !starts.includes(i) && name(i).toLowerCase().includes(typed));
  return [...starts, ...holds];
}
