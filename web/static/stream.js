// The stream of changes. The browser connects again by itself when the
// connection breaks, and tells the server what it has seen last; the server
// answers with what was missed, or with a reset when that is too much.

const again = 1_500; // ms until the next try, when the browser has given up
const grace = 800; // ms that a broken connection has to come back unnoticed
const unseen = 60_000; // ms after which a page that nobody looks at lets go

// follow calls change with every change after a mark, and online with whether
// the connection stands. A page that stays hidden lets its connection go: a
// browser has no more than six for all of its tabs.
export function follow(after, { change, online }) {
  let source = null;
  let mark = after;
  let worry = 0;
  let retry = 0;
  let hiding = 0;

  function open() {
    clearTimeout(retry);
    source?.close();
    source = new EventSource(`/api/events?after=${encodeURIComponent(mark)}`);
    source.onopen = () => {
      clearTimeout(worry);
      worry = 0;
      online(true);
    };
    source.onmessage = (e) => {
      if (e.lastEventId) mark = e.lastEventId;
      change(JSON.parse(e.data));
    };
    source.onerror = () => {
      worry ||= setTimeout(() => online(false), grace);
      if (source.readyState === EventSource.CLOSED) retry = setTimeout(open, again);
    };
  }

  document.addEventListener("visibilitychange", () => {
    clearTimeout(hiding);
    if (document.hidden) {
      hiding = setTimeout(() => {
        source.close();
        source = null;
      }, unseen);
    } else if (!source) {
      open();
    }
  });
  open();
}
