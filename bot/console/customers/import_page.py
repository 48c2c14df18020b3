"""The page that reads a table of customers: a preview with every mistake, and what is stored once it is confirmed."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from bot.console.framework.page_routing import AccessLevel, Section, get, post
from bot.console.framework.request import ConsoleRequest
from bot.console.framework.upload import UploadedFile
from bot.customers.importing.import_plan import ImportPlan, plan_import
from bot.customers.importing.packed_rows import PackedRowsError, pack_rows, unpack_rows
from bot.customers.importing.table_file import TableFileError, TableLimits, encoding_name, parse_rows
from bot.database.transactions import Transactions
from storage.customers import venue_import, venues
from storage.customers.venue_import import in_batches
from storage.customers.venues import SaveResult, Venue
from storage.helpdesk import audit_log
from storage.helpdesk.audit_log import AuditEvent

UPLOAD_LIMITS: Final = TableLimits(file_bytes=5_000_000, unpacked_bytes=60_000_000, rows=50_000)
"""What is larger is for the command line."""
MAX_FORM_BYTES: Final = 6_000_000
"""A file, or its packed rows, with the rest of the form."""
MAX_PROBLEMS_SHOWN: Final = 500
MAX_VENUES_SHOWN: Final = 10


@dataclass(frozen=True, kw_only=True)
class ImportPreview:
    """What a file would do. `results` are those of `plan.venues`, `packed` is what the confirmation sends back."""

    file: str
    encoding: str | None
    plan: ImportPlan
    results: tuple[SaveResult, ...]
    packed: str

    @property
    def counts(self) -> Counter[str]:
        """How many venues would be added, changed and left as they are."""
        return Counter(result.value for result in self.results)

    @property
    def shown(self) -> tuple[tuple[Venue, SaveResult], ...]:
        """The first venues that would be added or changed."""
        told = zip(self.plan.venues, self.results, strict=True)
        return tuple(one for one in told if one[1] is not SaveResult.UNCHANGED)[:MAX_VENUES_SHOWN]


class CustomerImportView:
    """GET /console/customers/import, the preview of a file, and its confirmation."""

    def __init__(self, transactions: Transactions, limits: TableLimits = UPLOAD_LIMITS) -> None:
        self._transactions, self._limits = transactions, limits

    def section(self) -> Section:
        """For admins: it replaces what is stored of many customers at once."""
        pages = (
            get("/customers/import", self.show, role=AccessLevel.ADMIN),
            post(
                "/customers/import",
                self.preview,
                role=AccessLevel.ADMIN,
                max_form_bytes=MAX_FORM_BYTES,
                takes_file=True,
            ),
            post("/customers/import/store", self.store, role=AccessLevel.ADMIN, max_form_bytes=MAX_FORM_BYTES),
        )
        return Section(
            name="customers_import", role=AccessLevel.ADMIN, routes=pages, texts_of=("customers",), in_menu=False
        )

    async def show(self, request: ConsoleRequest) -> web.StreamResponse:
        """The form that asks for a file."""
        return self._page(request)

    async def preview(self, request: ConsoleRequest) -> web.StreamResponse:
        """What the file would do, and every mistake in it; nothing is stored."""
        if request.upload is None:
            return self._page(request, wrong=request.texts["no_file"])
        try:
            read = await asyncio.to_thread(self._read, request.upload)
        except TableFileError as exc:
            return self._page(request, wrong=exc.told(request.language))
        plan, packed = read
        results = await self._transactions.read(lambda connection: venue_import.compare(connection, plan.venues))
        return self._page(
            request,
            preview=ImportPreview(
                file=request.upload.name,
                encoding=encoding_name(request.upload.name, request.upload.data),
                plan=plan,
                results=results,
                packed=packed,
            ),
        )

    async def store(self, request: ConsoleRequest) -> web.StreamResponse:
        """Store what was previewed, some venues a transaction; the first one records who did it."""
        try:
            plan = await asyncio.to_thread(lambda: plan_import(unpack_rows(request.field("rows"))))
        except PackedRowsError:
            return self._page(request, wrong=request.texts["read_again"])
        done = Counter[str]()
        for number, batch in enumerate(in_batches(plan.venues)):
            total = len(plan.venues) if number == 0 else None
            done.update(await self._store(request, batch, total))
        request.flash("stored", **{result.value: str(done[result]) for result in SaveResult})
        return request.redirect("/customers")

    async def _store(self, request: ConsoleRequest, batch: Sequence[Venue], total: int | None) -> Counter[str]:
        """Store some venues; with a `total` audit the import of so many."""
        agent, now = request.agent.name, request.now

        def write(connection: Connection) -> Counter[str]:
            if total is not None:
                audit_log.record(connection, AuditEvent.VENUES_IMPORTED, now, agent=agent, subject=str(total))
            return _save_all(connection, batch, now)

        return await self._transactions.write(write)

    def _read(self, upload: UploadedFile) -> tuple[ImportPlan, str]:
        rows = parse_rows(upload.name, upload.data, self._limits)
        return plan_import(rows), pack_rows(rows)

    def _page(
        self, request: ConsoleRequest, *, wrong: str | None = None, preview: ImportPreview | None = None
    ) -> web.Response:
        return request.render(
            "customers_import.html",
            status=HTTPStatus.OK if wrong is None else HTTPStatus.UNPROCESSABLE_ENTITY,
            wrong=wrong,
            preview=preview,
            limits=self._limits,
            most_problems=MAX_PROBLEMS_SHOWN,
        )


def _save_all(connection: Connection, batch: Sequence[Venue], now: datetime) -> Counter[str]:
    return Counter(venues.save(connection, venue, now).value for venue in batch)
