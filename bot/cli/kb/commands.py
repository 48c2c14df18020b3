"""`paligs kb`: check the content, export it, train on it and evaluate it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from bot.cli.kb.content_folder import ContentFolder
from bot.cli.kb.evaluation_options import evaluate

if TYPE_CHECKING:
    from kb.model import KnowledgeBase

LINES_PROMPT: Final = "Phone lines, as desk=+12025550101,repairs=+12025550102"

app = typer.Typer(help="The knowledge base: check, export, evaluate.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def check(
    content: ContentFolder = None,
    against: Annotated[
        Path | None, typer.Option(help="Also list messages of this labelled file that the content holds.")
    ] = None,
    at_most: Annotated[int | None, typer.Option(min=0, help="With --against: exit 1 where they are more.")] = None,
    forecast: Annotated[
        bool, typer.Option(help="Forecast what share of each entry's questions will be answered (a few seconds).")
    ] = True,
) -> None:
    """Validate the content: exit 1 and a line for each problem; warn about overdue reviews and odd or few questions."""
    from bot.knowledge.text_warnings import text_warnings
    from kb.loading.content_error import ContentError
    from kb.loading.content_warnings import content_warnings
    from kb.loading.loader import load_knowledge_base
    from kb.loading.validation import overdue_reviews

    try:
        knowledge = load_knowledge_base(content)
    except ContentError as exc:
        for problem in exc.problems:
            typer.echo(problem)
        typer.echo(f"{len(exc.problems)} problems.", err=True)
        raise typer.Exit(1) from None
    overdue = overdue_reviews(knowledge, datetime.now(UTC).date())
    for warning in (*overdue, *content_warnings(knowledge), *text_warnings(knowledge)):
        typer.echo(f"warning: {warning}")
    questions = sum(1 for _ in knowledge.questions())
    out_of_scope = sum(map(len, knowledge.out_of_scope.values()))
    typer.echo(
        f"{len(knowledge.entries)} entries, {questions} questions, {len(knowledge.concepts)} concepts, "
        f"{out_of_scope} out-of-scope examples: no problems. Version {knowledge.version}."
    )
    if forecast:
        from bot.cli.kb.forecast import print_forecast

        print_forecast(knowledge)
    if against is not None:
        _check_leakage(against, knowledge, at_most)


def _check_leakage(file: Path, knowledge: "KnowledgeBase", at_most: int | None) -> None:
    from bot.cli.kb.evaluation import print_leaks

    if (found := print_leaks(file, knowledge)) > (found if at_most is None else at_most):
        typer.echo(
            f"{found} messages are leaked from the content, and at most {at_most} may be: rephrase them.", err=True
        )
        raise typer.Exit(1)


@app.command()
def train(content: ContentFolder = None) -> None:
    """Train the model and cache it, so that the next start only reads it: for images and after an upgrade."""
    from bot.knowledge.content_cache import cached_or_load
    from bot.knowledge.model_cache import cache_path, cached_or_train
    from kb.loading.content_error import ContentError

    try:
        knowledge = cached_or_load(content)
    except ContentError as exc:
        typer.echo(str(exc), err=True)
        raise typer.Exit(1) from None
    cached_or_train(knowledge)
    path = cache_path(knowledge)
    where = f"cached in {path.parent}" if path.exists() else f"not cached: {path.parent} cannot be written"
    typer.echo(f"Trained version {knowledge.version}; {where}.")


# The name of the command in earlier releases.
app.command("learn", hidden=True)(train)


@app.command()
def export(
    as_json: Annotated[bool, typer.Option("--json", help="JSON (the only form that is printed).")] = True,
    taught: Annotated[bool, typer.Option("--taught", help="With what was taught and drafted in the console.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="With --taught: write the content files that change into this folder.")
    ] = None,
    content: ContentFolder = None,
) -> None:
    """Print the whole content as JSON; or write what was taught as content files for review."""
    del as_json
    if taught:
        from bot.cli.kb.lessons import print_lessons, write_lessons

        if out is None:
            print_lessons(content)
        else:
            write_lessons(content, out)
    elif out is None:
        from bot.cli.kb.export_json import export_json
        from kb.loading.loader import load_knowledge_base

        typer.echo(
            json.dumps(export_json(load_knowledge_base(content, with_universal=False)), ensure_ascii=False, indent=1)
        )
    else:
        typer.echo("--out goes with --taught: paligs kb export --taught --out review", err=True)
        raise typer.Exit(2)


app.command("eval")(evaluate)


@app.command()
def bench(
    content: ContentFolder = None,
    messages: Annotated[int, typer.Option(min=1, help="How many messages to time.")] = 2000,
    entries: Annotated[
        int | None, typer.Option(min=2, help="Generate so many entries instead of reading the content.")
    ] = None,
    questions: Annotated[
        int | None, typer.Option(min=2, help="Generate so many questions instead of reading the content.")
    ] = None,
) -> None:
    """Time loading, training and inference on this machine."""
    from bot.cli.bench.bench import print_generated_speed, print_speed

    if entries is None and questions is None:
        print_speed(content, messages)
    else:
        print_generated_speed(entries, questions, messages)


@app.command("init")
def init_content(
    folder: Annotated[Path, typer.Argument(help="Where to write it: a new or empty folder.")],
    company: Annotated[
        str | None, typer.Option(help="The name of the company; asked for, and all else, if missing.")
    ] = None,
    bot_name: Annotated[str | None, typer.Option(help="What the bot is called; else as the company.")] = None,
    languages: Annotated[str | None, typer.Option(help="ISO codes with commas between, as de,en; else en.")] = None,
    lines: Annotated[
        str | None,
        typer.Option(help="Phone lines, as desk=+12025550101,repairs=+12025550102; one number alone is called desk."),
    ] = None,
    ticket_email: Annotated[
        str | None, typer.Option(help="The mailbox that makes tickets, if there is one; people write to it.")
    ] = None,
    urgent: Annotated[
        str | None, typer.Option(help='The urgent case as people tell it, if there is one: "water runs from the lift".')
    ] = None,
) -> None:
    """Begin another company's content: asks what is not given; what it writes passes the check and answers."""
    from bot.cli.kb.init_content import NewCompany, parse_lines, write_content

    if company is None:
        company = typer.prompt("Company")
        bot_name = bot_name or typer.prompt("What the bot is called (empty: as the company)", "", show_default=False)
        languages = languages or typer.prompt("Languages, as en or de,en", "en")
        lines = lines or typer.prompt(LINES_PROMPT)
        ticket_email = ticket_email or typer.prompt("Mailbox that makes tickets (empty: none)", "", show_default=False)
        urgent = urgent or typer.prompt("The urgent case, as people tell it (empty: none)", "", show_default=False)
    if lines is None:
        lines = typer.prompt(LINES_PROMPT)
    new = NewCompany(
        company=company,
        languages=[code.strip() for code in (languages or "en").split(",") if code.strip()],
        lines=parse_lines([one for one in lines.split(",") if one.strip()]),
        bot_name=(bot_name or "").strip() or None,
        ticket_email=(ticket_email or "").strip() or None,
        urgent=(urgent or "").strip() or None,
    )
    write_content(folder, new, today=datetime.now(UTC).date())
    typer.echo(f"{folder} is written. Next:")
    typer.echo(f"  paligs kb import FAQ.csv --content {folder}    your FAQ: .csv .xlsx .md .html .json .yml")
    typer.echo(f"  paligs kb check --content {folder}             what is missing, and how much will be answered")
    typer.echo(f"  CONTENT_DIR={folder} paligs ask 'a question'")
    typer.echo(f"  CONTENT_DIR={folder} paligs run                the web chat on http://localhost:8080")
    typer.echo(f"Entries lie under {folder}/entries, one file a topic; docs/content.md tells what may stand in them.")


