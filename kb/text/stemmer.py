"""The stem of a phonetic key: one list of endings for Latvian, Russian and English; pure."""

from functools import lru_cache
from typing import Final

MIN_STEM: Final = 3
MAX_STEM: Final = 6
"""What stands further back in a word is rarely what parts it from others."""

_ENDINGS: Final = (
    # lv
    "a as ai am u i is iem us os es e ei em im s m ot at et it ut sim siet sanu sana sanas sanai ams amies ies "
    "oties ja ju jam jat jas usi ts ta tas ti tu ati ata ato ami ana anas anu "
    # ru
    "oi om ov ah ami iah iami ogo emu omu ego ee oe ie ih imi ii uu o ite ete ati iti eti al ala alo ali il ila ilo "
    "ili aet aut ait aete ca aeca ets ivat ivaet ova ovat ueca nii nie nia "
    # en
    "ed ing er ers ly"
).split()
_ENDINGS_BY_LENGTH: Final = tuple(
    (length, frozenset(ending for ending in _ENDINGS if len(ending) == length))
    for length in range(max(map(len, _ENDINGS)), 0, -1)
)


@lru_cache(maxsize=1 << 12)
def stem(phonetic: str) -> str:
    """A phonetic key without its longest ending, of MIN_STEM to MAX_STEM letters."""
    for length, endings in _ENDINGS_BY_LENGTH:
        if len(phonetic) >= MIN_STEM + length and phonetic[-length:] in endings:
            return phonetic[: min(len(phonetic) - length, MAX_STEM)]
    return phonetic[:MAX_STEM]
