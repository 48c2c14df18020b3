"""What search engines read beside a page: one question with its answer as schema.org's FAQPage; pure."""

from collections.abc import Mapping

from kb.model import Entry, Language


def faq_page(entry: Entry, language: Language, *, company: str, url: str | None) -> Mapping[str, object]:
    """The FAQPage of an entry; it says what the page shows, and nothing more."""
    answer = {"@type": "Answer", "text": entry.body[language]}
    question = {"@type": "Question", "name": entry.title[language], "acceptedAnswer": answer}
    page: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "FAQPage",
        "inLanguage": language,
        "publisher": {"@type": "Organization", "name": company},
        "mainEntity": [question],
    }
    return page if url is None else page | {"url": url}
