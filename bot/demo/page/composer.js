// Where the visitor writes: the text box, the command menu and the suggestions above it.

import { make } from "./message.js";

const at = (id) => document.getElementById(id);
const text = at("text");

let say; // given a text, sends it; false when that failed
let suggested = [];
let commands = []; // the bot's menu: {command, description}

export function start(options) {
  ({ say, suggested } = options);
  grow();
}

export function draw(state) {
  commands = state.commands;
  drawChips(state.messages);
  drawMenu();
}

function grow() {
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight}px`;
  at("send").disabled = !text.value.trim();
}

async function send() {
  const asked = text.value;
  if (!asked.trim()) return;
  text.value = "";
  drawMenu();
  grow();
  if (!(await say(asked)) && !text.value) {
    text.value = asked;
    grow();
  }
}

function drawChips(messages) {
  const said = new Set(
    messages.filter((message) => !message.from.is_bot).map((message) => message.text),
  );
  const left = suggested.filter((suggestion) => !said.has(suggestion));
  const chips = at("chips");
  chips.hidden = left.length === 0;
  if (chips.childElementCount === left.length) return;
  const focused = chips.contains(document.activeElement);
  chips.replaceChildren(
    ...left.map((suggestion) => {
      const chip = make("button", "chip", suggestion);
      chip.type = "button";
      chip.addEventListener("click", () => say(suggestion));
      return chip;
    }),
  );
  if (focused) (chips.firstElementChild ?? text).focus();
}

let menuAsked = false; // by its button: all commands, whatever is typed
let chosen = -1;
let offered = []; // commands in the menu, when it is open

function drawMenu() {
  const typed = /^\/(\w*)$/.exec(text.value);
  const prefix = menuAsked ? "" : typed?.[1];
  const found =
    prefix === undefined
      ? []
      : commands.filter(({ command }) => command.startsWith(prefix.toLowerCase()));
  const same = JSON.stringify(found) === JSON.stringify(offered);
  offered = found;
  const menu = at("menu");
  menu.hidden = found.length === 0;
  at("menu-button").setAttribute("aria-expanded", String(!menu.hidden));
  if (same) return;
  menu.replaceChildren(...found.map(menuOption));
  choose(-1);
}

function menuOption({ command, description }, index) {
  const option = make("li");
  option.id = `option${index}`;
  option.setAttribute("role", "option");
  option.append(make("b", "", `/${command}`), make("span", "", description));
  option.addEventListener("pointerdown", (event) => event.preventDefault()); // keeps the focus
  option.addEventListener("click", () => pick(index));
  return option;
}

function choose(index) {
  chosen = index;
  [...at("menu").children].forEach((option, number) => {
    option.setAttribute("aria-selected", String(number === index));
    if (number === index) option.scrollIntoView({ block: "nearest" });
  });
  if (index < 0) text.removeAttribute("aria-activedescendant");
  else text.setAttribute("aria-activedescendant", `option${index}`);
}

function pick(index) {
  const { command } = offered[index];
  closeMenu();
  text.value = `/${command}`;
  send();
}

function closeMenu() {
  menuAsked = false;
  offered = [];
  choose(-1);
  at("menu").hidden = true;
  at("menu-button").setAttribute("aria-expanded", "false");
}

text.addEventListener("input", () => {
  menuAsked = false;
  grow();
  drawMenu();
});

text.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const open = offered.length > 0 && !at("menu").hidden;
  const handled = () => {
    if (open && event.key === "ArrowDown") choose((chosen + 1) % offered.length);
    else if (open && event.key === "ArrowUp") choose((chosen < 1 ? offered.length : chosen) - 1);
    else if (open && event.key === "Escape") closeMenu();
    else if (open && event.key === "Tab" && !event.shiftKey && !menuAsked) {
      text.value = `/${offered[Math.max(chosen, 0)].command} `;
      drawMenu();
      grow();
    } else if (event.key === "Enter" && !event.shiftKey) {
      if (open && chosen >= 0) pick(chosen);
      else send();
    } else return false;
    return true;
  };
  if (handled()) event.preventDefault();
});

text.addEventListener("blur", () => !at("menu-button").matches(":active") && closeMenu());
at("menu-button").addEventListener("click", () => {
  const opens = at("menu").hidden;
  closeMenu();
  menuAsked = opens;
  drawMenu();
  text.focus();
});
at("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  send();
  text.focus();
});
