"""The names of all criteria and rules for the number of clusters; nothing is imported for them.

A criterion is a module of `criteria` with a `CRITERION`, and its line here. Its columns in the
curve, its vote, its place in sentences, its panel in the picture and the rule of its name follow
from that. A rule is a module of `rules` with a `RULE`, and its line here.
"""

CRITERIA = (
    "silhouette",
    "excess",
    "split_agreement",
    "separation",
    "evidence",
    "gap",
    "calinski_harabasz",
    "davies_bouldin",
    "elbow",
)
"""Every criterion, in the order in which they are shown. Each is also a rule: take its k."""

RULES = (
    "consensus",
    "fixed",
)
"""Every rule that is no criterion."""

RENAMED = {"stability": "split_agreement"}
"""Names of rules in earlier versions."""


def mistake_in(rule: str) -> str | None:
    """Return what is wrong with the name of a rule, or None.

    Examples
    --------
    >>> mistake_in("consensus") is None
    True
    >>> mistake_in("stability")
    "the rule 'stability' is called 'split_agreement' now"
    """
    if rule in (*RULES, *CRITERIA):
        return None
    if rule in RENAMED:
        return f"the rule '{rule}' is called '{RENAMED[rule]}' now"
    return f"no rule is called '{rule}'; allowed: {', '.join((*RULES, *CRITERIA))}"
