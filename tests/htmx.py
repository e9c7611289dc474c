"""What the browser does with an htmx answer, for tests that have no browser."""

from bs4 import BeautifulSoup


class Page:
    """A page as the person sees it, changed in place by htmx answers."""

    def __init__(self, response):
        self.soup = _read(response)

    def __eq__(self, other):
        return str(self.soup) == str(other.soup)

    __hash__ = None

    def swap(self, response):
        """Replace each element by the one with the same id in the answer."""
        fragments = _read(response).find_all(id=True, recursive=False)
        assert fragments, "the answer holds no element with an id"
        for fragment in fragments:
            target = self.soup.find(id=fragment["id"])
            assert target is not None, f"the page has no #{fragment['id']}"
            target.replace_with(fragment)

    def text(self, element=None):
        """What can be read, of the page or of the element with that id."""
        part = self.soup.find(id=element) if element else self.soup
        return " ".join(part.get_text(" ").split())


def _read(response):
    soup = BeautifulSoup(response.content, "html.parser")
    for token in soup.find_all(attrs={"name": "csrfmiddlewaretoken"}):
        token["value"] = "…"
    for element in soup.find_all(nonce=True):
        element["nonce"] = "…"
    return soup
