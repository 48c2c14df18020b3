"""Converts an update to an Inbound, or to None if it is not for the bot; pure."""

from datetime import UTC, datetime, timedelta
from typing import Final

from bot.channels.telegram.api.address import ChatAddress
from bot.channels.telegram.api.updates import CallbackQuery, Message, Update, User
from bot.channels.telegram.incoming.mentions import BotIdentity, text_for_bot
from bot.channels.telegram.outgoing.keyboards import decode_choice
from handlers.model.messages import KINDS_WITH_FILE, Inbound, MessageKind
from kb.model import LANGUAGES, Language

CHANNEL: Final = "telegram"

EDIT_WINDOW: Final = timedelta(minutes=5)
"""An edit within this time after sending is answered again: correcting a typo should get a new answer, tidying up an
old conversation should not."""

_KIND_BY_FIELD: Final[tuple[tuple[str, MessageKind], ...]] = (
    # An animation also carries `document`, a venue also `location`: the more specific one is first.
    ("animation", MessageKind.VIDEO),
    ("live_photo", MessageKind.PHOTO),
    ("photo", MessageKind.PHOTO),
    ("voice", MessageKind.VOICE),
    ("audio", MessageKind.VOICE),
    ("video", MessageKind.VIDEO),
    ("video_note", MessageKind.VIDEO),
    ("sticker", MessageKind.STICKER),
    ("document", MessageKind.DOCUMENT),
    ("location", MessageKind.LOCATION),
    ("venue", MessageKind.LOCATION),
    *((field, MessageKind.OTHER) for field in ("contact", "poll", "dice", "game", "story", "paid_media", "checklist")),
    ("rich_message", MessageKind.OTHER),
)
"""Kinds of content. A message with none of these is a service message (somebody joined, a pin): not answered."""


def to_inbound(update: Update, bot: BotIdentity, now: datetime) -> Inbound | None:
    """The message to the bot. None if a bot or a channel wrote it, or it is addressed to others.

    `now` dates a tap, because Telegram does not.
    """
    if update.callback_query is not None:
        return _tap_to_inbound(update.callback_query, now)
    if update.message is not None:
        return _message_to_inbound(update.message, bot)
    return _edit_to_inbound(update.edited_message, bot) if update.edited_message is not None else None


def _message_to_inbound(message: Message, bot: BotIdentity) -> Inbound | None:
    sender, kind = _sender(message), _message_kind(message)
    # A channel is nobody to answer, and two bots would never stop.
    if sender is None or sender.is_bot or kind is None:
        return None
    text = text_for_bot(message, bot)
    if text is None:
        return None
    return Inbound(
        channel=CHANNEL,
        conversation=str(ChatAddress.from_message(message)),
        sender=str(sender.id),
        message_id=_message_id(message),
        edit_of=str(message.message_id) if message.edit_date is not None else None,
        sent_at=datetime.fromtimestamp(message.date, UTC),
        kind=kind,
        text=text,
        language=_user_language(sender),
        username=sender.username,
        location=message.location_text() or message.chat.title,  # Restaurants name their groups after themselves.
        profile_name=_profile_name(sender),
        media=message.file_id() if kind in KINDS_WITH_FILE else None,
    )


def _sender(message: Message) -> User | None:
    """Who wrote it. An anonymous administrator writes as the group, one conversation for all of them."""
    if message.sender_chat is None:
        return message.sender
    return User(id=message.chat.id) if message.sender_chat.id == message.chat.id else None


def _edit_to_inbound(message: Message, bot: BotIdentity) -> Inbound | None:
    """Only edited text counts: a live location is "edited" every few seconds."""
    if message.edit_date is None or not (message.text or message.caption):
        return None
    if message.edit_date - message.date > EDIT_WINDOW.total_seconds():
        return None
    fresh = message.model_copy(update={"date": message.edit_date})
    return _message_to_inbound(fresh, bot)


def _tap_to_inbound(query: CallbackQuery, now: datetime) -> Inbound | None:
    if query.message is None or query.data is None or query.sender.is_bot:
        return None
    option = decode_choice(query.data, query.message)
    return Inbound(
        channel=CHANNEL,
        conversation=str(ChatAddress.from_message(query.message)),
        sender=str(query.sender.id),
        message_id=f"cb:{query.id}",
        sent_at=now,
        kind=MessageKind.TAP if option.choice is not None else MessageKind.TEXT,
        text=option.title,
        choice=option.choice,
        source_turn=option.turn,
        language=_user_language(query.sender),
        username=query.sender.username,
        location=query.message.chat.title,
        profile_name=_profile_name(query.sender),
    )


def _message_id(message: Message) -> str:
    """Each edit is a message of its own. Pictures of an album without text share an id: one answer is enough."""
    if message.edit_date is not None:
        return f"{message.message_id}:e{message.edit_date}"
    if message.media_group_id is not None and not message.caption:
        return f"album:{message.media_group_id}"
    return str(message.message_id)


def _message_kind(message: Message) -> MessageKind | None:
    if message.text is not None:
        return MessageKind.TEXT
    return next((kind for field, kind in _KIND_BY_FIELD if message.has_field(field)), None)


def _profile_name(sender: User) -> str | None:
    return " ".join(part.strip() for part in (sender.first_name, sender.last_name) if part and part.strip()) or None


def _user_language(sender: User) -> Language | None:
    code = (sender.language_code or "").casefold().split("-")[0]
    return next((language for language in LANGUAGES if language == code), None)
