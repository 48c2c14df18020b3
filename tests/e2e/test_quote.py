"""In a group the answer quotes the question, also when the program was killed between the two."""

import asyncio
from pathlib import Path

from tests.e2e.loaded_program import LoadedProgram
from tests.e2e.telegram_peer import ScriptedFailure, TelegramPeer
from tests.patience import PATIENCE_SECONDS
from tests.ports import own_port

GROUP = -1000000000005


async def test_after_a_restart_an_answer_still_quotes_what_was_asked(tmp_path: Path) -> None:
    async with TelegramPeer() as peer:
        settings = {"PORT": str(own_port()), "TELEGRAM_BOT_TOKEN": peer.token, "TELEGRAM_API_URL": peer.url}
        settings["LOG_LEVEL"] = "DEBUG"
        with LoadedProgram(tmp_path, settings) as program:
            peer.script_failures("sendMessage", *[ScriptedFailure(status=502)] * 9)
            program.start()
            asked = peer.send_text("@paligs_test_bot, kase nedrukā čeku", chat=GROUP)
            peer.send_text("sveiki visiem", chat=GROUP)
            await peer.until(lambda: not peer.pending and any(name == "getUpdates" for name, _ in peer.calls))
            await peer.until(lambda: "delivery.failed" in "".join(program.log()))
            program.kill()
            assert peer.sent == []
            peer.end_failures("sendMessage")
            program.start()
            await peer.until(lambda: peer.sent)
            assert await asyncio.to_thread(program.stop, within=PATIENCE_SECONDS) == 0
            # Whatever is logged at the most talkative, libraries too: no token, no word of anybody.
            log = "\n".join(program.log())
            assert "telegram.started" in log
            assert "delivery.failed" in log
            for private in (peer.token, peer.token.split(":")[1], "čeku", "sveiki"):
                assert private not in log

        (answer,) = peer.sent
        assert answer["reply_to_message"]["message_id"] == asked
        assert peer.calls_of("sendMessage")[0]["reply_parameters"] == {
            "message_id": asked,
            "allow_sending_without_reply": True,
        }
        assert not peer.contract_violations
