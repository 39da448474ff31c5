"""Language tags in the manner of BCP 47, and the scripts that common languages are written in."""

import re
import unicodedata
from collections import Counter

TAG = re.compile(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?")

ISO_639_1 = (
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da "
    "de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy "
    "hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg "
    "li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or "
    "os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta "
    "te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
NO_SHORT_CODE = (
    "ast ban bho ceb ckb chr fil gsw haw hmn hsb ilo kab lzh mai mul nds pap sah scn sco szl und "
    "vec war yue zxx"
)
"""Codes of ISO 639-3 for languages that have none of two letters, as far as likely here."""
PRIMARY = frozenset(f"{ISO_639_1} {NO_SHORT_CODE}".split())

NOT_TAGS = {
    "jp": "ja", "cn": "zh", "cz": "cs", "gr": "el", "dk": "da", "eng": "en", "english": "en",
    "ger": "de", "deu": "de", "german": "de", "fra": "fr", "fre": "fr", "french": "fr",
    "spa": "es", "spanish": "es", "chi": "zh", "zho": "zh", "chinese": "zh", "jpn": "ja",
    "japanese": "ja", "rus": "ru", "russian": "ru", "ara": "ar", "arabic": "ar", "ua": "uk",
    "en-UK": "en-GB", "en-uk": "en-GB", "iw": "he", "in": "id",
}  # fmt: skip
"""What people write instead of the tag."""

NEED_JOINERS = "ar as bn ckb dv fa gu hi kn ks ku mai ml mr ne or pa ps sa sd si ta te ug ur yi"
JOINING = frozenset(NEED_JOINERS.split())
"""Languages whose spelling needs the zero-width joiner and non-joiner."""

WRITTEN_IN = {
    "LATIN": "ca cs da de en es et eu fi fr gl hr hu id is it lt lv nb nl nn no pl pt ro sk sl sv "
    "tr vi",
    "CYRILLIC": "be bg mk ru uk",
    "ARABIC": "ar ckb fa ps ur",
    "DEVANAGARI": "hi mr ne",
    "CJK": "zh ja ko",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "KATAKANA-HIRAGANA": "ja",
    "HANGUL": "ko",
    "ARMENIAN": "hy",
    "BENGALI": "bn",
    "GEORGIAN": "ka",
    "GREEK": "el",
    "HEBREW": "he",
    "TAMIL": "ta",
    "THAI": "th",
}
"""First word of a letter's Unicode name → languages; a language not listed is not judged."""

ENOUGH_LETTERS = 8
LEAST_SHARE = 0.3


def script_mismatch(text: str, tag: str) -> str:
    """Name the script a text is mostly written in, if its language is not written so."""
    expected = [script for script, tags in WRITTEN_IN.items() if tag in tags.split()]
    letters = Counter(_script(letter) for letter in text if letter.isalpha())
    if not expected or letters.total() < ENOUGH_LETTERS:
        return ""
    share = sum(letters[script] for script in expected) / letters.total()
    return letters.most_common(1)[0][0].title() if share < LEAST_SHARE else ""


def _script(letter: str) -> str:
    return unicodedata.name(letter, "UNKNOWN").split(maxsplit=1)[0]
