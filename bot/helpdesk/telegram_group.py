"""Notifications in Telegram groups: posts them, and turns button taps into hand-off actions."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from html import escape
from typing import Final, Protocol

import structlog

from bot.channels.interface import DeliveryError
from bot.channels.telegram.outgoing.group_messages import ActionButton, ButtonTap, MessageGoneError, TapReply
from bot.helpdesk.handoff_actions import ActionResult, HandoffActions
from bot.helpdesk.incident_actions import IncidentActions, IncidentResult
from bot.notify.formatting import telegram_html
from bot.notify.interface import AnyNotification, HandoffNotification, IncidentNotification, NotifyError, Thread
from bot.notify.staff_address import StaffAddress, Transport
from bot.notify.wording.notification_texts import NotificationTexts
from handlers.model.actions import HandoffReason
from handlers.model.handoff import CloseReason, HandoffState, NotificationKind
from storage.helpdesk.handoff_states import CURRENT_STATES

log = structlog.get_logger()

ButtonRows = tuple[tuple[ActionButton, ...], ...]

_ACTIONS_BY_STATE: Final[Mapping[HandoffState, tuple[tuple[str, ...], ...]]] = {
    HandoffState.OPEN: (("take",), ("reached", "close")),
    HandoffState.TAKEN: (("reached", "close"), ("give_back", "undo")),
    HandoffState.CONTACTED: (("close",), ("give_back", "undo")),
    HandoffState.CLOSED: (("undo", "reopen"),),
}
"""The actions offered in each state."""
_CLOSED_BY_PERSON_ROWS: Final = (("reopen",),)
_QUESTION_ROWS: Final = (("keep", "give_back"),)
_REOPENED_ROWS: Final = (("take",),)
_REASON_ROWS: Final = (
    ("close_solved",),
    ("close_no_answer", "close_not_ours"),
    ("close_duplicate", "close_other"),
    ("back",),
)
"""What "close" asks: one tap closes nothing."""
_AGENT_REASONS: Final = tuple(reason for reason in CloseReason if reason is not CloseReason.WORKS_AGAIN)
_INCIDENT_ACTIONS_BY_STATE: Final[Mapping[HandoffState, tuple[tuple[str, ...], ...]]] = {
    HandoffState.OPEN: (("take_all",),),
    HandoffState.TAKEN: (("works_again",),),
    HandoffState.CONTACTED: (("works_again",),),
}
"""As _ACTIONS_BY_STATE; what closes all is offered only once somebody has taken them."""


_INCIDENT_QUESTION_ROWS: Final = (("keep_all", "give_back_all"),)


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
        if isinstance(notification, IncidentNotification):
            # The list of an incident is posted again in its reminder: the buttons are where it is read.
            asks = notification.kind is NotificationKind.QUESTION
            rows = _INCIDENT_QUESTION_ROWS if asks else _INCIDENT_ACTIONS_BY_STATE.get(notification.state, ())
            return _make_rows(self._texts, rows, notification.handoff)
        if not isinstance(notification, HandoffNotification) or notification.kind is NotificationKind.REMINDER:
            return ()
        if notification.kind is NotificationKind.QUESTION:
            return _make_rows(self._texts, _QUESTION_ROWS, notification.handoff)
        if notification.kind is NotificationKind.NEWS:
            return _make_rows(self._texts, _REOPENED_ROWS if notification.reopened else (), notification.handoff)
        rows = _ACTIONS_BY_STATE[notification.state]
        if notification.closed_reason is CloseReason.WORKS_AGAIN:
            rows = _CLOSED_BY_PERSON_ROWS
        return _make_rows(self._texts, rows, notification.handoff)


def _make_rows(texts: NotificationTexts, rows: tuple[tuple[str, ...], ...], number: object) -> ButtonRows:
    return tuple(
        tuple(ActionButton(title=texts.sentence(f"button_{act}"), callback_data=f"{act}:{number}") for act in row)
        for row in rows
    )


def _is_current(notification: AnyNotification) -> bool:
    """Whether somebody still has to act on it; of what is over or erased nothing wrong stands where nothing stands."""
    return isinstance(notification, HandoffNotification) and notification.state in CURRENT_STATES


class GroupActions:
    """Turns button taps into hand-off actions. `groups` receive notifications: only their members may act."""

    def __init__(
        self,
        handoff_actions: HandoffActions,
        texts: NotificationTexts,
        groups: frozenset[str],
        *,
        incident_actions: IncidentActions | None = None,
    ) -> None:
        self._texts, self._groups = texts, groups
        self._incident_actions: Mapping[str, Callable[[int, str], Awaitable[IncidentResult]]] = (
            {}
            if incident_actions is None
            else {
                "take_all": incident_actions.take,
                "works_again": incident_actions.works_again,
                "keep_all": incident_actions.keep,
                "give_back_all": incident_actions.release,
            }
        )
        self._actions: Mapping[str, Callable[[int, str], Awaitable[ActionResult]]] = {
            "take": handoff_actions.take,
            "give_back": handoff_actions.release,
            "keep": handoff_actions.keep,
            "reached": handoff_actions.mark_contacted,
            "undo": handoff_actions.undo,
            "reopen": handoff_actions.reopen,
            **{f"close_{reason}": partial(handoff_actions.close, reason=reason) for reason in _AGENT_REASONS},
        }
        self._find = handoff_actions.find

    async def __call__(self, tap: ButtonTap) -> TapReply:
        """The reply to whoever tapped."""
        if tap.chat not in self._groups:
            return TapReply(text=self._texts.sentence("no_group"), show_alert=True)
        act, _, number = tap.callback_data.partition(":")
        if not (number.isascii() and number.isdigit() and len(number) < 16):
            return TapReply(text="")
        if act in self._incident_actions:
            return await self._on_incident(act, int(number), tap.user_name)
        if act in ("close", "back"):
            return await self._show_reasons(int(number), asks=act == "close")
        return await self._on_handoff(act, number, tap.user_name)

    async def _on_handoff(self, act: str, number: str, user_name: str) -> TapReply:
        if act not in self._actions:
            return TapReply(text="")
        result = await self._actions[act](int(number), user_name)
        if result.applied:
            done = "close" if act.startswith("close_") else act
            return TapReply(text=self._texts.sentence(f"done_{done}", number=number))
        return TapReply(text=self._not_applied_text(act, user_name, result), show_alert=True)

    async def _on_incident(self, act: str, number: int, user_name: str) -> TapReply:
        result = await self._incident_actions[act](number, user_name)
        if not result.applied:
            said = "incident_not_yours" if act in ("keep_all", "give_back_all") else "incident_over"
            return TapReply(text=self._texts.sentence(said), show_alert=True)
        said = self._texts.sentence(
            f"done_{act}", number=number, count=result.changed, told=result.told, untold=result.untold
        )
        return TapReply(text=said, show_alert=act == "works_again")

    async def _show_reasons(self, number: int, *, asks: bool) -> TapReply:
        """Puts the reasons for closing in the place of the buttons, or the buttons back."""
        handoff = await self._find(number)
        if handoff is None or handoff.closed_at is not None:
            return TapReply(text=self._texts.sentence("gone" if handoff is None else "over"), show_alert=True)
        rows = _REASON_ROWS if asks else _ACTIONS_BY_STATE[handoff.state]
        stopped = handoff.reason is HandoffReason.TRADING_STOPPED
        text = ("ask_close_stopped" if stopped else "ask_close") if asks else "done_back"
        return TapReply(
            text=self._texts.sentence(text, number=number),
            show_alert=asks and stopped,
            rows=_make_rows(self._texts, rows, number),
        )

    def _not_applied_text(self, act: str, user_name: str, result: ActionResult) -> str:
        if result.state is None:
            return self._texts.sentence("gone")
        if act in ("undo", "reopen"):
            return self._texts.sentence("not_undone" if act == "undo" else "not_reopened")
        if result.closed:
            return self._texts.sentence("over")
        if act in ("give_back", "keep"):
            return self._texts.sentence("nobody_has" if result.taken_by is None else "not_yours")
        return (
            self._texts.sentence("yours")
            if result.taken_by == user_name
            else self._texts.sentence("had", who=result.taken_by)
        )
