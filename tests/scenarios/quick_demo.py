"""``python -m tests.scenarios.quick_demo``: as ``kazwatch demo --port 0``, but its news comes
twelve times as fast, so that a test need not wait for it."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from bot import app, settings
from bot.demo import runner
from bot.demo.newsroom import Samples, Text, load_samples
from bot.model import Feed
from bot.ops import logs

TIMES = 12


def quick(samples: Samples) -> Samples:
    """The same batches in a twelfth of the time."""

    def sooner(told: Mapping[str, float]) -> dict[str, float]:
        return {outlet: seconds // TIMES for outlet, seconds in told.items()}

    def hurried(text: Text) -> Text:
        return replace(text, told=sooner(text.told))

    batches = (replace(b, texts=tuple(map(hurried, b.texts))) for b in samples.batches)
    return replace(samples, batches=tuple(batches))


async def lanes(catalogue: tuple[Feed, ...], api_url: str, stop: asyncio.Event) -> None:
    """As bot.cli.demo's."""
    here = settings.at_api(settings.for_demo(runner.DATABASE), api_url)
    await app.App(here, app.load(here, catalogue), runner.TOKEN, stop).run()


if __name__ == "__main__":
    logs.configure("json", "WARNING", [runner.TOKEN])
    asyncio.run(runner.run(0, lanes, app.utc_now, quick(load_samples())))
