"""The versions of edited entries, on both databases."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import Connection, Engine

from kb.entry_edits import EntryEdit, apply_edits, edit_of
from kb.model import EntryId, KnowledgeBase
from storage.curation import entry_versions, lessons
from storage.curation.entry_versions import EntryVersion, VersionState
from storage.database.engine import read_transaction, write_transaction
from storage.errors import EntryEditError
from tests.contract.talks import NOW, at_once
from tests.doubles import small_base

BASE = small_base()
PRINTER, SCANNER = EntryId("printer"), EntryId("scanner")
LATER = NOW + timedelta(minutes=5)


def titled(title: str, entry: EntryId = PRINTER, base: KnowledgeBase = BASE) -> EntryEdit:
    return replace(edit_of(base.entries[entry]), title=dict.fromkeys(("lv", "ru", "en"), title))


def write(
    engine: Engine,
    edit: EntryEdit,
    *,
    by: str = "Ilze",
    seen: int | None = None,
    approval: bool = False,
    base: KnowledgeBase = BASE,
) -> EntryVersion:
    with write_transaction(engine) as connection:
        return entry_versions.add_version(connection, edit, base, by, NOW, seen=seen, needs_approval=approval)


def decide(engine: Engine, decision: Callable[[Connection, int, str, datetime], EntryVersion], of: int, by: str) -> str:
    try:
        with write_transaction(engine) as connection:
            return decision(connection, of, by, LATER).state.value
    except EntryEditError:
        return "refused"


def current(engine: Engine) -> tuple[EntryEdit, ...]:
    with read_transaction(engine) as connection:
        found = lessons.current_lessons(connection)
        assert found.edits == entry_versions.current_edits(connection)
    return found.edits


def history(engine: Engine, entry: EntryId = PRINTER) -> list[tuple[str, str, VersionState]]:
    with read_transaction(engine) as connection:
        found = entry_versions.list_versions(connection, entry)
    return [(one.edit.title["en"], one.by, one.state) for one in found]


def revision(engine: Engine) -> int:
    with read_transaction(engine) as connection:
        return lessons.revision(connection)


def test_an_edit_counts_at_once_and_the_words_of_the_file_stand_before_it(engine: Engine) -> None:
    written = write(engine, titled("Box"))

    assert current(engine) == (written.edit,) == (titled("Box"),)
    assert history(engine) == [("Box", "Ilze", VersionState.APPROVED), ("Printer", "", VersionState.APPROVED)]
    assert (written.at, written.decided_by, written.decided_at) == (NOW, "Ilze", NOW)
    assert revision(engine) == 1
    assert apply_edits(BASE, current(engine)).entries[PRINTER].title["lv"] == "Box"
    with read_transaction(engine) as connection:
        assert entry_versions.get_version(connection, written.id) == written
        assert entry_versions.get_version(connection, 99) is None


def test_the_newest_version_counts_and_an_older_one_comes_back_as_a_new_one(engine: Engine) -> None:
    first = write(engine, titled("Box"))
    second = write(engine, titled("Crate"), seen=first.id, by="Anna")
    write(engine, titled("Lid", SCANNER), by="Anna")
    assert [edit.title["en"] for edit in current(engine)] == ["Crate", "Lid"]

    write(engine, first.edit, seen=second.id, by="Anna")
    assert [edit.title["en"] for edit in current(engine)] == ["Lid", "Box"]
    assert [title for title, _, _ in history(engine)] == ["Box", "Crate", "Box", "Printer"]


def test_whoever_has_not_seen_the_newest_version_overwrites_nothing(engine: Engine) -> None:
    first = write(engine, titled("Box"))
    for seen in (None, first.id - 1, first.id + 1):
        with pytest.raises(EntryEditError):
            write(engine, titled("Crate"), seen=seen)
    assert current(engine) == (first.edit,)
    assert revision(engine) == 1


def test_of_two_who_edit_at_once_one_is_told(engine: Engine) -> None:
    def one(by: str) -> str:
        try:
            return write(engine, titled(by), by=by).state.value
        except EntryEditError:
            return "refused"

    assert sorted(at_once([partial(one, "Ilze"), partial(one, "Anna")])) == ["approved", "refused"]
    assert len(history(engine)) == 2


def test_a_proposal_counts_once_another_agent_approves_it(engine: Engine) -> None:
    proposal = write(engine, titled("Box"), approval=True)
    assert (proposal.state, proposal.decided_by) == (VersionState.PROPOSED, None)
    assert current(engine) == (edit_of(BASE.entries[PRINTER]),)
    with read_transaction(engine) as connection:
        assert entry_versions.list_proposals(connection) == (proposal,)

    assert decide(engine, entry_versions.approve_version, proposal.id, "Ilze") == "refused"
    assert decide(engine, entry_versions.approve_version, proposal.id, "Anna") == "approved"
    assert current(engine) == (proposal.edit,)
    assert decide(engine, entry_versions.approve_version, proposal.id, "Zane") == "refused"
    assert decide(engine, entry_versions.reject_version, proposal.id, "Zane") == "refused"
    with read_transaction(engine) as connection:
        approved = entry_versions.get_version(connection, proposal.id)
        assert entry_versions.list_proposals(connection) == ()
    assert approved is not None
    assert (approved.by, approved.decided_by, approved.decided_at) == ("Ilze", "Anna", LATER)


def test_a_rejected_proposal_never_counts_and_what_counted_stays(engine: Engine) -> None:
    first = write(engine, titled("Box"))
    proposal = write(engine, titled("Crate"), seen=first.id, approval=True)
    assert decide(engine, entry_versions.reject_version, proposal.id, "Ilze") == "rejected"
    assert decide(engine, entry_versions.approve_version, proposal.id, "Anna") == "refused"
    assert current(engine) == (first.edit,)


def test_a_new_proposal_takes_the_place_of_an_open_one(engine: Engine) -> None:
    first = write(engine, titled("Box"), approval=True)
    second = write(engine, titled("Crate"), seen=first.id, by="Anna", approval=True)
    with read_transaction(engine) as connection:
        assert entry_versions.list_proposals(connection) == (second,)
    assert history(engine)[1] == ("Box", "Ilze", VersionState.REJECTED)


def test_what_the_files_hold_is_released_and_counts_no_more(engine: Engine) -> None:
    first = write(engine, titled("Box"))
    write(engine, titled("Crate"), seen=first.id)
    write(engine, titled("Lid", SCANNER))
    released = apply_edits(BASE, [titled("Crate")])

    with write_transaction(engine) as connection:
        assert entry_versions.mark_edits_released(connection, BASE, LATER) == ()
    before = revision(engine)
    with write_transaction(engine) as connection:
        assert entry_versions.mark_edits_released(connection, released, LATER) == (PRINTER,)
    assert revision(engine) == before + 1
    assert current(engine) == (titled("Lid", SCANNER),)
    assert {state for _, _, state in history(engine)} == {VersionState.RELEASED}

    with read_transaction(engine) as connection:
        newest = entry_versions.list_versions(connection, PRINTER)[0].id
    again = write(engine, titled("Chest", base=released), seen=newest, base=released)
    assert again.edit in current(engine)
    assert [title for title, _, _ in history(engine)] == ["Chest", "Crate", "Crate", "Box", "Printer"]
