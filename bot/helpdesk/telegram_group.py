"""Notifications in Telegram groups: posts them, and turns button taps into hand-off actions."""

from collections.abc import Awaitable, Callable, Mapping
from html import escape
from typing import Final, Protocol

import structlog

from bot.channels.interface import DeliveryError
from bot.channels.telegram.outgoing.group_messages import ActionButton, ButtonTap, MessageGoneError, TapReply
from bot.helpdesk.handoff_actions import ActionResult, HandoffActions
from bot.notify.formatting import telegram_html
from bot.notify.interface import AnyNotification, HandoffNotification, NotifyError, Thread
from bot.notify.staff_address import StaffAddress, Transport
from bot.notify.wording import NotificationTexts
from handlers.model.handoff import HandoffState, NotificationKind
from storage.helpdesk import handoffs

log = structlog.get_logger()

ButtonRows = tuple[tuple[ActionButton, ...], ...]

_ACTIONS_BY_STATE: Final[Mapping[HandoffState, tuple[tuple[str, ...], ...]]] = {
    HandoffState.OPEN: (("take",), ("reached", "not_needed")),
    HandoffState.TAKEN: (("reached", "not_needed"), ("give_back",)),
}
"""The actions offered in each state; none when closed."""


_WITHOUT_BUTTONS: Final = frozenset({NotificationKind.REMINDER, NotificationKind.NEWS})


class GroupChannel(Protocol):
    """As bot.channels.telegram.channel.Telegram."""

    async def post(
        self,
        address: str,
        html: str,
        rows: ButtonRows = (),
        in_reply_to: str | None = None,
        topic_gone: str = "",
    ) -> str:
        """Post a new message; in the group, with the sentence `topic_gone`, if its topic is gone."""
        ...

    async def edit(self, address: str, message_id: str, html: str, rows: ButtonRows = ()) -> None:
        """Edit the message.

        Raises:
            MessageGoneError: it is not there any more.
        """
        ...


class TelegramGroupNotifier:
    """A Notifier for Telegram groups."""

    def __init__(self, channel: GroupChannel, texts: NotificationTexts) -> None:
        self._channel, self._texts = channel, texts

    async def notify(self, to: StaffAddress, notification: AnyNotification, thread: Thread) -> str:
        """As Notifier.notify."""
        if to.transport is not Transport.TELEGRAM:
            raise NotifyError("this is no Telegram group", permanent=True)
        html, rows = telegram_html(self._texts.render(notification)), self._button_rows(notification)
        try:
            if thread.provider_message_id is None:
                return await self._post(to, html, rows, thread.in_reply_to)
            try:
                await self._channel.edit(to.target, thread.provider_message_id, html, rows)
            except MessageGoneError:
                if _is_current(notification):
                    return await self._post(to, html, rows)
                log.info("notification.message_gone", handoff=notification.handoff)
        except DeliveryError as exc:
            raise NotifyError(str(exc), permanent=exc.permanent, retry_after=exc.retry_after) from exc
        return thread.provider_message_id

    async def _post(self, to: StaffAddress, html: str, rows: ButtonRows, in_reply_to: str | None = None) -> str:
        sentence = escape(self._texts.sentence("topic_gone"))
        return await self._channel.post(to.target, html, rows, in_reply_to, sentence)

    def _button_rows(self, notification: AnyNotification) -> ButtonRows:
        if not isinstance(notification, HandoffNotification) or notification.kind in _WITHOUT_BUTTONS:
            return ()
        return tuple(
            tuple(
                ActionButton(title=self._texts.sentence(f"button_{act}"), callback_data=f"{act}:{notification.handoff}")
                for act in row
            )
            for row in _ACTIONS_BY_STATE.get(notification.state, ())
        )


def _is_current(notification: AnyNotification) -> bool:
    """Whether somebody still has to act on it; of what is over or erased nothing wrong stands where nothing stands."""
    return isinstance(notification, HandoffNotification) and notification.state in handoffs.CURRENT_STATES


class GroupActions:
    """Turns button taps into hand-off actions. `groups` receive notifications: only their members may act."""

    def __init__(self, handoff_actions: HandoffActions, texts: NotificationTexts, groups: frozenset[str]) -> None:
        self._texts, self._groups = texts, groups
        self._actions: Mapping[str, Callable[[int, str], Awaitable[ActionResult]]] = {
            "take": handoff_actions.take,
            "give_back": handoff_actions.release,
            "reached": handoff_actions.mark_contacted,
            "not_needed": handoff_actions.mark_not_needed,
        }

    async def __call__(self, tap: ButtonTap) -> TapReply:
        """The reply to whoever tapped."""
        if tap.chat not in self._groups:
            return TapReply(text=self._texts.sentence("no_group"), show_alert=True)
        act, _, number = tap.callback_data.partition(":")
        if act not in self._actions or not (number.isascii() and number.isdigit() and len(number) < 16):
            return TapReply(text="")
        result = await self._actions[act](int(number), tap.user_name)
        if result.applied:
            return TapReply(text=self._texts.sentence(f"done_{act}", number=number))
        return TapReply(text=self._not_applied_text(act, tap.user_name, result), show_alert=True)

    def _not_applied_text(self, act: str, user_name: str, result: ActionResult) -> str:
        if result.state is None:
            return self._texts.sentence("gone")
        if result.state not in handoffs.CURRENT_STATES:
            return self._texts.sentence("over")
        if act == "give_back":
            return self._texts.sentence("nobody_has" if result.taken_by is None else "not_yours")
        return (
            self._texts.sentence("yours")
            if result.taken_by == user_name
            else self._texts.sentence("had", who=result.taken_by)
        )
