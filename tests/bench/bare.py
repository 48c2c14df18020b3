"""The least that any Python bot on aiohttp does with a webhook: it checks Twilio's signature, and answers."""

import sys
from urllib.parse import parse_qsl

from aiohttp import web
from twilio.request_validator import RequestValidator

from tests.bench.signed import TOKEN


def application(url: str) -> web.Application:
    """One route, at which `url` is served."""
    validator = RequestValidator(TOKEN)

    async def message(request: web.Request) -> web.Response:
        fields = dict(parse_qsl((await request.read()).decode(), keep_blank_values=True))
        if not validator.validate(url, fields, request.headers.get("X-Twilio-Signature", "")):
            raise web.HTTPForbidden
        return web.Response(text="<Response/>", content_type="text/xml")

    bare = web.Application()
    bare.add_routes([web.post("/webhooks/twilio", message)])
    return bare


if __name__ == "__main__":
    port = int(sys.argv[1])
    address = f"http://127.0.0.1:{port}/webhooks/twilio"
    web.run_app(application(address), host="127.0.0.1", port=port, access_log=None, print=None)
