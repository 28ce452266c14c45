// Who is typing, and where.

import { $, dots, fill } from "./dom.js";

const shown = 10_000; // ms that Discord shows somebody as typing

export class Typing {
  #all = new Map(); // channel and person: {channel, author, timer}
  #channel = ""; // the one that is open

  // show tells who is typing in a channel, from now on.
  show(channel) {
    this.#channel = channel;
    const names = [...this.#all.values()].filter((t) => t.channel === channel).map((t) => t.author.name);
    if (!names.length) return fill($("typing"));
    const who = names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names.at(-1)} are` : `${names[0]} is`;
    fill($("typing"), dots(), `${who} typing…`);
  }

  begin(channel, author) {
    this.#drop(channel, author.id);
    const timer = setTimeout(() => this.end(channel, author.id), shown);
    this.#all.set(`${channel} ${author.id}`, { channel, author, timer });
    this.show(this.#channel);
  }

  end(channel, person) {
    if (this.#drop(channel, person)) this.show(this.#channel);
  }

  #drop(channel, person) {
    const key = `${channel} ${person}`;
    clearTimeout(this.#all.get(key)?.timer);
    return this.#all.delete(key);
  }
}
