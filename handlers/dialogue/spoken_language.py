"""The language to answer a message in, and a count of those that the person wrote in; names count for none; pure."""

from handlers.dialogue.contact_details import only_tells_details
from handlers.input.conversation_language import conversation_language
from handlers.model.context import HandlerContext
from handlers.model.frozen import replace


def with_language(context: HandlerContext) -> HandlerContext:
    """The context in the language of the conversation; the message is counted if it told its language."""
    session, told = context.session, context.interpretation.language
    short = context.cue is not None or (session.language is not None and only_tells_details(context))
    language = conversation_language(session, context.interpretation, context.text, short=short)
    counts = dict(session.messages_by_language)
    if told is not None and not short and (told == language or session.language_chosen):
        counts[told] = counts.get(told, 0) + 1
    session = replace(session, language=language, messages_by_language=counts)
    spoken = context.knowledge.base.spoken_language(language, context.inbound.language)
    return replace(context, session=session, language=spoken)
