"""Lock 3: no setting makes the program write to the mailbox that makes tickets; it does not even start."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.notify.directory import Recipients, RecipientsError, read_recipients
from bot.notify.staff_address import StaffAddress, Transport, is_still_allowed, parse_staff_address
from bot.notify.ticket_mailbox import may_reach_ticket_mailbox
from bot.settings import read_settings
from handlers.model.context import KnowledgeBundle
from kb.model import Directory, TicketAddress

TICKET = TicketAddress(email="support@smarttek.eu", aliases=("help@smarttek.lv", "atbalsts@smart-tek.lv"))
POST: dict[str, Any] = {"smtp_url": "smtps://bot:secret@mail.bistro.lv", "notify_from": "bot@bistro.lv"}

TICKET_MAILBOX_VARIANTS = (
    "support@smarttek.eu",
    "mailto:support@smarttek.eu",
    "SUPPORT@SmartTek.EU",
    "support+tills@smarttek.eu",
    "support-tills@smarttek.eu",
    "sup.port@smarttek.eu",
    "support@smarttek.eu.",
    "help@smarttek.lv",
    "Help+x@SMARTTEK.lv",
    "support@mail.smarttek.eu",
    "Maiņas grupa <support@smarttek.eu>",
    "\"ops@bistro.lv\" <support@smarttek.eu>",
    "\"support\"@smarttek.eu",
    "\"sup\\\\port\"@smarttek.eu",
    "support(tills)@smarttek.eu",
    "support@(the one)smarttek.eu",
    "support%40smarttek.eu",
    "%73upport@smarttek.eu",
    "support%2540smarttek.eu",
    "support%smarttek.eu@bistro.lv",
    "smarttek.eu!support@bistro.lv",
    "@bistro.lv:support@smarttek.eu",
    "ｓｕｐｐｏｒｔ＠ｓｍａｒｔｔｅｋ．ｅｕ",
    "support@smarttek。eu",
    "sup\u200bport@smarttek.eu",
    "sup\u00adport@smarttek.eu",
    "ops@bistro.lv, support@smarttek.eu",
    "ops@bistro.lv\nsupport@smarttek.eu",
    "ops@bistro.lv?cc=support@smarttek.eu",
    "mailto:ops@bistro.lv?bcc=support%40smarttek.eu",
    "mailto://support:pass@smarttek.eu",
    "mailtos://support:pass@smarttek.eu",
    "mailtos://user:pass@bistro.lv?to=support@smarttek.eu",
    "mailtos://user:pass@bistro.lv?to=ops@bistro.lv&cc=support%40smarttek.eu",
    "mailtos://user:pass@bistro.lv/ops@bistro.lv/?bcc=SUPPORT%2Bx%40smarttek.eu",
    "mailto://user:pass@bistro.lv?to=ops@bistro.lv&reply=support@smarttek.eu",
    "mailto://user:pass@bistro.lv?to=ops@bistro.lv&from=support@smarttek.eu",
    "mailtos://_?user=support&pass=x&smtp=mail.smarttek.eu&to=ops@bistro.lv",
    "ses://bot@bistro.lv/ID/SECRET/eu-west-1/support@smarttek.eu",
    "sendgrid://KEY:bot@bistro.lv/support@smarttek.eu",
    "mailgun://bot@bistro.lv/KEY/support@smarttek.eu",
    "mailgun://support@smarttek.eu/KEY",
    "sparkpost://bot@bistro.lv/KEY/support%40smarttek.eu",
    "smtp2go://bot@bistro.lv/KEY/support@smarttek.eu",
    "o365://TENANT:bot@bistro.lv/ID/SECRET/support@smarttek.eu",
    "azure://TENANT/support@smarttek.eu/ID/SECRET",
    "brevo://KEY:bot@bistro.lv/support@smarttek.eu",
    "resend://KEY:bot@bistro.lv/support@smarttek.eu",
    "postmark://KEY:bot@bistro.lv/support@smarttek.eu",
    "pbul://TOKEN/support@smarttek.eu",
    "ntfys://ntfy.sh/tills?email=support@smarttek.eu",
    "ntfy://ntfy.sh/tills?e-mail=ops@bistro.lv",
    "slack://A/B/C/support@smarttek.eu",
    "json://bistro.lv/forward?to=Support%2Btill%40smarttek.eu",
    "form://support:pass@smarttek.eu/post",
    "apprise://bistro.lv/token?to=support@smarttek.eu",
    "jira://TOKEN@user/support",
    "opsgenie://KEY",
    "mailto:",
)  # fmt: skip


@pytest.fixture(scope="module")
def directory(shipped: KnowledgeBundle) -> Directory:
    return shipped.base.directory


def read_problems(directory: Directory, settings: Mapping[str, Any], *, telegram: bool = True) -> Recipients:
    return read_recipients(read_settings(**{**POST, **settings}), aliased(directory), telegram=telegram)


def aliased(directory: Directory) -> Directory:
    """The shipped lines, with a ticket mailbox that has aliases."""
    return replace(directory, ticket_channel=replace(directory.ticket_channel, address=TICKET))


@pytest.mark.parametrize("planted", TICKET_MAILBOX_VARIANTS)
@pytest.mark.parametrize("setting", ["technical", "escalation"])
def test_a_setting_that_would_reach_the_ticket_mailbox_is_refused(
    directory: Directory, planted: str, setting: str
) -> None:
    given: dict[str, object] = (
        {"notify_escalation": planted} if setting == "escalation" else {"notify": {setting: planted}}
    )
    with pytest.raises(RecipientsError) as caught:
        read_problems(directory, given)
    assert caught.value.problems
    for problem in caught.value.problems:
        assert problem.startswith(f"NOTIFY_{setting.upper()}: ")
        assert ": write" in problem or ": use" in problem, "it says what to write instead"
        assert "support@" not in problem.casefold(), "it shows no address"
        assert "pass" not in problem


@pytest.mark.parametrize(
    "sender", ["support@smarttek.eu", "Support+x@smarttek.eu", "Paligs <support@smarttek.eu>", "x"]
)
def test_a_bounce_would_make_a_ticket_too(directory: Directory, sender: str) -> None:
    with pytest.raises(RecipientsError, match="NOTIFY_FROM: "):
        read_problems(directory, {"notify": {"technical": "ops@bistro.lv"}, "notify_from": sender})


def test_letters_that_are_handed_in_as_the_ticket_mailbox_would_come_back_to_it(directory: Directory) -> None:
    with pytest.raises(RecipientsError, match="SMTP_URL: the user is or may be the ticket mailbox"):
        read_problems(directory, {"smtp_url": "smtps://support%40smarttek.eu:secret@mail.smarttek.eu"})


def test_all_mistakes_are_told_at_once_each_with_its_setting(directory: Directory) -> None:
    with pytest.raises(RecipientsError) as caught:
        read_problems(
            directory,
            {
                "notify": {"technical": "support@smarttek.eu", "sales": "ops@bistro.lv", "helpdesk": "telegram:-100"},
                "notify_escalation": "jira://a/b",
                "notify_from": "support@smarttek.eu",
                "notify_after": "10, kitchen=4",
            },
            telegram=False,
        )
    assert sorted(problem.split(":")[0] for problem in caught.value.problems) == [
        "NOTIFY_AFTER",
        "NOTIFY_ESCALATION",
        "NOTIFY_FROM",
        "NOTIFY_HELPDESK",
        "NOTIFY_SALES",
        "NOTIFY_TECHNICAL",
    ]


ALLOWED_TARGETS = (
    ("telegram:-1001234567890", Transport.TELEGRAM),
    ("telegram:-1001234567890/17", Transport.TELEGRAM),
    ("ops@bistro.lv", Transport.MAIL),
    ("mailto:ops@bistro.lv", Transport.MAIL),
    ("duty+tills@smarttek.eu", Transport.MAIL),
    ("support@smarttek.com", Transport.MAIL),
    ("supporters@smarttek.eu", Transport.MAIL),
    ("helpdesk@smarttek.eu", Transport.MAIL),
    ("slack://TokenA/TokenB/TokenC/#tills", Transport.APPRISE),
    ("jsons://hooks.bistro.lv/tills?key=a%20b", Transport.APPRISE),
    ("ntfys://ntfy.sh/tills", Transport.APPRISE),
)


@pytest.mark.parametrize(("written", "way"), ALLOWED_TARGETS)
def test_a_place_where_people_read_is_taken(directory: Directory, written: str, way: Transport) -> None:
    found = read_problems(directory, {"notify": {"technical": written}})
    (address,) = found.addresses.values()
    assert (address.transport, len(found.routing.targets_for(next(iter(found.routing.targets_by_line))))) == (way, 1)


def test_what_was_harmless_at_the_start_is_looked_at_again() -> None:
    address = parse_staff_address("tickets@bistro.lv", TICKET)
    assert is_still_allowed(address, TICKET)
    assert not is_still_allowed(address, TicketAddress(email="Tickets@bistro.lv"))


def test_a_staff_address_cannot_be_made_by_hand() -> None:
    with pytest.raises(TypeError, match="staff_address"):
        StaffAddress(transport=Transport.MAIL, target="support@smarttek.eu", name="x", check_token=None)


def test_the_shipped_ticket_mailbox_is_refused(directory: Directory) -> None:
    ticket = directory.ticket_channel.address
    assert may_reach_ticket_mailbox(ticket.email, ticket)
    with pytest.raises(RecipientsError):
        read_recipients(read_settings(**POST, notify={"technical": ticket.email}), directory, telegram=True)


@pytest.mark.parametrize("role", ["run", "web", "worker"])
def test_the_program_does_not_start(role: str, tmp_path: Path) -> None:
    """With one planted setting and one more mistake: both are told, and nothing runs."""
    environment = {
        "PATH": os.environ["PATH"],
        # Nothing is there: the program looks at whom it would tell before it looks for its database.
        "DATABASE_URL": f"sqlite:///{tmp_path}/paligs.sqlite3"
        if role == "run"
        else "postgresql://nobody@127.0.0.1:1/x",
        "SECRET_KEY": "a key of sixteen letters",
        "PUBLIC_URL": "https://bot.bistro.lv",
        "PORT": "0",
        "NOTIFY_TECHNICAL": "mailtos://user:pass@bistro.lv?to=ops@bistro.lv&cc=support%40smarttek.eu",
        "NOTIFY_KITCHEN": "ops@bistro.lv",
    }
    ended = subprocess.run(
        [sys.executable, "-m", "bot", role],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode == 2
    assert "NOTIFY_TECHNICAL: is or may be the ticket mailbox" in ended.stderr
    assert "NOTIFY_KITCHEN: no line is called so" in ended.stderr
    assert "pass" not in ended.stderr
