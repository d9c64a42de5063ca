"""Names that try to be more than text, and pages as their readers see them."""

from markdown_it import MarkdownIt


def hostile(address: str) -> list[str]:
    """Names of the kind that a table from elsewhere may hold, each of which asks for something."""
    return [
        f"![p]({address}/picture)",
        f"<img src={address}/tag>",
        f"</script><script>fetch('{address}/script')</script>",
        f"\n\n![p]({address}/lines)\n\n# Title\n",
        f"`` ` ![p]({address}/ticks)",
        f"[a]({address}/link) [b](javascript:fetch('{address}/js'))",
        f"\" onerror=fetch('{address}/attribute') x=\"",
        f"| ![p]({address}/cell) |",
        f"\\![p]({address}/backslash)",
        f"- > 1. ![p]({address}/list)",
        f"[r]: {address}/reference",
        f"&lt;img src={address}/entity&gt; &#33;[p]({address}/entity2)",
        f"\u202e![p]({address}/turned)\u202c\u200b",
        f"<svg/onload=fetch('{address}/svg')>",
        f"$![p]({address}/math)$ ${{{{ {address} }}}}",
    ]


def as_html(markdown: str) -> str:
    """Render as GitHub and MLflow do, HTML inside included, which they filter."""
    renderer = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return str(renderer.render(markdown))
