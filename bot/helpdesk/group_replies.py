"""Turns replies to notifications in a Telegram group into messages to the person, and says there what became of it."""

from dataclasses import dataclass
from html import escape

import structlog

from bot.channels.interface import DeliveryError
from bot.channels.telegram.outgoing.group_messages import GroupReply
from bot.helpdesk.agent_chat import AgentChat, ReplyResult
from bot.helpdesk.telegram_group import GroupChannel
from bot.notify.staff_address import Transport
from bot.notify.wording.notification_texts import NotificationTexts

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class GroupReplies:
    """Called for replies in the groups that receive notifications: only their members can write there."""

    agent_chat: AgentChat
    channel: GroupChannel
    texts: NotificationTexts

    async def __call__(self, reply: GroupReply) -> None:
        """Returns once it is stored. The same message again is neither sent nor answered again."""
        result = await self.agent_chat.reply_to_notification(
            f"{Transport.TELEGRAM}:{reply.chat}",
            reply.replied_to,
            reply.user_name,
            reply.text,
            provider_id=f"group:{reply.chat}:{reply.message_id}",
        )
        if result is ReplyResult.REPEATED:
            return
        try:
            await self.channel.post(
                reply.chat, escape(self.texts.sentence(f"reply_{result}")), in_reply_to=reply.message_id
            )
        except DeliveryError as exc:
            # The console shows it too.
            log.warning("telegram.confirmation_failed", permanent=exc.permanent)
