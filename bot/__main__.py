"""`python -m bot` is `paligs`."""

from bot.cli import main

main()
