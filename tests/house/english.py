"""Turns of phrase that the project does not use, each with what to write instead."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Turn:
    """A turn of phrase: `examples` must match, `fine` must not, and `advice` says what to write."""

    pattern: re.Pattern
    advice: str
    examples: tuple
    fine: tuple = ()


def _turn(pattern, advice, *examples, fine=()):
    return Turn(re.compile(pattern, re.IGNORECASE), advice, examples, fine)


TURNS = (
    _turn(
        r"(?<!there )\b(?:is|are|was|were|be|been) no (?!longer|more|less|fewer|other|such|reason|need)",
        "a noun phrase is negated by its verb: write `is not a …`, `is not an …`, or `has no …`",
        "`x` is no directory",
        "these bytes are no request",
        fine=("there is no such role", "it is no longer kept", "is no more than 10"),
    ),
    _turn(
        r"\b(?:whoever|whosoever|somebody|someone|anybody|anyone|nobody|no one|everybody|everyone)\b(?! else's)",
        "name the actor: the caller, a client, the operator, no user, every request",
        "whoever asks",
        "somebody waits for it",
        "attached to nobody",
    ),
    _turn(r"\bwho(?:ever)? ask(?:s|ed)\b", "name the actor: the caller or the principal", "who asks, and for what"),
    _turn(
        r"\b(?:of our own|of ours|(?:is|as) our reading)\b",
        "name the owner or the source: `built-in`, `of this package`, `an interpretation of …`",
        "the HTTP/2 server of our own",
    ),
    _turn(
        r"\b(?:the|an) own (?!\w+ing\b)",
        "`own` needs a possessive: `its own`, `the caller's own`",
        "a resource of the own account",
        fine=("its own account", "the owner"),
    ),
    _turn(
        r"\b(?:tells?|told|telling)\b",
        "say which: reports, shows, describes, logs, distinguishes (A from B), determines",
        "which is told elsewhere",
        "where that cannot be told",
        "tells a budget what one plan holds",
    ),
    _turn(
        r"\b(?:hears?|heard|hearing)\b",
        "the field's verbs are receive, be notified of, listen",
        "hears of a change",
    ),
    _turn(
        r"\b(?:settles?|settled|settling)\b",
        "say what happens: decide, resolve, finish, normalize, become stable",
        "string-or-list is settled",
    ),
    _turn(
        r"\blook(?:s|ed|ing)? at\b",
        "write read, check, examine or consider",
        "is not looked at",
        fine=("looks up a key", "what to look for"),
    ),
    _turn(
        r"\b(?:lets? in|turned away|lets? go of|let go|letting go)\b",
        "the field's verbs are accept, admit, reject, release and free",
        "more work than is let in",
        "the plan is let go",
    ),
    _turn(
        r"\ball that\b(?! (?:is|are) not)",
        "write `everything that` or name the things: `all keys that …`, `every …`",
        "all that decides for it",
    ),
    _turn(
        r"\b(?:befell|befalls?|lest|whence|thence|wherein|whereof|whereby|thereof|hitherto|albeit|be it)\b",
        "use the plain word: happen, so that … not, where, of it, although, whether",
        "whatever befell",
        "texts, be it without case",
    ),
    _turn(
        r"\b(?:in words|in so many words|without a word|(?:a|has the) word (?:on|of|about|for|more)|gives? word)\b",
        "call it a message, a sentence or a log line, or say what it states",
        "why it is not JSON, in words",
    ),
    _turn(
        r"\b(?:is|are|was|were|be|been|to be) had\b|\bhad of\b",
        "write received, obtained or available",
        "no answer is to be had",
    ),
    _turn(
        r"\bstands? (?:in|at|on|as|before|behind|after|there|here|open|beside|nowhere|under|below|above|between)\b",
        "text does not stand: write `is`, `appears`, `is written`, `is missing`",
        "a comma stands before the closing bracket",
        "where a value stands in its text",
        fine=("a star stands for any text",),
    ),
    _turn(
        r"\b(?:and|or) the like\b|\band its kind\b",
        "give the list or the rule: `such as …`",
        "`1${uin}` and the like",
    ),
    _turn(r"\bmend(?:s|ed|ing)?\b", "write fix or correct", "nobody can mend that"),
    _turn(
        r"\b(?:requests?|callers?|clients?|questions?) (?:brings?|brought)\b|\bmay bring\b",
        "a request contains, a caller supplies",
        "what the request brought",
    ),
    _turn(
        r"\bturns? (?:it|the|a) decision\b|\bturn it\b|\bturn the \w+ round\b",
        "a decision is reversed or changed",
        "what would turn a decision",
    ),
    _turn(
        r"\bha(?:s|ve) (?:a|its|their) say\b|\bin the open\b|\bfor all we know\b|\ball the same\b|\bin calm\b",
        "say literally what happens",
        "each trust policy has its say",
    ),
    _turn(
        r"\b(?:must be|expected|is not|not) (?:a text|texts)\b",
        "JSON, YAML and Python call it a string",
        "`tags` must be a text",
        fine=("the text of a policy",),
    ),
    _turn(
        r"\brather too (?:many|much)\b",
        "write `an upper estimate`",
        "rather too many than too few",
    ),
    _turn(
        r"\b(?:bit by bit|by and by|time and again|little to be done|slip of the finger|(?:of|at) the price)\b",
        "say literally how: gradually, repeatedly, one edit away, ten times as fast",
        "let it go bit by bit",
    ),
)
