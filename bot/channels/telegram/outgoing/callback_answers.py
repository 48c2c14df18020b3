"""Answers callback queries: stops the button's spinner, and replaces the keyboard with the choice."""

from telegram import LinkPreviewOptions, MessageEntity

from bot.channels.telegram.api.background_calls import BackgroundCalls
from bot.channels.telegram.api.client import BotApi
from bot.channels.telegram.api.updates import CallbackQuery, Entity, Message
from bot.channels.telegram.outgoing.formatting import MAX_MESSAGE_UNITS
from bot.channels.telegram.outgoing.group_messages import MAX_REPLY_CHARS, TapReply, make_keyboard
from bot.channels.telegram.outgoing.keyboards import decode_choice
from bot.channels.text_split import utf16_length

_CHOSEN_NOTE = "✓ {title}"


class CallbackAnswers:
    """Answers taps in the background: neither Telegram nor the conversation waits for it."""

    def __init__(self, api: BotApi, background_calls: BackgroundCalls) -> None:
        self._api = api
        self._background_calls = background_calls

    def acknowledge(self, query: CallbackQuery) -> None:
        """Confirm a tap."""
        self._background_calls.run("acknowledge tap", self._api.answer_callback_query(query.id))

    def answer(self, query: CallbackQuery, reply: TapReply) -> None:
        """Confirm a tap, with a reply."""
        text = reply.text[:MAX_REPLY_CHARS] or None
        call = self._api.answer_callback_query(query.id, text=text, show_alert=reply.show_alert or None)
        self._background_calls.run("answer tap", call)
        if reply.rows and query.message is not None:
            message, keyboard = query.message, make_keyboard(reply.rows)
            self._background_calls.run(
                "replace buttons",
                self._api.edit_message_reply_markup(
                    chat_id=message.chat.id, message_id=message.message_id, reply_markup=keyboard
                ),
            )

    def replace_keyboard(self, query: CallbackQuery) -> None:
        """The tap is stored: remove the keyboard, so that nobody taps twice, and note the choice."""
        message = query.message
        if message is None or query.data is None:
            return
        title = decode_choice(query.data, message).title
        if title:  # Else the message is too old, or its keyboard is gone already.
            self._background_calls.run("settle tap", self._replace_keyboard(message, _CHOSEN_NOTE.format(title=title)))

    async def _replace_keyboard(self, message: Message, note: str) -> None:
        text = f"{message.text}\n\n{note}"
        if message.text is None or utf16_length(text) > MAX_MESSAGE_UNITS:
            await self._api.edit_message_reply_markup(chat_id=message.chat.id, message_id=message.message_id)
            return
        await self._api.replace_text(
            text=text,
            chat_id=message.chat.id,
            message_id=message.message_id,
            entities=[_entity(entity) for entity in message.entities],
            link_preview_options=LinkPreviewOptions(is_disabled=True),  # An edit would bring the preview back.
        )


def _entity(entity: Entity) -> MessageEntity:
    fields = entity.model_dump(exclude={"user"})
    return MessageEntity.de_json(fields)
