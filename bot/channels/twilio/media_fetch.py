"""Fetches a file that a person sent, by its address at Twilio."""

from base64 import b64encode

from bot.channels.media import MediaError, MediaFile, MediaProblem
from bot.channels.media_download import download
from bot.channels.twilio.account import TwilioAccount


async def fetch_media(account: TwilioAccount, url: str) -> MediaFile:
    """The file. The account's credentials go to Twilio alone, not to where it redirects.

    Raises:
        MediaError: it cannot be shown.
    """
    if not url.startswith(f"{account.api_url.rstrip('/')}/2010-04-01/Accounts/{account.sid}/"):
        raise MediaError(MediaProblem.UNSUPPORTED)
    credentials = b64encode(f"{account.sid}:{account.token}".encode()).decode()
    return await download(url, headers={"Authorization": f"Basic {credentials}"})
