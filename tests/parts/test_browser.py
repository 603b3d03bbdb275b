"""The browser is a real one: it runs scripts, obeys media queries, takes keys, reaches only the loopback."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from .browser import Browser, screenshot
from .http_server import HttpFake
from .needs import needs
from .page import BrowserError

pytestmark = pytest.mark.real
DOT = "data:image/gif;base64,R0lGODlhAQABAIAAAP8AAP8AACwAAAAAAQABAAACAkQBADs="
PAGE = f"""<!doctype html><meta charset="utf-8"><title>t</title>
<meta name="viewport" content="width=device-width">
<style>body {{ margin: 0; background: #fff }} img {{ width: 50px; height: 50px; display: block }}
@media (prefers-color-scheme: dark) {{ body {{ background: #112233 }} }}</style>
<img src="{DOT}" alt="dot"><a href="#x">first</a>
<button onclick="document.title = 'pressed'">second</button>"""


@pytest.fixture(scope="module", autouse=True)
def present() -> None:
    """These tests are about the browser: without it there is nothing to test."""
    needs("chromium")


@pytest.fixture
def page_file(tmp_path: Path) -> Path:
    """A page with a picture, a link, a button and a dark side."""
    file = tmp_path / "page.html"
    file.write_text(PAGE, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for several pages."""
    with Browser() as browser:
        yield browser


def pixel(browser: Browser, picture: Path, x: int, y: int) -> list[int]:
    """The red, green and blue of one point of a PNG, read by the browser itself."""
    data = base64.b64encode(picture.read_bytes()).decode()
    value: list[int] = browser.open("about:blank#reader").evaluate(
        f"""(async () => {{
            const image = new Image(); image.src = 'data:image/png;base64,{data}'; await image.decode();
            const canvas = document.createElement('canvas');
            canvas.width = image.width; canvas.height = image.height;
            const context = canvas.getContext('2d'); context.drawImage(image, 0, 0);
            return [...context.getImageData({x}, {y}, 1, 1).data].slice(0, 3);
        }})()"""
    )
    return value


@pytest.mark.parametrize(("dark", "background"), [(False, [255, 255, 255]), (True, [0x11, 0x22, 0x33])])
def test_a_page_is_told_the_preferred_colour_scheme(
    browser: Browser, page_file: Path, tmp_path: Path, dark: bool, background: list[int]
) -> None:
    """The page's own dark rules apply; the browser darkens nothing by itself."""
    picture = screenshot(page_file, tmp_path / "page.png", width=300, height=200, dark=dark)
    assert pixel(browser, picture, 290, 190) == background


@pytest.mark.parametrize(("images", "colour"), [(True, [255, 0, 0]), (False, [255, 255, 255])])
def test_images_can_be_off(browser: Browser, page_file: Path, tmp_path: Path, images: bool, colour: list[int]) -> None:
    """With images off the place of the picture is empty."""
    picture = screenshot(page_file, tmp_path / "page.png", width=300, height=200, images=images)
    assert pixel(browser, picture, 40, 40) == colour


def test_a_window_has_its_size(browser: Browser, page_file: Path) -> None:
    """A phone's width is what the page sees."""
    page = browser.open(page_file, width=390, height=844)
    assert page.evaluate("[innerWidth, innerHeight]") == [390, 844]


def test_keys_move_the_focus_and_press(browser: Browser, page_file: Path) -> None:
    """Tab goes forward, with Shift backward, Enter presses a button."""
    page = browser.open(page_file)
    focus = "document.activeElement.textContent"
    page.press("Tab")
    page.press("Tab")
    assert page.evaluate(focus) == "second"
    page.press("Enter")
    assert page.evaluate("document.title") == "pressed"
    page.press("Tab", shift=True)
    assert page.evaluate(focus) == "first"


def test_a_click_presses(browser: Browser, page_file: Path) -> None:
    """A click on an element is one in its middle."""
    page = browser.open(page_file)
    page.click("button")
    assert page.evaluate("document.title") == "pressed"


def test_what_a_page_asks_for_is_known_and_does_not_leave_the_machine(browser: Browser, tmp_path: Path) -> None:
    """Every address is noted; one outside the loopback is not reached, and is an error of the page."""
    file = tmp_path / "page.html"
    with HttpFake() as server:
        file.write_text(f'<img src="{server.url}/dot"><img src="http://outside.example/dot"><script>throw 1</script>')
        page = browser.open(file)
    assert sorted(page.requested) == sorted([file.as_uri(), f"{server.url}/dot", "http://outside.example/dot"])
    assert [request.path for request in server.requests] == ["/dot"]
    assert any("ERR_NAME_NOT_RESOLVED" in error for error in page.errors)
    assert any("Uncaught" in error for error in page.errors)


def test_a_page_that_is_not_there_is_an_error(browser: Browser, tmp_path: Path) -> None:
    """Nothing is photographed in its place."""
    with pytest.raises(BrowserError, match="ERR_FILE_NOT_FOUND"):
        browser.open(tmp_path / "absent.html")
