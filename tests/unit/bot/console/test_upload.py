"""A form with a file is read up to its size, and what is no form is refused."""

from http import HTTPStatus

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.console.framework.upload import read_form_with_file

BOUNDARY = "----x"
FORM_TYPE = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


def part(name: str, value: str, more: str = "") -> str:
    return f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n{value}\r\n'


async def told(body: str, headers: dict[str, str], max_bytes: int = 100) -> tuple[int, str]:
    async def show(request: web.Request) -> web.Response:
        sent = await read_form_with_file(request, max_bytes)
        return web.Response(text=f"{dict(sent.fields)} {sent.upload}")

    application = web.Application()
    application.router.add_post("/", show)
    async with TestClient(TestServer(application)) as client, client.post("/", data=body, headers=headers) as answer:
        return answer.status, await answer.text()


async def test_fields_and_the_file_are_read_without_the_folders_of_its_owner() -> None:
    body = part("csrf", "t") + part("file", "a;b", r'; filename="C:\\home\\a.csv"') + f"--{BOUNDARY}--\r\n"
    assert await told(body, FORM_TYPE) == (HTTPStatus.OK, "{'csrf': 't'} UploadedFile(name='a.csv', data=b'a;b')")


async def test_a_form_where_no_file_was_chosen_has_none() -> None:
    body = part("csrf", "t") + part("file", "", '; filename=""') + f"--{BOUNDARY}--\r\n"
    assert await told(body, FORM_TYPE) == (HTTPStatus.OK, "{'csrf': 't', 'file': ''} None")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert await told("csrf=t", form) == (HTTPStatus.OK, "{'csrf': 't'} None")


@pytest.mark.parametrize("parts", [1, 3])
async def test_what_is_larger_in_sum_is_refused(parts: int) -> None:
    body = "".join(part(f"f{number}", "x" * (150 // parts)) for number in range(parts)) + f"--{BOUNDARY}--\r\n"
    assert (await told(body, FORM_TYPE))[0] == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ("nothing of the kind", FORM_TYPE),
        (part("a", "b"), {"Content-Type": "multipart/form-data"}),
        (
            f"--{BOUNDARY}\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y\r\n\r\nx\r\n--y--\r\n--{BOUNDARY}--\r\n",
            FORM_TYPE,
        ),
    ],
)
async def test_what_is_no_form_is_refused(body: str, headers: dict[str, str]) -> None:
    assert (await told(body, headers))[0] == HTTPStatus.BAD_REQUEST
