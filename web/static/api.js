// What the page asks of its server. A refusal throws an error whose message is
// made for the person who reads it.

const patience = 10_000; // ms until a request counts as lost

async function call(method, path, body) {
  let answer;
  try {
    answer = await fetch(path, {
      method,
      headers: body && { "Content-Type": "application/json" },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(patience),
    });
  } catch {
    throw new Error("The playground does not answer. Is it still running?");
  }
  if (answer.status === 204) return null;
  const data = await answer.json().catch(() => null);
  if (answer.ok && data) return data;
  throw new Error(sentence(data?.error ?? `the playground answered ${answer.status}`));
}

function sentence(s) {
  return s[0].toUpperCase() + s.slice(1) + (/[.!?]$/.test(s) ? "" : ".");
}

const at = (channel, rest) => `/api/channels/${encodeURIComponent(channel)}/${rest}`;
const one = (channel, message) => at(channel, `messages/${encodeURIComponent(message)}`);

export const state = () => call("GET", "/api/state");
export const messages = (channel, before) =>
  call("GET", at(channel, "messages") + (before ? `?before=${encodeURIComponent(before)}` : ""));
export const say = (channel, person, text, replyTo) =>
  call("POST", at(channel, "messages"), { person, text, reply_to: replyTo ?? "" });
export const edit = (channel, message, person, text) =>
  call("PATCH", one(channel, message), { person, text });
export const remove = (channel, message, person) => call("DELETE", one(channel, message), { person });
export const use = (channel, person, command, options) =>
  call("POST", at(channel, "commands"), { person, command, options });
export const openDM = (person) => call("POST", "/api/dms", { person });
export const fileURL = (file) => `/files/${encodeURIComponent(file.id)}`;
