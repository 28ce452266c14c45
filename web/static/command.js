// The form of a slash command: a field per option.

import { $, fill, h } from "./dom.js";

// CommandForm shows one command at a time and sends it.
export class CommandForm {
  #form = $("command");
  #do;

  // act has send(command, options), problem(text, field) and close().
  constructor(act) {
    this.#do = act;
    this.#form.noValidate = true; // the reasons are ours, in one place
    this.#form.addEventListener("submit", (e) => {
      e.preventDefault();
      this.#send();
    });
    this.#form.addEventListener("keydown", (e) => this.#key(e));
  }

  get open() {
    return !this.#form.hidden;
  }

  show(command, store) {
    this.command = command;
    const fields = (command.options ?? []).map((o) => field(o, store));
    fill(this.#form,
      h("span", { class: "name" }, `/${command.name}`),
      ...fields,
      fields.length === 0 && h("span", { class: "about" }, command.description),
      h("span", { class: "ends" },
        h("button", { type: "submit", class: "run" }, "Run"),
        h("button", { type: "button", class: "close", "aria-label": "Cancel the command", title: "Cancel (Esc)", onclick: () => this.hide() }, "✕")));
    this.#form.setAttribute("aria-label", `Command ${command.name}: ${command.description}`);
    this.#form.hidden = false;
    (this.#form.querySelector("input, select") ?? this.#form.querySelector(".run")).focus();
  }

  hide() {
    this.#form.hidden = true;
    this.#form.replaceChildren();
    this.#do.close();
  }

  #key(e) {
    if (e.key === "Escape") {
      e.preventDefault();
      e.stopPropagation();
      this.hide();
    }
    if (e.key === "Enter" && e.target.matches("input, select")) {
      e.preventDefault();
      this.#form.requestSubmit();
    }
  }

  async #send() {
    const options = {};
    for (const o of this.command.options ?? []) {
      const el = this.#form.elements[`option-${o.name}`];
      const wrong = complaint(o, el);
      if (wrong) return this.#complain(el, wrong);
      const value = el.value.trim();
      if (value) options[o.name] = value;
    }
    if (await this.#do.send(this.command, options)) this.hide();
  }

  #complain(el, text) {
    el.setAttribute("aria-invalid", "true");
    el.addEventListener("input", () => el.removeAttribute("aria-invalid"), { once: true });
    this.#do.problem(text);
    el.focus();
  }
}

function complaint(o, el) {
  if (el.validity.badInput) return `${o.name} takes a number.`;
  if (o.required && !el.value.trim()) return `${o.name} is needed: ${o.description}.`;
  if (o.kind === "integer" && el.value && !/^[+-]?\d+$/.test(el.value.trim())) return `${o.name} takes a whole number.`;
  return "";
}

function field(o, store) {
  const wide = o.kind === "text" && !o.choices?.length;
  return h("label", { class: [o.required && "required", wide && "wide"].filter(Boolean).join(" "), title: o.description },
    h("span", {}, o.name), control(o, store));
}

function control(o, store) {
  const attrs = { name: `option-${o.name}`, "aria-required": o.required && "true", autocomplete: "off" };
  const values = choices(o, store);
  if (values) {
    const none = h("option", { value: "" }, o.required ? "choose…" : "–");
    return h("select", attrs, none, ...values.map(([value, name]) => h("option", { value }, name)));
  }
  const numeric = o.kind === "integer" || o.kind === "number";
  return h("input", {
    ...attrs, type: numeric ? "number" : "text", step: numeric && (o.kind === "integer" ? "1" : "any"), placeholder: o.description,
  });
}

// choices are the values that an option may have, null if it is free.
function choices(o, store) {
  if (o.choices?.length) return o.choices.map((c) => [c.value, c.name]);
  switch (o.kind) {
    case "boolean": return [["true", "yes"], ["false", "no"]];
    case "person": return [...store.people, store.bot].map((p) => [p.id, p.name]);
    case "channel": return store.visible().filter((c) => c.guild).map((c) => [c.id, `#${c.name}`]);
  }
  return null;
}
