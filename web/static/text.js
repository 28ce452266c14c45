// Between what people type and what is sent: a mention is typed as a name and
// sent as an ID.

const code = /(```[\s\S]*?(?:```|$)|``[^`]+``|`[^`\n]+`)/; // what is left as it is

const escaped = (s) => s.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

// names lists what may be typed and what it is sent as, the longest first, so
// that "@Ann Lee" is not taken for "@Ann".
function names(people, channels) {
  return [
    ...people.map((p) => [`@${p.name}`, `<@${p.id}>`]),
    ...channels.filter((c) => c.guild).map((c) => [`#${c.name}`, `<#${c.id}>`]),
  ].sort((a, b) => b[0].length - a[0].length);
}

// toSent returns what somebody typed with the names as IDs.
export function toSent(text, people, channels) {
  const list = names(people, channels);
  const ids = new Map(list.map(([name, id]) => [name.toLowerCase(), id]));
  const any = list.map(([name]) => escaped(name)).join("|");
  if (!any) return text;
  const form = new RegExp(`(?<![\\p{L}\\p{N}_<@#/])(?:${any})(?![\\p{L}\\p{N}_])`, "giu");
  return text.split(code)
    .map((part, i) => (i % 2 ? part : part.replace(form, (name) => ids.get(name.toLowerCase()) ?? name)))
    .join("");
}

// toTyped returns what was sent with the IDs as names.
export function toTyped(text, people, channels) {
  const list = new Map(names(people, channels).map(([name, id]) => [id, name]));
  return text.replace(/<(@!?|#)(\d+)>/g, (all, mark, id) => list.get(`<${mark[0]}${id}>`) ?? all);
}

// word returns the mention that is being typed before the caret: its mark, what
// follows the mark, and where it begins. It is null if there is none.
export function word(text, caret) {
  const m = /(?:^|[\s(])([@#])([^\s@#]*)$/u.exec(text.slice(0, caret));
  return m && { mark: m[1], typed: m[2].toLowerCase(), start: caret - m[2].length - 1 };
}
