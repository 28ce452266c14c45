// The message box: writing, replying, editing, mentions, and the way into a
// command's form.

import { CommandForm } from "./command.js";
import { $, face, fill, h } from "./dom.js";
import { rank, Suggest } from "./suggest.js";
import { toSent, toTyped, word } from "./text.js";

export class Composer {
  #text = $("text");
  #context = $("context");
  #suggest = new Suggest();
  #command;
  #store;
  #do;
  #aim = null; // {kind: "reply" | "edit", message}

  // act has say(text, replyTo), edit(message, text), use(command, options),
  // problem(text), aimed() and the keys editLast(), replyNext(step).
  constructor(store, act) {
    this.#store = store;
    this.#do = act;
    this.#command = new CommandForm({
      send: (command, options) => act.use(command, this.#sentOptions(command, options)),
      problem: act.problem,
      close: () => this.#closeCommand(),
    });
    $("say").addEventListener("submit", (e) => {
      e.preventDefault();
      this.#send();
    });
    this.#text.addEventListener("input", () => this.#changed());
    this.#text.addEventListener("click", () => this.#look());
    this.#text.addEventListener("blur", () => this.#suggest.offer([]));
    this.#text.addEventListener("keydown", (e) => this.#key(e));
    this.#context.querySelector("button").addEventListener("click", () => this.cancel());
  }

  // target is the ID of the message that is being replied to or edited.
  get target() {
    return this.#aim?.message.id;
  }

  get replying() {
    return this.#aim?.kind === "reply";
  }

  // enter comes to the open channel, with what was begun there.
  enter() {
    this.#aim = null;
    if (this.#command.open) this.#command.hide();
    this.#set(this.#store.drafts[this.#store.channel] ?? "");
    this.#showAim();
    this.#invite();
    this.focus();
  }

  // invite tells where a message would go, and whose it would be.
  #invite() {
    const { open, bot, self } = this.#store;
    fill($("self"), self && face(self));
    $("self").title = self ? `You speak as ${self.name}` : "";
    const where = open?.guild ? `Message #${open.name} — mention @${bot.name} to ask` : `Message @${bot.name}`;
    this.#text.placeholder = open ? where : "There is no channel to write in";
    this.#text.disabled = !open;
  }

  focus() {
    if (this.#command.open) return;
    this.#text.focus({ preventScroll: true });
  }

  reply(message) {
    if (this.#aim?.kind === "edit") this.cancel();
    this.#begin({ kind: "reply", message });
  }

  edit(message) {
    if (this.#command.open) this.#command.hide();
    this.#begin({ kind: "edit", message });
    this.#set(toTyped(message.text, this.#store.here(), this.#store.channels));
  }

  // cancel ends a reply or an edit.
  cancel() {
    const wasEdit = this.#aim?.kind === "edit";
    this.#aim = null;
    if (wasEdit) this.#set(this.#store.drafts[this.#store.channel] ?? "");
    this.#showAim();
    this.focus();
  }

  // spokenAs tells that somebody else speaks now: what was typed is kept, but
  // nobody edits another's message.
  spokenAs() {
    if (this.#aim?.kind === "edit") this.cancel();
    this.#invite();
  }

  // gone ends a reply to or an edit of a message that is no more.
  gone(id) {
    if (this.target === id) this.cancel();
  }

  #begin(aim) {
    this.#aim = aim;
    this.#showAim();
    this.focus();
  }

  #showAim() {
    this.#context.hidden = !this.#aim;
    if (this.#aim) {
      const { kind, message } = this.#aim;
      this.#context.querySelector("span").replaceChildren(
        ...(kind === "edit" ? ["Editing your message"] : ["Replying to ", h("b", {}, message.author.name)]));
    }
    this.#do.aimed();
  }

  #set(text) {
    this.#text.value = text;
    this.#text.setSelectionRange(text.length, text.length);
    this.#grow();
    this.#suggest.offer([]);
  }

  // grow fits the box to its text where the browser does not do so by itself.
  #grow() {
    if (CSS.supports("field-sizing", "content")) return;
    this.#text.style.height = "auto";
    this.#text.style.height = `${this.#text.scrollHeight}px`;
  }

  #changed() {
    this.#keep();
    this.#grow();
    this.#look();
  }

  // keep remembers the draft; the text of an edit is none.
  #keep() {
    if (this.#aim?.kind === "edit") return;
    const { drafts, channel } = this.#store;
    if (this.#text.value) drafts[channel] = this.#text.value;
    else delete drafts[channel];
    this.#store.save();
  }

  async #send() {
    const text = this.#text.value.trim();
    const aim = this.#aim;
    if (aim?.kind === "edit" && !text) return this.#do.problem("A message cannot be empty. Delete it instead.");
    if (!text) return;
    const sent = toSent(text, this.#store.here(), this.#store.channels);
    const channel = this.#store.channel;
    this.#aim = null;
    this.#set("");
    this.#keep();
    this.#showAim();
    const ok = aim?.kind === "edit"
      ? sent === aim.message.text || await this.#do.edit(aim.message, sent)
      : await this.#do.say(sent, aim?.message.id);
    if (ok || this.#store.channel !== channel || this.#text.value) return;
    if (aim) this.#begin(aim); // what could not be sent is not lost
    this.#set(text);
    this.#keep();
  }

  // sentOptions has the names in free texts as IDs.
  #sentOptions(command, options) {
    const free = command.options?.filter((o) => o.kind === "text" && !o.choices?.length && options[o.name]) ?? [];
    const sent = free.map((o) => [o.name, toSent(options[o.name], this.#store.here(), this.#store.channels)]);
    return { ...options, ...Object.fromEntries(sent) };
  }

  #key(e) {
    if (e.isComposing || this.#suggest.key(e)) return;
    const empty = this.#text.value === "";
    if (e.key === "Enter" && !e.shiftKey) {
      e.preventDefault();
      this.#send();
    } else if (e.key === "Escape" && this.#aim) {
      e.preventDefault();
      this.cancel();
    } else if ((e.key === "ArrowUp" || e.key === "ArrowDown") && (e.ctrlKey || e.metaKey)) {
      e.preventDefault();
      this.#do.replyNext(e.key === "ArrowUp" ? -1 : 1);
    } else if (e.key === "ArrowUp" && empty && !this.#aim && !e.altKey && !e.shiftKey) {
      e.preventDefault();
      this.#do.editLast();
    }
  }

  // look offers what fits the text before the caret.
  #look() {
    const { value, selectionStart } = this.#text;
    if (this.#aim?.kind !== "edit" && value.startsWith("/") && !value.includes("\n")) return this.#lookCommands(value.slice(1));
    const w = word(value, selectionStart);
    this.#suggest.offer(w ? this.#mentions(w) : []);
  }

  #lookCommands(typed) {
    const { commands } = this.#store;
    const exact = commands.find((c) => `${c.name} ` === typed);
    if (exact && !commands.some((c) => c !== exact && c.name.startsWith(typed))) return this.#open(exact);
    this.#suggest.offer(rank(commands, typed.toLowerCase(), (c) => c.name)
      .map((c) => ({ name: `/${c.name}`, note: c.description, pick: () => this.#open(c) })));
  }

  #mentions({ mark, typed, start }) {
    const insert = (name) => {
      const { value, selectionStart } = this.#text;
      this.#text.setRangeText(`${mark}${name} `, start, selectionStart + (value[selectionStart] === " " ? 1 : 0), "end");
      this.#changed();
    };
    if (mark === "@") {
      return rank(this.#store.here(), typed, (p) => p.name)
        .map((p) => ({ name: `@${p.name}`, tag: p.bot && "APP", note: p.bot && "the bot", pick: () => insert(p.name) }));
    }
    return rank(this.#store.visible().filter((c) => c.guild), typed, (c) => c.name)
      .map((c) => ({ name: `#${c.name}`, note: c.topic, pick: () => insert(c.name) }));
  }

  #open(command) {
    this.#aim = null;
    this.#set("");
    this.#keep();
    this.#showAim();
    $("say").hidden = true;
    this.#command.show(command, this.#store);
  }

  #closeCommand() {
    this.#do.problem("");
    $("say").hidden = false;
    this.focus();
  }
}
