"""Text from the data where Streamlit reads Markdown."""

import re

# Only what would be read as a sign: a screen reader is given labels with their backslashes.
_SIGNS = re.compile(
    r"[\\`*\[\]~$|<]|(?<!\w)_|_(?!\w)|:(?=\S)|&(?=#?\w+;)|^[-+#>=]|(?<=^\d)[.)]|(?<=^\d\d)[.)]"
)
_LINKS = re.compile(r"(?i)(www)(?=\.)|(:)(?=//)|(?=@)")


def plain(text: object) -> str:
    r"""Keep a text from being read as Markdown, HTML, colours, icons or links.

    Examples
    --------
    >>> plain("a_b *c* <i> (years)")
    'a_b \\*c\\* \\<i> (years)'
    """
    apart = _LINKS.sub("\\g<0>\u2060", " ".join(str(text).split()))  # a sign without width
    return _SIGNS.sub(r"\\\g<0>", apart)
