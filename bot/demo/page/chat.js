// The chat page: asks for the state, draws what changed, and sends what the visitor does.

import * as composer from "./composer.js";
import { make, messageElement } from "./message.js";

const { language, suggested, words } = JSON.parse(document.getElementById("data").textContent);
const at = (id) => document.getElementById(id);
const JOINED = 5 * 60; // seconds between messages of one sender that stand together
const PATIENCE = 8000; // ms that a tapped button shows that it waits for the bot's answer

// ---------------------------------------------------------------- what the server tells

let state = null; // the last one
let coming = null; // {at, outlet}, `at` by this computer's clock in ms
const drawn = new Map(); // message id → {key, element}
const answered = new Set(); // taps whose answer was seen
const pressed = new Map(); // tap → the button that waits for its answer

async function follow() {
  for (let failures = 0; ; ) {
    try {
      const since = state ? `&since=${state.version}&started=${state.started}` : "";
      const answer = await fetch(`/chat/state?lang=${language}${since}`, {
        signal: AbortSignal.timeout(40_000),
      });
      if (!answer.ok) throw new Error(answer.statusText);
      draw(await answer.json());
      failures = 0;
    } catch {
      failures += 1;
      if (failures > 1) lost(words.connection_lost);
      await new Promise((resolve) => setTimeout(resolve, Math.min(150 * 2 ** failures, 3000)));
    }
  }
}

function draw(next) {
  if (state && state.started !== next.started) return location.reload();
  const first = state === null;
  state = next;
  lost("");
  coming = next.next && {
    at: Date.now() + (next.next.at - next.now) * 1000,
    outlet: next.next.outlet,
  };
  countDown();
  drawMessages(next.messages, first);
  for (const answer of next.answers) hear(answer, first);
  composer.draw(next);
  if (first) at("scroll").setAttribute("aria-live", "polite");
}

function drawMessages(messages, first) {
  const list = at("messages");
  const present = new Set(messages.map((message) => message.message_id));
  for (const [id, { element }] of drawn) {
    if (!present.has(id)) {
      element.remove();
      drawn.delete(id);
    }
  }
  let arrived = 0;
  let spoke = false;
  messages.forEach((message, index) => {
    const place = placeAfter(messages[index - 1], message);
    const key = JSON.stringify([message, place]);
    const before = drawn.get(message.message_id);
    if (before?.key === key) return;
    const element = messageElement(message, place, show);
    drawn.set(message.message_id, { key, element, edited: message.edit_date });
    if (before) {
      replace(before, element, message);
    } else {
      list.append(element);
      if (!first) element.classList.add("arrived");
      if (message.from.is_bot) arrived += 1;
      else spoke = true;
    }
  });
  at("empty").hidden = messages.length > 0;
  if (following || spoke) toBottom(!first);
  else if (arrived) unseen(arrived);
  if (!first && document.hidden) unread(arrived);
}

function placeAfter(previous, message) {
  const day = (one) => new Date(one.date * 1000).toDateString();
  const newDay = !previous || day(previous) !== day(message);
  const joined =
    !newDay && previous.from.id === message.from.id && message.date - previous.date < JOINED;
  return { newDay, joined };
}

/** Puts a message's new form in its place, and keeps the keyboard's focus where it was. */
function replace(before, element, message) {
  const focused = before.element.contains(document.activeElement) ? document.activeElement : null;
  before.element.replaceWith(element);
  if (before.edited !== message.edit_date) element.classList.add("changed");
  if (!focused) return;
  const same = [...element.querySelectorAll("button.key")].find(
    (key) => key.dataset.data === focused.dataset.data,
  );
  (same ?? at("text")).focus({ preventScroll: true });
}

// ---------------------------------------------------------------- times

const clock = new Intl.DateTimeFormat(language, {
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});
// Chromium says that it knows Kazakh, and writes "M11 24": there the day stands in figures.
const named = language !== "kk";
const calendar = new Intl.DateTimeFormat(named ? language : "ru", {
  day: "numeric",
  month: named ? "long" : "2-digit",
});
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });

function dayName(date) {
  const today = new Date().toDateString() === date.toDateString();
  return named && today ? relative.format(0, "day") : calendar.format(date);
}

function countDown() {
  if (!state) return;
  const box = at("next");
  if (!coming) {
    box.textContent = words.all_out;
    return;
  }
  const seconds = Math.max(0, Math.ceil((coming.at - Date.now()) / 1000));
  const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  const parts = { "{time}": make("b", "", time), "{outlet}": make("span", "", coming.outlet) };
  box.replaceChildren(
    ...words.next.split(/(\{time\}|\{outlet\})/).map((part) => parts[part] ?? part),
  );
}

