"""The chat page in a real Chromium, with a bot of a few lines behind the local Bot API server."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect

from tests.demo_page import SAVE, Demo, demo_page

pytest_plugins = ("tests.browser",)
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def demo() -> AsyncIterator[Demo]:
    async with demo_page() as served:
        yield served


Visit = Callable[..., Any]


@pytest_asyncio.fixture(loop_scope="module")
async def visit(chromium: Browser, demo: Demo) -> AsyncIterator[Visit]:
    """Opens the page in a browser that has never seen it.

    When the test ends, no page may have logged an error or asked another origin for anything.
    """
    complaints: list[str] = []

    def logged(line: ConsoleMessage) -> None:
        if line.type == "error":
            complaints.append(line.text)

    def asked(request: Request) -> None:
        if not request.url.startswith(demo.url + "/"):
            complaints.append(f"asked for {request.url}")

    async with AsyncExitStack() as open_contexts:

        async def opened(path: str = "/", **options: Any) -> Page:
            context: BrowserContext = await chromium.new_context(**options)
            open_contexts.push_async_callback(context.close)
            context.set_default_timeout(5000)
            tab = await context.new_page()
            tab.on("console", logged)
            tab.on("pageerror", lambda error: complaints.append(str(error)))
            tab.on("request", asked)
            await tab.goto(demo.url + path)
            await expect(tab.locator("#next b")).to_be_visible()
            return tab

        yield opened
    assert complaints == []


async def test_a_typed_command_is_answered_with_formatted_text(visit: Visit, demo: Demo) -> None:
    tab = await visit()
    await expect(tab.locator("#empty")).to_be_visible()
    await tab.locator("#text").fill("/start")
    await tab.keyboard.press("Enter")
    answer = tab.locator(".message:not(.mine)")
    await expect(answer.locator("strong")).to_have_text("Hello!")
    link = answer.get_by_role("link", name="Almaty & more")
    assert await link.get_attribute("href") == "https://example.org/1"
    assert await link.get_attribute("target") == "_blank"
    assert "noopener" in (await link.get_attribute("rel") or "")
    await expect(tab.locator(".mine .text")).to_have_text("/start")
    await expect(tab.locator("#text")).to_have_value("")
    await expect(tab.locator("#chips button")).to_have_text(
        ["/add Tokayev", "/topics", "/keywords", "/help"]
    )


async def test_a_tap_edits_the_message_in_place_and_shows_a_toast(visit: Visit, demo: Demo) -> None:
    tab = await visit()
    await tab.get_by_role("button", name="/add Tokayev").click()
    message = tab.locator(".message:not(.mine)")
    await expect(message.locator(".text")).to_have_text("Watch for Tokayev?")
    url_button = message.get_by_role("link", name="Read")
    assert await url_button.get_attribute("href") == "https://example.org/"
    element_id = await message.get_attribute("id")
    await message.get_by_role("button", name="Save").click()
    await expect(message.locator("em")).to_have_text("Saved")
    await expect(message.locator(".edited")).to_have_text("edited")
    await expect(message).to_have_class("message changed")
    await expect(message.locator(".keyboard")).to_have_count(0)
    assert await message.get_attribute("id") == element_id
    await expect(tab.locator(".toast")).to_have_text("Done <b>")


HOSTILE = {
    "markup": "<img src=x onerror=alert(1)><script>alert(2)</script>&lt;b&gt;",
    "right to left": "אבג \u202bקזחסטן\u202c مرحبا 1 < 2",
    "emoji": "🇰🇿 👩‍👩‍👧‍👦 🦅🏔️",
    "combining": "e" + "\u0301" * 60 + " Ҝ̊",
    "4096 characters": "я" * 4095 + "!",
}


async def test_whatever_is_said_is_shown_as_text(visit: Visit, demo: Demo) -> None:
    tab = await visit()
    for text in HOSTILE.values():
        await tab.locator("#text").fill(text)
        await tab.keyboard.press("Enter")
        await expect(tab.locator("#text")).to_have_value("")
    await demo.server.until(lambda: len(demo.server.sent(demo.chat)) == len(HOSTILE))
    await expect(tab.locator(".message")).to_have_count(2 * len(HOSTILE))
    expected = [message.text for message in demo.server.history(demo.chat)]
    assert sorted(expected) == sorted(2 * [demo.server.sent()[n].text for n in range(len(HOSTILE))])
    assert expected[0] == HOSTILE["markup"]
    assert (
        await tab.locator(".message .text").evaluate_all(
            "found => found.map(one => one.textContent)"
        )
        == expected
    )
    assert await tab.locator(".messages :is(img, script, b)").count() == 0


async def test_entities_nest_and_count_in_utf16(visit: Visit, demo: Demo) -> None:
    tab = await visit()
    nested = '<b>a🦅<i>b<a href="https://example.org/x">c</a></i>d</b>'
    html = f"🦅 {nested} <tg-spoiler>e</tg-spoiler>/help"
    await demo.small_bot.html(demo.chat.id, html)
    text = tab.locator(".message .text")
    await expect(text.locator("strong > em > a")).to_have_text("c")
    await expect(text.locator("strong")).to_have_text("a🦅bcd")
    await expect(text.locator("em")).to_have_text("bc")
    spoiler = text.get_by_role("button", name="Hidden text: show it")
    await spoiler.press("Enter")
    await expect(spoiler).to_have_count(0)
    assert await text.text_content() == "🦅 a🦅bcd e/help"


CROSSING = """async () => {
    const { messageElement } = await import("/chat/message.js");
    const entities = [
        { type: "bold", offset: 0, length: 4 },
        { type: "italic", offset: 2, length: 4 },
        { type: "code", offset: 3, length: 2 },
        { type: "text_link", offset: 6, length: 1, url: "javascript:alert(1)" },
    ];
    const message = { message_id: 1, date: 1, text: "abcdefg", entities, from: { is_bot: true } };
    const show = { words: {}, time: () => "", day: () => "" };
    return messageElement(message, {}, show).querySelector(".text").innerHTML;
}"""


async def test_entities_that_cross_are_cut_and_no_link_runs_a_script(visit: Visit) -> None:
    tab = await visit()
    assert await tab.evaluate(CROSSING) == (
        "<strong>ab<em>c<code>d</code></em></strong><em><code>e</code>f</em><span>g</span>"
    )


async def test_the_countdown_counts_and_follows_the_newsroom(visit: Visit, demo: Demo) -> None:
    tab = await visit()
    time = tab.locator("#next b")
    await expect(tab.locator("#next")).to_contain_text("Saiga Wire")
    before = await time.text_content()
    assert before is not None
    assert before.startswith("0:")
    await expect(time).not_to_have_text(before)
    assert (await time.text_content() or "") < before


async def test_start_over_asks_first(visit: Visit, demo: Demo) -> None:
    tab = await visit()
    over = tab.locator("#over")
    await over.click()
    await expect(tab.get_by_role("dialog")).to_contain_text("Start over?")
    await tab.get_by_role("button", name="Cancel").click()
    await expect(tab.get_by_role("dialog")).to_have_count(0)
    assert demo.started_over == []
    await over.click()
    await tab.locator("#dialog-yes").click()
    await expect(over).to_be_disabled()
    await expect(tab.locator(".toast")).to_have_text("Starting over…")
    assert len(demo.started_over) == 1


async def test_the_page_goes_on_by_itself_when_the_demo_is_back(chromium: Browser) -> None:
    context = await chromium.new_context()
    tab = await context.new_page()
    async with demo_page() as first:
        await tab.goto(first.url)
        await tab.get_by_role("button", name="/help").click()
        await expect(tab.locator(".message")).to_have_count(2)
        port = int(first.url.rpartition(":")[2])
    await expect(tab.locator("#lost")).to_be_visible()
    async with demo_page(releases=False, port=port):
        await expect(tab.locator("#next")).to_contain_text("All headlines of this round are out")
        await expect(tab.locator(".message")).to_have_count(0)
        await expect(tab.locator("#lost")).to_be_hidden()
        await context.close()


async def test_what_comes_while_reading_further_up_does_not_move_the_page(
    visit: Visit, demo: Demo
) -> None:
    tab = await visit(viewport={"width": 800, "height": 420})
    for number in range(12):
        await demo.small_bot.html(demo.chat.id, f"Headline {number}")
    await expect(tab.locator(".message").last).to_be_in_viewport()
    await tab.locator("#scroll").evaluate("box => box.scrollTo({top: 0, behavior: 'instant'})")
    await expect(tab.locator(".message").first).to_be_in_viewport()
    await demo.small_bot.html(demo.chat.id, "One more")
    await demo.small_bot.html(demo.chat.id, "And another")
    hint = tab.locator("#below")
    await expect(hint).to_contain_text("2")
    await expect(tab.locator(".message").first).to_be_in_viewport()
    await hint.click()
    await expect(tab.get_by_text("And another")).to_be_in_viewport()
    await expect(hint).to_be_hidden()


async def test_the_keyboard_alone_is_enough(visit: Visit, demo: Demo) -> None:
    tab = await visit()
    await expect(tab.locator("#text")).to_be_focused()
    await tab.keyboard.type("/")
    options = tab.get_by_role("option")
    await expect(options).to_have_count(3)
    await tab.keyboard.type("st")
    await expect(options).to_contain_text(["/start", "/status"])
    await tab.keyboard.press("ArrowDown")
    await expect(options.first).to_have_attribute("aria-selected", "true")
    await tab.keyboard.press("Enter")
    await expect(tab.locator(".mine .text")).to_have_text("/start")
    await expect(options).to_have_count(0)

    await tab.keyboard.type("/add Abai")
    await tab.keyboard.press("Enter")
    save = tab.get_by_role("button", name="Save")
    await expect(save).to_be_visible()
    for _ in range(20):
        await tab.keyboard.press("Shift+Tab")
        if await save.evaluate("button => button === document.activeElement"):
            break
    await tab.keyboard.press("Enter")
    await expect(tab.locator(".message em")).to_have_text("Saved")
    await expect(tab.locator("#text")).to_be_focused()  # its button is gone

    await tab.locator("#over").press("Enter")
    await expect(tab.get_by_role("dialog")).to_be_visible()
    await tab.keyboard.press("Escape")
    await expect(tab.locator("#over")).to_be_focused()


LUMINANCE = """element => {
    const channel = value => (value /= 255) <= 0.04045 ? value / 12.92
        : ((value + 0.055) / 1.055) ** 2.4;
    const of = colour => {
        const [r, g, b] = colour.match(/[0-9.]+/g).map(Number).map(channel);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const style = getComputedStyle(element);
    return [of(style.color), of(style.backgroundColor)];
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_both_colour_schemes_are_readable(visit: Visit, demo: Demo, scheme: str) -> None:
    await demo.small_bot.html(demo.chat.id, "Watch?", reply_markup=SAVE)
    demo.server.say(demo.chat, "/start")
    tab = await visit(color_scheme=scheme)
    await expect(tab.locator(".message")).to_have_count(3)
    for place in (".message:not(.mine) .bubble", ".mine .bubble", ".key", ".chip", ".side"):
        text, ground = await tab.locator(place).first.evaluate(LUMINANCE)
        assert (ground > text) == (scheme == "light"), place
        # WCAG 2.2, success criterion 1.4.3
        assert (max(text, ground) + 0.05) / (min(text, ground) + 0.05) >= 4.5, place


async def test_a_phone_shows_all_without_scrolling_sideways(visit: Visit, demo: Demo) -> None:
    await demo.small_bot.html(demo.chat.id, "w" * 400, reply_markup=SAVE)
    await demo.small_bot.html(demo.chat.id, f"<pre>{'x' * 300}</pre><code>{'y ' * 90}</code>")
    demo.server.say(demo.chat, "https://example.org/" + "z" * 300)
    tab = await visit(viewport={"width": 360, "height": 640}, is_mobile=True, has_touch=True)
    await expect(tab.locator(".message")).to_have_count(4)
    for box in ("html", "#scroll"):
        wide = "box => [box.scrollWidth, box.clientWidth]"
        inside, outside = await tab.locator(box).evaluate(wide)
        assert inside <= outside, box
    await expect(tab.locator("#text")).to_be_in_viewport()
    await expect(tab.locator("#over")).to_be_in_viewport()


async def test_the_bot_learns_the_language_of_the_page(visit: Visit, demo: Demo) -> None:
    demo.server.say(demo.chat, "/start")
    tab = await visit(locale="kk-KZ")
    assert await tab.locator("html").get_attribute("lang") == "kk"
    await expect(tab.locator(".day")).to_have_text(re.compile(r"^\d\d?\.\d\d$"))
    await tab.get_by_role("link", name="Русский").click()
    await expect(tab.locator("html")).to_have_attribute("lang", "ru")
    await expect(tab.locator(".day")).to_have_text("сегодня")
    await tab.get_by_role("button", name="/help").click()
    await expect(tab.locator(".message")).to_have_count(4)
    assert demo.server.users[demo.chat.id].language_code == "ru"
