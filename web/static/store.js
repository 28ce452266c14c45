// What the page knows: the world, who speaks, which channel is open and what
// was said in it. No element of the page in here.

const key = "troupe-playground";
const mostKept = 400; // messages of the open channel; older ones can be loaded again

// newer compares IDs, which are numbers too large for the language: those that
// are made later are greater.
export const newer = (a, b) => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);

export class Store {
  bot = { id: "", name: "", bot: true };
  people = [];
  guilds = [];
  channels = [];
  commands = [];
  me = ""; // ID of who speaks
  channel = ""; // ID of the open one
  list = []; // its messages, oldest first
  more = false; // there are older ones
  unread = {}; // channel: {count, mentioned, first}
  drafts = {}; // channel: text
  newest = {}; // channel: ID of the latest message known

  constructor() {
    try {
      const { me, channel, unread, drafts } = JSON.parse(sessionStorage.getItem(key)) ?? {};
      Object.assign(this, { me: me ?? "", channel: channel ?? "", unread: unread ?? {}, drafts: drafts ?? {} });
    } catch {
      // The browser keeps nothing for us; then the page begins anew.
    }
  }

  // save keeps the place for when the page is loaded again in this tab.
  save() {
    const { me, channel, unread, drafts } = this;
    try {
      sessionStorage.setItem(key, JSON.stringify({ me, channel, unread, drafts }));
    } catch {
      // As above.
    }
  }

  // overview takes a new world.
  overview({ bot, people, guilds, channels, commands }) {
    Object.assign(this, {
      bot, people: people ?? [], guilds: guilds ?? [], channels: channels ?? [], commands: commands ?? [],
    });
    this.settle();
  }

  // settle makes sure that whoever speaks is in a channel that they can see.
  settle() {
    if (!this.people.some((p) => p.id === this.me)) this.me = this.people[0]?.id ?? "";
    if (!this.visible().some((c) => c.id === this.channel)) this.channel = this.fallback();
  }

  // fallback is the channel to show when the open one cannot be seen: somebody
  // else's direct messages give way to one's own.
  fallback() {
    const mine = this.visible();
    const wasDM = this.open && !this.open.guild;
    return ((wasDM && this.dm()) || mine.find((c) => c.guild) || mine[0])?.id ?? "";
  }

  get self() {
    return this.people.find((p) => p.id === this.me);
  }

  get open() {
    return this.channels.find((c) => c.id === this.channel);
  }

  // visible are the channels that whoever speaks can see.
  visible() {
    return this.channels.filter((c) => !c.people?.length || c.people.includes(this.me));
  }

  // dm is the direct channel between whoever speaks and the bot, if there is one.
  dm() {
    return this.visible().find((c) => !c.guild);
  }

  // here are those who can be mentioned in the open channel, the bot first.
  here() {
    const only = this.open?.people;
    return [this.bot, ...this.people.filter((p) => !only?.length || only.includes(p.id))];
  }

  // shown are the messages of the open channel that whoever speaks can see.
  shown() {
    return this.list.filter((m) => !m.ephemeral || m.ephemeral === this.me);
  }

  // load takes what the server has of the open channel.
  load({ messages, more }) {
    this.list = [...messages];
    this.more = more;
    if (messages.length) this.newest[this.channel] = messages.at(-1).id;
  }

  // loadOlder puts an earlier page before the messages.
  loadOlder({ messages, more }) {
    const known = new Set(this.list.map((m) => m.id));
    this.list = [...messages.filter((m) => !known.has(m.id)), ...this.list];
    this.more = more;
  }

  // hear takes a message that is new or changed. It returns "here" if it is new
  // in the open channel, "elsewhere" if it counts as unread in another, and else "".
  hear(m) {
    const latest = this.newest[m.channel];
    const isNew = latest === undefined || newer(m.id, latest) > 0;
    if (isNew) this.newest[m.channel] = m.id;
    if (m.channel !== this.channel) return isNew && this.count(m) ? "elsewhere" : "";
    const i = this.list.findIndex((old) => newer(old.id, m.id) >= 0);
    if (i < 0) this.list.push(m);
    else if (this.list[i].id === m.id) this.list[i] = m;
    else if (i > 0 || !this.more) this.list.splice(i, 0, m);
    return isNew ? "here" : "";
  }

  // trim lets go of old messages while nobody is looking at them.
  trim() {
    if (this.list.length <= mostKept) return;
    this.list = this.list.slice(-mostKept / 2);
    this.more = true;
  }

  // forget takes a message away, and out of what quotes it.
  forget(m) {
    if (m.channel !== this.channel) return;
    this.list = this.list.filter((old) => old.id !== m.id)
      .map((old) => (old.reply?.id === m.id ? { ...old, reply: { id: m.id, deleted: true } } : old));
  }

  // count notes a message in a channel that is not open, if it is for whoever
  // speaks, and reports whether it is.
  count(m) {
    const channel = this.channels.find((c) => c.id === m.channel);
    if (!channel || m.author.id === this.me || (m.ephemeral && m.ephemeral !== this.me)) return false;
    const u = (this.unread[m.channel] ??= { count: 0, mentioned: false, first: m.id });
    u.count++;
    u.mentioned ||= !channel.guild || this.aimed(m);
    return true;
  }

  // aimed reports whether a message mentions whoever speaks.
  aimed(m) {
    return m.author.id !== this.me
      && [`<@${this.me}>`, `<@!${this.me}>`, "@everyone", "@here"].some((s) => m.text.includes(s));
  }

  // unseen is how many messages there are in channels that are not open.
  unseen() {
    return this.visible().reduce((sum, c) => sum + (this.unread[c.id]?.count ?? 0), 0);
  }

  // lastOwn is the latest message that whoever speaks can edit.
  lastOwn() {
    return this.shown().findLast((m) => this.own(m));
  }

  own(m) {
    return m.author.id === this.me && !m.ephemeral;
  }
}
