"""Text from the data where Streamlit reads Markdown."""

import re

_SIGNS = re.compile(r"[!-/:-@\[-`{-~]")
_LINKS = re.compile(r"(?i)(www)(?=\.)|(:)(?=//)|(?=@)")


def plain(text: object) -> str:
    r"""Keep a text from being read as Markdown, HTML, colours, icons or links.

    Examples
    --------
    >>> plain("a_b *c* <i>")
    'a\\_b \\*c\\* \\<i\\>'
    """
    apart = _LINKS.sub("\\g<0>\u2060", " ".join(str(text).split()))  # a sign without width
    return _SIGNS.sub(r"\\\g<0>", apart)
