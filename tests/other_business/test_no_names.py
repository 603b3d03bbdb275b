"""The engine knows no pipeline: nothing that one business declares, or talks of, stands in the code."""

import re
from collections.abc import Iterator
from pathlib import Path

from validator.ssot.load import load
from validator.ssot.source import Ssot, subscriptions_of

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "schemas"
WORDS = (
    "nba", "nbac", "bdl", "espn", "bref", "ncaa", "wnba", "basketball", "hoops", "ball", "bigdataball", "balldontlie",
    "player", "players", "roster", "rosters", "boxscore", "boxscores", "gamebook", "pbp", "playoffs", "quarter", "tipoff", "referee", "arena",
    "odds", "vegas", "sportsbook", "bettingpros", "props", "injury", "injuries", "season_year", "box", "rebounds", "assists",
    "game", "games", "game_date", "game_id", "home_team", "away_team", "team_abbr", "lakers", "celtics", "bos", "lal",
)  # fmt: skip
"""Words of the trade of the pipeline that is shipped."""


def sources() -> dict[str, str]:
    """The engine's files, as text in lower case; words joined by `_` or by capitals count as words."""
    files = [ROOT / "main.py", *(ROOT / "checks").rglob("*"), *(ROOT / "validator").rglob("*")]
    return {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
        for path in files
        if path.is_file() and path.suffix not in {".pyc", ".typed"}
    }


def declared(ssot: Ssot) -> Iterator[str]:
    """The names that a business gives its things."""
    yield from (ssot.pipeline.name, ssot.pipeline.project_id)
    for dataset in ssot.datasets:
        yield from (dataset.name, *(table.name for table in dataset.tables))
    for processor in ssot.processors.values():
        yield from processor.names
    yield from (service.name for service in ssot.services)
    for topic in ssot.topics:
        yield from (topic.name, *(subscription.name for subscription in subscriptions_of(topic)))
    yield from (job.name for job in ssot.jobs)


def places(word: str, texts: dict[str, str]) -> list[str]:
    """Where a word stands by itself."""
    pattern = re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-])", re.IGNORECASE)
    return [name for name, text in texts.items() if pattern.search(text)]


def parts(text: str) -> set[str]:
    """The words of a text, also those inside snake_case and CamelCase names, in lower case."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)
    return {word.lower() for word in re.findall(r"[A-Za-z0-9]+", apart)} | set(re.findall(r"[a-z]+(?:_[a-z]+)+", text))


def test_no_declared_name_is_in_the_code() -> None:
    """No dataset, table, processor, service, topic, subscription or job of the shipped pipeline is named in the engine."""
    texts = sources()
    assert len(texts) > 60
    named = {name: places(name, texts) for name in sorted(set(declared(load(SCHEMAS))))}
    assert not {name: found for name, found in named.items() if found}


def test_no_word_of_the_trade_is_in_the_code() -> None:
    """Nothing in the engine, comments and documentation included, talks of the shipped pipeline's trade."""
    words = {name: parts(text) for name, text in sources().items()}
    talk = {word: [name for name, found in words.items() if word in found] for word in WORDS}
    assert not {word: found for word, found in talk.items() if found}


def test_the_words_would_be_found() -> None:
    """The search finds what it looks for: in the shipped `schemas/` nearly all of it is."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in SCHEMAS.rglob("*.yaml"))
    assert {"nba", "player", "roster", "game_date", "boxscores", "odds"} <= parts(text)
    assert places("nba_raw", {"x": text, "y": "my_nba_raw_2"}) == ["x"]
