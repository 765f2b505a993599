"""``python -m bot`` is ``kazwatch``."""

from bot.cli import main

main()
