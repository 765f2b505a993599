// A message of the Bot API → its element. Whatever a message holds stays text: elements are made
// one by one, and only http and https become links.

/**
 * @param message   a Message of the Bot API
 * @param place     {newDay, joined}: is it the first of its day; does it continue the sender's last
 * @param show      {words, time(date), day(date), say(text), tap(message, data, button), go(id)}
 */
export function messageElement(message, place, show) {
  const mine = !message.from.is_bot;
  const item = make("li", mine ? "message mine" : "message");
  item.classList.toggle("joined", place.joined);
  item.id = `m${message.message_id}`;
  if (place.newDay) item.append(make("p", "day", show.day(dateOf(message))));

  const bubble = make("div", "bubble");
  bubble.append(make("span", "unseen", `${mine ? show.words.you : message.from.first_name}: `));
  if (message.reply_to_message) bubble.append(quote(message.reply_to_message, show));
  const text = make("span", "text");
  text.dir = "auto";
  text.append(formatted(message.text, message.entities ?? [], show));
  bubble.append(text, meta(message, show));
  const box = make("div", "box");
  box.append(bubble);
  const rows = message.reply_markup?.inline_keyboard;
  if (rows?.length) box.append(keyboard(message, rows, show));
  item.append(box);
  return item;
}

function meta(message, show) {
  const line = make("span", "meta");
  if (message.edit_date) line.append(make("span", "edited", show.words.edited), " ");
  const time = make("time", "", show.time(dateOf(message)));
  time.dateTime = dateOf(message).toISOString();
  line.append(time);
  return line;
}

function quote(replied, show) {
  const button = make("button", "quote");
  button.type = "button";
  button.append(make("b", "", replied.from.first_name), make("span", "", replied.text));
  button.addEventListener("click", () => show.go(replied.message_id));
  return button;
}

function keyboard(message, rows, show) {
  const box = make("div", "keyboard");
  for (const row of rows) {
    const line = make("div", "row");
    line.append(...row.map((button) => keyboardButton(message, button, show)));
    box.append(line);
  }
  return box;
}

function keyboardButton(message, button, show) {
  if (button.url !== undefined) {
    const link = linkTo(button.url, show) ?? make("span");
    link.className = "key url";
    link.prepend(button.text);
    return link;
  }
  const key = make("button", "key", button.text);
  key.type = "button";
  if (button.callback_data === undefined) {
    key.disabled = true; // a kind of button that this page does not know
  } else {
    key.dataset.data = button.callback_data;
    key.addEventListener("click", () => show.tap(message.message_id, button.callback_data, key));
  }
  return key;
}

/**
 * The text with its entities as nested elements. Offsets are in UTF-16 code units, as in
 * JavaScript's strings. Of two that cross, the second is cut where the first ends.
 */
function formatted(text, entities, show) {
  const waiting = entities
    .map((entity) => ({ ...entity, end: entity.offset + entity.length }))
    .sort((a, b) => a.offset - b.offset || b.end - a.end);
  return nested(text, 0, text.length, waiting, show);
}

function nested(text, start, end, entities, show) {
  const nodes = document.createDocumentFragment();
  let waiting = entities;
  let at = start;
  while (waiting.length) {
    const [entity, ...others] = waiting;
    const until = Math.min(entity.end, end);
    const inside = others.filter((other) => other.offset < until);
    const cut = until < end ? inside.filter((other) => other.end > until) : [];
    waiting = [
      ...cut.map((other) => ({ ...other, offset: until })),
      ...others.filter((other) => other.offset >= until),
    ];
    if (entity.offset > at) nodes.append(text.slice(at, entity.offset));
    const element = entityElement(entity, text.slice(entity.offset, until), show);
    element.append(nested(text, entity.offset, until, inside, show));
    nodes.append(element);
    at = until;
  }
  if (at < end) nodes.append(text.slice(at, end));
  return nodes;
}

const TAGS = {
  bold: "strong",
  italic: "em",
  underline: "u",
  strikethrough: "s",
  code: "code",
  pre: "pre",
  blockquote: "blockquote",
  expandable_blockquote: "blockquote",
};

function entityElement(entity, words, show) {
  switch (entity.type) {
    case "text_link":
      return linkTo(entity.url, show) ?? make("span");
    case "url":
      return linkTo(words, show) ?? make("span");
    case "bot_command": {
      const button = make("button", "command");
      button.type = "button";
      button.addEventListener("click", () => show.say(words));
      return button;
    }
    case "spoiler":
      return spoiler(show);
    default:
      return make(TAGS[entity.type] ?? "span");
  }
}

function spoiler(show) {
  const cover = make("span", "spoiler");
  cover.tabIndex = 0;
  cover.setAttribute("role", "button");
  cover.setAttribute("aria-label", show.words.hidden);
  const reveal = () => {
    cover.className = "";
    for (const name of ["role", "tabindex", "aria-label"]) cover.removeAttribute(name);
  };
  cover.addEventListener("click", reveal, { once: true });
  cover.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    reveal();
  });
  return cover;
}

function linkTo(address, show) {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") return null;
  const link = make("a");
  link.href = url.href;
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  link.title = `${url.host} (${show.words.opens_page})`;
  return link;
}

function dateOf(message) {
  return new Date(message.date * 1000);
}

export function make(tag, className = "", text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}
