"""Headless Chromium at the end of a pipe: one order a line, as JSON, and one answer a line.

    look     the page in both widths and both schemes: pictures, what axe-core has against it, what the console says
    open     a page that stays open, under a name
    wait     until the page of a name contains a text
    read     what a page of a name shows, its title, and what was said in the meantime
    run      an expression in the page of a name
"""

import json
import pathlib
import sys
import time

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

WIDTHS = (1280, 375)
SCHEMES = ("light", "dark")
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}


class Watched:
    """A page with everything that its console, the policy and the network had to say."""

    def __init__(self, browser, width=1280, scheme="light", scripts=True, password=None):
        # What a person types into the dialog that the browser shows.
        credentials = {"username": "anybody", "password": password} if password else None
        self.context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=scripts, http_credentials=credentials
        )
        self.page = self.context.new_page()
        self.said, self.asked = [], []
        self.page.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.said.append(f"error: {error}"))
        # Of answers: what the policy stops never has one.
        self.page.on("response", lambda answer: self.asked.append(f"{answer.request.method} {answer.url}"))

    def goto(self, url):
        self.answer = self.page.goto(url, wait_until="load")
        return self

    def overflow(self):
        return self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


class Looks:
    def __init__(self, browser):
        self.browser = browser
        self.open_pages = {}

    def look(self, order):
        seen = {"said": [], "asked": [], "overflow": {}, "violations": [], "checked": 0, "pictures": []}
        for scheme in SCHEMES:
            watched = Watched(self.browser, WIDTHS[0], scheme).goto(order["url"])
            for width in WIDTHS:
                watched.page.set_viewport_size({"width": width, "height": 900})
                picture = pathlib.Path(order["folder"]) / f"{order['name']}-{width}-{scheme}.png"
                watched.page.screenshot(path=picture, full_page=True)
                seen["pictures"].append(str(picture))
                seen["overflow"][f"{width}-{scheme}"] = watched.overflow()
                self.judge(watched.page, f"{width}-{scheme}", seen)
            seen["said"] += watched.said
            seen["asked"] += watched.asked
            watched.context.close()
        return seen

    def judge(self, page, name, seen):
        result = Axe().run(page, options=RULES).response
        seen["checked"] += len(result["passes"])
        for violation in result["violations"]:
            nodes = [node["html"][:200] + " " + node["failureSummary"][:300] for node in violation["nodes"][:3]]
            seen["violations"].append(f"{name} {violation['id']}: {violation['help']}: {nodes}")

    def open(self, order):
        watched = Watched(
            self.browser, order.get("width", 1280), scripts=order.get("scripts", True), password=order.get("password")
        ).goto(order["url"])
        self.open_pages[order["name"]] = watched
        return {"headers": watched.answer.all_headers()}

    def wait(self, order):
        page = self.open_pages[order["name"]].page
        deadline = time.monotonic() + order["within"]
        while order["text"] not in page.locator("body").inner_text():
            if time.monotonic() > deadline:
                return {"error": f"not within the time: {order['text']}, but: {page.locator('body').inner_text()}"}
            page.wait_for_timeout(50)
        return {}

    def read(self, order):
        watched = self.open_pages[order["name"]]
        return {
            "text": watched.page.locator("body").inner_text(), "title": watched.page.title(), "said": watched.said, "asked": watched.asked,
        }

    def run(self, order):
        return {"value": self.open_pages[order["name"]].page.evaluate(order["text"])}


def main():
    with sync_playwright() as playwright:
        # A container's /dev/shm is small, and root has no sandbox.
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--headless=new", "--no-sandbox", "--disable-dev-shm-usage"]
        )
        looks = Looks(browser)
        for line in sys.stdin:
            order = json.loads(line)
            try:
                answer = getattr(looks, order["do"])(order)
            except Exception as error:  # told to whoever asked: the browser goes on
                answer = {"error": f"{type(error).__name__}: {error}"}
            print(json.dumps(answer), flush=True)
        browser.close()


main()
