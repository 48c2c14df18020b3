"""What a tap shows: the button stops spinning at once, and the choices give way to the one that was made."""

from telegram import LinkPreviewOptions, MessageEntity

from bot.channels.telegram.api.client import Api
from bot.channels.telegram.api.updates import CallbackQuery, Entity, Message
from bot.channels.telegram.outgoing.formatting import LONGEST, size
from bot.channels.telegram.outgoing.group_messages import LONGEST_ANSWER, Answer
from bot.channels.telegram.outgoing.keyboards import chosen
from bot.concurrency.task_set import Errands

_CHOSEN = "✓ {title}"


class Taps:
    """Answers taps, in the background: neither Telegram nor the talk waits for it."""

    def __init__(self, api: Api, errands: Errands) -> None:
        self._api = api
        self._errands = errands

    def acknowledge(self, query: CallbackQuery) -> None:
        """It was felt."""
        self._errands.run("acknowledge tap", self._api.answer_callback_query(query.id))

    def answer(self, query: CallbackQuery, answer: Answer) -> None:
        """It was felt, and this came of it."""
        text = answer.text[:LONGEST_ANSWER] or None
        call = self._api.answer_callback_query(query.id, text=text, show_alert=answer.loud or None)
        self._errands.run("answer tap", call)

    def settle(self, query: CallbackQuery) -> None:
        """It was stored: take the choices away, so that nobody taps twice, and note the one that was made."""
        message = query.message
        if message is None or query.data is None:
            return
        title = chosen(query.data, message).title
        if title:  # Else the message is too old to be shown, or its choices are gone already.
            self._errands.run("settle tap", self._settle(message, _CHOSEN.format(title=title)))

    async def _settle(self, message: Message, note: str) -> None:
        text = f"{message.text}\n\n{note}"
        if message.text is None or size(text) > LONGEST:
            await self._api.edit_message_reply_markup(chat_id=message.chat.id, message_id=message.message_id)
            return
        await self._api.edit_message_text(
            text,
            chat_id=message.chat.id,
            message_id=message.message_id,
            entities=[_entity(entity) for entity in message.entities],
            link_preview_options=LinkPreviewOptions(is_disabled=True),  # An edit would bring the preview back.
        )


def _entity(entity: Entity) -> MessageEntity:
    fields = entity.model_dump(exclude={"user"})
    return MessageEntity.de_json(fields)
