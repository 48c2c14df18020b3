"""`paligs` that waits at a stop for a tenth of the time, for everything alike: so a test need not sit it out.

python -m tests.e2e.brief_stop run|web|worker
"""

from typing import Final

from bot.app import roles
from bot.channels.webchat import server
from bot.cli import main
from bot.delivery.jobs import embedded
from bot.helpdesk import notification_worker

TENTH: Final = 0.1

if __name__ == "__main__":
    for module, name in (
        (embedded, "SHUTDOWN_GRACE_SECONDS"),
        (notification_worker, "SHUTDOWN_GRACE_SECONDS"),
        (server, "CLOSE_TIMEOUT_SECONDS"),
        (roles, "REQUEST_GRACE_SECONDS"),
    ):
        vars(module)[name] *= TENTH
    main()
