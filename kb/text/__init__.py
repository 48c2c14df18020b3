"""From what people type to normalized tokens: cleaning, phonetic key, stem, language, likeness."""