// ---------------------------------------------------------------- scrolling

let following = true; // is the end in view, or on its way there?
let lastTop = 0;

function toBottom(smoothly) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  following = true;
  at("scroll").scrollTo({
    top: at("scroll").scrollHeight,
    behavior: smoothly && !still ? "smooth" : "instant",
  });
}

function scrolled() {
  const { scrollHeight, scrollTop, clientHeight } = at("scroll");
  if (scrollHeight - scrollTop - clientHeight < 80) {
    following = true;
    unseen(0);
  } else if (scrollTop < lastTop) {
    following = false; // upwards: that was the visitor
  }
  lastTop = scrollTop;
}

let waiting = 0; // messages that came while the visitor was reading further up

function unseen(more) {
  waiting = more ? waiting + more : 0;
  at("below").hidden = waiting === 0;
  at("below-count").textContent = waiting;
}

let unreadCount = 0;

function unread(more) {
  unreadCount = more === null ? 0 : unreadCount + more;
  document.title = unreadCount ? `(${unreadCount}) ${words.title}` : words.title;
}

at("scroll").addEventListener("scroll", scrolled, { passive: true });
at("below").addEventListener("click", () => {
  toBottom(true);
  at("text").focus({ preventScroll: true });
});
document.addEventListener("visibilitychange", () => document.hidden || unread(null));
// The keyboard of a phone, or a wider composer, must not cover the last message.
new ResizeObserver(() => following && toBottom(false)).observe(at("scroll"));

// ---------------------------------------------------------------- what the visitor does

async function post(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ ...body, language }),
  });
  if (!answer.ok) throw Object.assign(new Error(answer.statusText), { status: answer.status });
  return answer.json();
}

async function say(text) {
  try {
    await post("/chat/say", { text });
    return true;
  } catch {
    toast(words.not_sent);
    return false;
  }
}

async function tap(message, data, button) {
  button.classList.add("busy");
  setTimeout(() => button.classList.remove("busy"), PATIENCE);
  try {
    const { tap: id } = await post("/chat/tap", { message, data });
    if (answered.has(id)) button.classList.remove("busy");
    else pressed.set(id, button);
  } catch (problem) {
    button.classList.remove("busy");
    toast(problem.status === 409 ? words.button_gone : words.not_sent);
  }
}

/** The bot's answer to a tap; those that are older than this page are not shown again. */
function hear(answer, first) {
  if (answered.has(answer.tap)) return;
  answered.add(answer.tap);
  pressed.get(answer.tap)?.classList.remove("busy");
  pressed.delete(answer.tap);
  if (first || !answer.text) return;
  if (answer.alert) ask({ title: answer.text, yes: words.ok });
  else toast(answer.text);
}

function go(id) {
  const element = drawn.get(id)?.element;
  element?.scrollIntoView({ block: "center", behavior: "smooth" });
  element?.classList.remove("changed");
  requestAnimationFrame(() => element?.classList.add("changed"));
}

const show = {
  words,
  time: (date) => clock.format(date),
  day: dayName,
  say,
  tap,
  go,
};

// ---------------------------------------------------------------- toasts, dialog, start over

function toast(sentence) {
  const box = make("p", "toast", sentence);
  box.dir = "auto";
  at("toasts").append(box);
  setTimeout(() => box.remove(), 2500 + 40 * sentence.length);
}

function lost(sentence) {
  if (at("lost").textContent === sentence) return;
  at("lost").textContent = sentence;
  at("lost").hidden = !sentence;
}

/** Asks; without `action` it only tells. */
function ask({ title, about = "", yes, action }) {
  at("dialog-title").textContent = title;
  at("dialog-text").textContent = about;
  at("dialog-yes").textContent = yes;
  at("dialog-no").hidden = !action;
  at("dialog-yes").onclick = () => {
    at("dialog").close();
    action?.();
  };
  if (!at("dialog").open) at("dialog").showModal();
}

at("dialog-no").addEventListener("click", () => at("dialog").close());
at("over").addEventListener("click", () =>
  ask({
    title: words.start_over_question,
    about: words.start_over_warning,
    yes: words.start_over,
    action: startOver,
  }),
);

async function startOver() {
  at("over").disabled = true;
  toast(words.starting_over);
  try {
    await post("/chat/start-over", {}); // once it is done, `follow` meets a new start and reloads
  } catch {
    at("over").disabled = false;
    toast(words.not_sent);
  }
}

composer.start({ say, suggested });
setInterval(countDown, 250);
follow();
