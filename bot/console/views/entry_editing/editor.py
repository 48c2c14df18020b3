"""The pages on which an entry is edited, its versions are compared, and another agent approves them."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from bot.console.framework.knowledge_access import KnowledgeAccess
from bot.console.framework.page_routing import AccessLevel, Section, get, post
from bot.console.framework.request import ConsoleRequest
from bot.console.views.entry_editing.edit_form import edit_from_form, fields_of, seen_version
from bot.console.views.entry_editing.problem_texts import problem_text
from bot.database.transactions import Transactions
from kb.answer_text import contacts
from kb.entry_edits import EntryEdit, edit_of
from kb.evaluation.contradictions import FlippedQuestion
from kb.lessons import Lesson
from kb.loading.content_error import ContentError
from kb.loading.edit_check import edit_problems
from kb.model import Entry, EntryId
from kb.text.contacts import casefold_key
from storage.curation import entry_versions
from storage.curation.entry_versions import EntryVersion, VersionState
from storage.errors import EntryEditError
from storage.helpdesk import audit_log
from storage.helpdesk.audit_log import AuditEvent

TITLE_CHARS: Final = 24
"""What fits every channel's buttons; the check says the same."""


class EntryEditorView:
    """GET /console/knowledge/entries/<id>/edit, the versions below it, and their actions."""

    def __init__(self, transactions: Transactions, knowledge: KnowledgeAccess) -> None:
        self._transactions, self._knowledge = transactions, knowledge

    def section(self) -> Section:
        """For agents."""
        entry, version = "/knowledge/entries/{entry}", "/knowledge/versions/{version}"
        pages = (
            get(f"{entry}/edit", self.show, role=AccessLevel.AGENT),
            post(f"{entry}/edit", self.save, role=AccessLevel.AGENT),
            get(version, self.compare, role=AccessLevel.AGENT),
            post(f"{version}/approve", self.approve, role=AccessLevel.AGENT),
            post(f"{version}/reject", self.reject, role=AccessLevel.AGENT),
        )
        return Section(name="entry_edit", role=AccessLevel.AGENT, routes=pages, in_menu=False)

    async def show(self, request: ConsoleRequest) -> web.StreamResponse:
        """The form, filled with what is said now; or with an older version, to return to it."""
        entry = self._entry(request)
        versions = await self._transactions.read(lambda connection: entry_versions.list_versions(connection, entry.id))
        wanted = request.http_request.query.get("version", "")
        older = next((one for one in versions if str(one.id) == wanted), None)
        filed = edit_of(self._knowledge.released_content().entries[entry.id])
        said = edit_of(self._knowledge.edited_content().entries[entry.id], filed.based_on)
        fields = fields_of(
            said if older is None else older.edit,
            self._knowledge.current.base.languages,
            versions[0].id if versions else None,
        )
        return self._page(request, entry, versions, {**fields, "based_on": filed.based_on}, older=older)

    async def save(self, request: ConsoleRequest) -> web.StreamResponse:
        """Check it as the files are checked; then it is said at once, or waits for another agent."""
        entry = self._entry(request)
        edit = edit_from_form(request, entry.id, self._knowledge.current.base.languages)
        problems = (request.texts["problem_date"],) if edit is None else self._problems(request, edit)
        if edit is None or problems:
            return await self._again(request, entry, problems)
        if edit == edit_of(self._knowledge.edited_content().entries[entry.id], edit.based_on):
            request.flash("nothing_changed")
            return request.redirect(f"/knowledge/entries/{entry.id}")
        flipped = () if request.field("anyway") else await self._find_flipped(edit)
        if flipped:
            return request.render("contradiction.html", flipped=flipped, names=self._knowledge.names(request.language))
        return await self._store(request, entry, edit)

    async def _find_flipped(self, edit: EntryEdit) -> Sequence[FlippedQuestion]:
        base = self._knowledge.current.base
        known = {casefold_key(text) for texts in base.entries[edit.entry].questions.values() for text in texts}
        return await self._knowledge.find_flipped(
            [
                Lesson(entry=edit.entry, language=language, text=text)
                for language, texts in edit.questions.items()
                for text in texts
                if casefold_key(text) not in known
            ]
        )

    async def _store(self, request: ConsoleRequest, entry: Entry, edit: EntryEdit) -> web.StreamResponse:
        released, seen = self._knowledge.released_content(), seen_version(request)

        def store(connection: Connection) -> EntryVersion:
            stored = entry_versions.add_version(
                connection,
                edit,
                released,
                request.agent.name,
                request.now,
                seen=seen,
                needs_approval=self._knowledge.edits_need_approval,
            )
            event = AuditEvent.ENTRY_EDITED if stored.state is VersionState.APPROVED else AuditEvent.EDIT_PROPOSED
            _record(connection, request, event, stored)
            return stored

        based_on = edit_of(released.entries[entry.id]).based_on
        try:
            if edit.based_on != based_on:
                raise EntryEditError
            stored = await self._transactions.write(store)
        except EntryEditError:
            return await self._again(request, entry, (request.texts["problem_meanwhile"],), HTTPStatus.CONFLICT)
        self._knowledge.on_change()
        request.flash("saved" if stored.state is VersionState.APPROVED else "proposed")
        return request.redirect(f"/knowledge/versions/{stored.id}")

    async def compare(self, request: ConsoleRequest) -> web.StreamResponse:
        """A version beside the one before it: only what is another."""
        version = await self._version(request)
        versions = await self._transactions.read(
            lambda connection: entry_versions.list_versions(connection, version.edit.entry)
        )
        before = next((one for one in versions if one.id < version.id and one.state is not VersionState.REJECTED), None)
        languages = self._knowledge.current.base.languages
        old = fields_of(before.edit if before else version.edit, languages, None)
        new = fields_of(version.edit, languages, None)
        return request.render(
            "entry_version.html",
            version=version,
            changed=[(name, old[name], text) for name, text in new.items() if name != "based_on" and text != old[name]],
            names=self._knowledge.names(request.language),
            own=version.by == request.agent.name,
            current=versions[0].id == version.id,
        )

    async def approve(self, request: ConsoleRequest) -> web.StreamResponse:
        """Let a proposal of another agent be said, if the check still finds nothing."""
        version = await self._version(request)
        problems = self._problems(request, version.edit)
        if problems:
            request.session["said"] = " ".join((request.texts["approve_problems"], *problems))
            return request.redirect(f"/knowledge/versions/{version.id}")
        return await self._decide(request, version, AuditEvent.EDIT_APPROVED)

    async def reject(self, request: ConsoleRequest) -> web.StreamResponse:
        """Reject a proposal, or take one's own back."""
        return await self._decide(request, await self._version(request), AuditEvent.EDIT_REJECTED)

    async def _decide(self, request: ConsoleRequest, version: EntryVersion, event: AuditEvent) -> web.StreamResponse:
        approved = event is AuditEvent.EDIT_APPROVED
        decision = entry_versions.approve_version if approved else entry_versions.reject_version

        def decide(connection: Connection) -> EntryVersion:
            decided = decision(connection, version.id, request.agent.name, request.now)
            _record(connection, request, event, decided)
            return decided

        try:
            await self._transactions.write(decide)
        except EntryEditError:
            request.flash("not_decided")
        else:
            self._knowledge.on_change()
            request.flash("approved" if approved else "rejected")
        return request.redirect(f"/knowledge/versions/{version.id}")

    def _problems(self, request: ConsoleRequest, edit: EntryEdit) -> tuple[str, ...]:
        base = self._knowledge.current.base
        try:
            problems = edit_problems(edit, base, self._knowledge.directory())
        except ContentError as exc:
            problems = exc.problems
        titles = {str(entry.id): entry.title[request.language] for entry in base.entries.values()}
        return tuple(problem_text(problem, request.texts, titles) for problem in problems)

    async def _again(
        self,
        request: ConsoleRequest,
        entry: Entry,
        problems: Sequence[str],
        status: int = HTTPStatus.UNPROCESSABLE_ENTITY,
    ) -> web.StreamResponse:
        versions = await self._transactions.read(lambda connection: entry_versions.list_versions(connection, entry.id))
        return self._page(request, entry, versions, request.form, problems=problems, status=status)

    def _page(
        self,
        request: ConsoleRequest,
        entry: Entry,
        versions: Sequence[EntryVersion],
        fields: Mapping[str, str],
        *,
        problems: Sequence[str] = (),
        status: int = HTTPStatus.OK,
        older: EntryVersion | None = None,
    ) -> web.StreamResponse:
        base = self._knowledge.current.base
        return request.render(
            "entry_edit.html",
            status=status,
            entry=entry,
            versions=versions,
            fields=fields,
            problems=problems,
            older=older,
            tongues=base.languages,
            sources=[(name, source.title[request.language]) for name, source in base.sources.items()],
            placeholders=", ".join(f"{{{name}}}" for name in contacts(base.directory)),
            title_chars=TITLE_CHARS,
            needs_approval=self._knowledge.edits_need_approval,
        )

    def _entry(self, request: ConsoleRequest) -> Entry:
        name = EntryId(request.http_request.match_info["entry"])
        found = self._knowledge.released_content().entries.get(name)
        if found is None or name not in self._knowledge.current.base.entries:
            raise web.HTTPNotFound
        return self._knowledge.current.base.entries[name]

    async def _version(self, request: ConsoleRequest) -> EntryVersion:
        number = request.path_number("version")
        found = await self._transactions.read(lambda connection: entry_versions.get_version(connection, number))
        if found is None:
            raise web.HTTPNotFound
        return found


def _record(connection: Connection, request: ConsoleRequest, event: AuditEvent, version: EntryVersion) -> None:
    subject = f"{version.edit.entry} ({version.id})"
    audit_log.record(connection, event, request.now, agent=request.agent.name, subject=subject)
