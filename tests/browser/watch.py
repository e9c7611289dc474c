"""What a browser complains of: errors of scripts, refused resources, the security policy."""

import re

from axe_playwright_python.sync_playwright import Axe

AXE = Axe()
# Chromium says so of every page that is not 200: the page itself is judged by what it shows.
STATUS = "Failed to load resource: the server responded with a status of"
# A test has cut the network: what the page makes of it is looked at there.
CUT = "net::ERR_INTERNET_DISCONNECTED"
VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error("CSP", event.violatedDirective, event.blockedURI, event.sourceFile));
"""


class Watch:
    """Keeps what goes wrong on any page of a browser context."""

    def __init__(self, context):
        self.context, self.complaints, self.pages = context, [], set()
        context.add_init_script(VIOLATIONS)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("response", self._response)

    def _response(self, response):
        # A photo that is refused is answered so, and the page says why: see kyc/views/uploads.py.
        is_refused = response.request.method == "PATCH" and response.status == 422
        if response.request.is_navigation_request() or is_refused:
            self.pages.add(response.url)
        elif response.status >= 400:
            self.complaints.append(f"{response.status} {response.url}")

    def _console(self, message):
        is_page = message.text.startswith(STATUS) and message.location["url"] in self.pages
        if message.type in ("error", "warning") and not is_page and CUT not in message.text:
            self.complaints.append(f"{message.type}: {message.text} ({message.location['url']})")


def then_accessible(page):
    """No violation that axe can find, and nothing wider than the screen."""
    if getattr(page, "has_scripts", True):
        _judge(page)
    else:
        _judge_in_other_eyes(page)


def _judge_in_other_eyes(page):
    """axe is a script: where there are none, it looks at the same page in another browser.

    The page's own scripts do not run there either, and what is for browsers without any is seen.
    """
    drawn = re.sub(r"<script\b.*?</script>|</?noscript>", "", page.content(), flags=re.DOTALL)
    context = page.context.browser.new_context(
        storage_state=page.context.storage_state(), viewport=page.viewport_size, locale="fr-FR"
    )
    try:
        eye = context.new_page()
        eye.route(page.url, lambda route: route.fulfill(body=drawn, content_type="text/html"))
        eye.goto(page.url)
        _judge(eye)
    finally:
        context.close()


def _judge(page):
    results = AXE.run(page)
    found = [
        f"{rule['id']}: {node['html'][:160]}"
        for rule in results.response["violations"]
        for node in rule["nodes"]
    ]
    assert found == [], f"{page.url}\n" + "\n".join(found)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
