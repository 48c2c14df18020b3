"""Twilio's REST side as cheap as it can be made in Python: it takes every message, and reads nothing of it."""

import asyncio
import sys
from typing import cast


class TwilioConnection(asyncio.Protocol):
    """One connection. Twilio's library sends one request at a time on it, always with its length."""

    request_count = 0

    def __init__(self) -> None:
        self._got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It stays open until the other side closes it."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answers each whole request."""
        self._got += data
        head, end, body = self._got.partition(b"\r\n\r\n")
        if not end or len(body) < _length(head):
            return
        self._got = body[_length(head) :]
        TwilioConnection.request_count += 1
        said = b'{"sid": "SM%032x", "status": "queued"}' % TwilioConnection.request_count
        head = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        self._transport.write(head % len(said) + said)


def _length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"content-length:")
    return int(rest.split(b"\r\n", 1)[0]) if found else 0


async def serve(port: int) -> None:
    """Until it is killed."""
    server = await asyncio.get_running_loop().create_server(TwilioConnection, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