@app.command("import")
def import_content(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE...",
            help="A FAQ (.csv, .xlsx, .md, .html, .json, .yml) for new entries, in several languages one file each "
            "(faq.de.csv faq.en.csv) or all in one; or questions for known entries: JSON lines with id, lang and text "
            "(.jsonl), or an export.",
        ),
    ] = None,
    taught: Annotated[
        bool, typer.Option("--taught", help="Mark lessons and drafts that the content files hold as released.")
    ] = False,
    line: Annotated[str | None, typer.Option(help="Whose line a FAQ's entries are; else the general one.")] = None,
    proposals: Annotated[
        bool, typer.Option("--take-proposals", help="Take the proposed phrasings over as questions of the entries.")
    ] = False,
    content: ContentFolder = None,
) -> None:
    """Make entries of a FAQ, or add questions to entries; what is there already is skipped."""
    from bot.cli.kb.importing.import_content import import_files

    if taught and not files:
        from bot.cli.kb.lessons import mark_lessons_released

        mark_lessons_released(content)
    elif files and not taught:
        import_files(files, content or Path("kb/content"), line=line, take_proposals=proposals)
    else:
        typer.echo("Name a file: paligs kb import FILE; or mark released lessons: paligs kb import --taught.", err=True)
        raise typer.Exit(2)
