"""The mail in a real browser: what it looks like on a phone, in the dark, without its style sheet and without images."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.parts.browser import Browser
from tests.parts.needs import needs
from tests.parts.page import Page
from tests.tell import samples

pytestmark = pytest.mark.real

OVERFLOW = "document.documentElement.scrollWidth - window.innerWidth"
BACKGROUND = "getComputedStyle(document.body).backgroundColor"
POOREST_CONTRAST = """(() => {
  const parse = c => c.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = e => {
    const c = parse(getComputedStyle(e).backgroundColor);
    return c.length < 4 || c[3] > 0 ? c : ground(e.parentElement);
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let poorest = 99;
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const e = node.parentElement;
    if (!node.data.trim() || !e.getClientRects().length) continue;
    const [a, b] = [light(parse(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
    poorest = Math.min(poorest, (a + 0.05) / (b + 0.05));
  }
  return poorest;
})()"""
END_OF_ANSWERS = "document.querySelector('pre').getBoundingClientRect().bottom"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser without images, as many mail programs are."""
    needs("chromium")
    with Browser(images=False) as running:
        yield running


@pytest.fixture(scope="module")
def mails(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of all samples."""
    folder = tmp_path_factory.mktemp("mails")
    samples.write(folder)
    return folder


def opened(browser: Browser, mails: Path, name: str, *, width: int = 360, dark: bool = False) -> Page:
    """A sample in a window of that width."""
    return browser.open(mails / f"{name}.html", width=width, height=844, dark=dark)


@pytest.mark.parametrize("name", [*samples.SAMPLES, *samples.MAILS])
def test_a_phone_needs_no_sideways_scrolling(browser: Browser, mails: Path, name: str) -> None:
    """Nothing is wider than 360 pixels, not even a name of 2,000 characters; also where a mail program drops the style sheet."""
    page = opened(browser, mails, name)
    assert page.evaluate(OVERFLOW) <= 0
    page.evaluate("document.querySelector('style').remove()")
    assert page.evaluate(OVERFLOW) <= 0


def test_dark_mode_is_dark_and_light_mode_is_light(browser: Browser, mails: Path) -> None:
    """The page follows the reader's preference."""
    page = opened(browser, mails, "mixed", width=800, dark=True)
    assert page.evaluate(BACKGROUND) == "rgb(16, 19, 23)"
    page.prefer(dark=False)
    assert page.evaluate(BACKGROUND) == "rgb(238, 241, 245)"


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(
    "name", ["mixed", "nothing_due", "all_fine", "not_stored", "changes", "blocked", "flapping", "fixed"]
)
def test_every_text_can_be_read(browser: Browser, mails: Path, name: str, dark: bool) -> None:
    """As rendered, every text has a contrast of at least 4.5 to 1 with what is behind it."""
    assert opened(browser, mails, name, dark=dark).evaluate(POOREST_CONTRAST) >= 4.5


@pytest.mark.parametrize("width", [360, 800])
def test_first_screen_ends_with_the_command(browser: Browser, mails: Path, width: int) -> None:
    """The four answers, the command included, are on the first screen of a phone and of a desktop."""
    needs("fonts")
    assert opened(browser, mails, "mixed", width=width).evaluate(END_OF_ANSWERS) <= 844


def test_nothing_is_asked_of_any_server_and_no_script_runs(browser: Browser, mails: Path) -> None:
    """The hostile mail loads itself and nothing else, and is silent."""
    page = opened(browser, mails, "hostile")
    assert [Path(url).name for url in page.requested] == ["hostile.html"]
    assert page.errors == []
    assert page.evaluate("document.querySelectorAll('script, img, [onmouseover], [onerror]').length") == 0


def test_commands_are_copied_as_they_are(browser: Browser, mails: Path) -> None:
    """Selecting a command gives its lines and spaces, unchanged by how it is wrapped."""
    page = opened(browser, mails, "mixed")
    copied = page.evaluate(
        "(getSelection().selectAllChildren(document.querySelectorAll('pre')[2]), getSelection().toString())"
    )
    assert copied.strip().splitlines() == list(samples.view(samples.mixed()).sections[0].findings[1].remedy)
