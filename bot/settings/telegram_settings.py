"""The settings of Telegram, and what is wrong with them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pydantic import BaseModel, SecretStr

from bot.settings.server_settings import RequiredOrigin

_TELEGRAM_TOKEN: Final = re.compile(r"\d+:[A-Za-z0-9_-]+")
_BOT_USERNAME: Final = re.compile(r"[A-Za-z]\w{4,31}", re.ASCII)
_WEBHOOK_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{1,256}")


class TelegramSettings(BaseModel):
    """The bot at Telegram."""

    telegram_bot_token: SecretStr | None = None
    """The token of @BotFather; opens Telegram: by webhook with `PUBLIC_URL`, else by polling."""
    telegram_bot_token_file: Path | None = None
    telegram_bot_username: str | None = None
    """The bot's name without `@`: the links and QR codes of venues lead to it."""
    telegram_webhook_secret: SecretStr | None = None
    """What Telegram's calls are known by. Without it, it is made from the token."""
    telegram_webhook_secret_file: Path | None = None
    telegram_api_url: RequiredOrigin = "https://api.telegram.org"
    """Where the Bot API is."""

    def find_telegram_problems(self) -> Iterator[str]:
        """What to write instead, by setting."""
        if self.telegram_bot_token is not None and not _matches(_TELEGRAM_TOKEN, self.telegram_bot_token):
            yield "TELEGRAM_BOT_TOKEN: write the whole token as @BotFather gives it, like 110201543:AAHdq..."
        if self.telegram_webhook_secret is not None and not _matches(_WEBHOOK_SECRET, self.telegram_webhook_secret):
            yield "TELEGRAM_WEBHOOK_SECRET: write 1 to 256 letters of A-Z a-z 0-9 _ -, or leave it out"
        if self.telegram_bot_username is not None and not _BOT_USERNAME.fullmatch(self.telegram_bot_username):
            yield "TELEGRAM_BOT_USERNAME: write the bot's name as in t.me/NAME, without @, like PaligsBot"


def _matches(form: re.Pattern[str], secret: SecretStr) -> bool:
    return form.fullmatch(secret.get_secret_value()) is not None
