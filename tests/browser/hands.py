"""How somebody goes through pages: with a finger, or by keyboard alone."""

# Where the tab key has stopped: whether that is the place wanted, whether it can be seen, and
# whether it comes after the last stop in the page's own order.
STOP = """(wanted) => {
  const here = document.activeElement, last = window.lastStop;
  window.lastStop = here;
  if (!here || here === document.body) { window.lastStop = null; return { what: "" }; }
  const style = getComputedStyle(here), box = here.getBoundingClientRect();
  const isDrawn = parseFloat(style.outlineWidth) > 0 && style.outlineStyle !== "none";
  const x = Math.min(Math.max(box.x + box.width / 2, 0), innerWidth - 1);
  const y = Math.min(Math.max(box.y + Math.min(box.height / 2, 40), 0), innerHeight - 1);
  const top = document.elementFromPoint(x, y);
  const isAbove = top && (here.contains(top) || top.contains(here));
  const after = Node.DOCUMENT_POSITION_FOLLOWING;
  return {
    what: here.outerHTML.slice(0, 120),
    isThere: here === wanted,
    isSeen: here.matches(":focus-visible") && isDrawn && box.width > 1 && isAbove,
    isInOrder: !last || last === here || !last.isConnected ||
      Boolean(last.compareDocumentPosition(here) & after),
  };
}"""
MOST = 150  # stops from one end of a page to the other


class Finger:
    """Touches what it wants."""

    def __init__(self, page):
        self.page = page

    def press(self, place):
        place.click()

    def tick(self, place):
        place.check()

    def write(self, place, text):
        place.fill(text)

    def pick(self, place, word):
        place.select_option(word)

    def give(self, place, file):
        place.set_input_files(file)


class Keyboard:
    """Goes from stop to stop; each must be seen, and come in the order of the page."""

    def __init__(self, page):
        self.page, self.keys = page, page.keyboard
        # From here on: asked for together with the key, it may come after it.
        page.on("filechooser", lambda chooser: None)

    def reach(self, place):
        """Press the tab key until that place has the focus."""
        wanted = place.element_handle()
        assert wanted is not None, place
        for _press in range(MOST):
            stop = self.page.evaluate(STOP, wanted)
            if stop["what"] and not stop.get("isThere"):
                self._judge(stop)
            if stop.get("isThere"):
                return
            self.keys.press("Tab")
        raise AssertionError(f"the tab key never comes to {place}")

    def _judge(self, stop):
        assert stop["isSeen"], f"{self.page.url}: nobody sees the focus on {stop['what']}"
        assert stop["isInOrder"], f"{self.page.url}: out of order, {stop['what']}"

    def press(self, place):
        self.reach(place)
        self.keys.press("Enter")

    def tick(self, place):
        """Radio buttons are one stop: the arrows go from one to the next."""
        group = f"input[type=radio][name={place.get_attribute('name')}]"
        is_radio = place.get_attribute("type") == "radio"
        if not is_radio:
            self.reach(place)
            self.keys.press("Space")
            return
        ticked = self.page.locator(f"{group}:checked")
        self.reach(ticked if ticked.count() else self.page.locator(group).first)
        self.keys.press("Space")
        for _press in range(self.page.locator(group).count()):
            if place.is_checked():
                return
            self.keys.press("ArrowDown")
        raise AssertionError(f"the arrows never come to {place}")

    def write(self, place, text):
        self.reach(place)
        self.keys.press("Control+A")
        self.keys.type(text)

    def pick(self, place, word):
        """By typing how the choice begins."""
        self.reach(place)
        self.keys.type(word)
        chosen = place.evaluate("select => select.selectedOptions[0].label")
        assert chosen == word, f"typing {word} chose {chosen}"

    def give(self, place, file):
        self.reach(place)
        with self.page.expect_file_chooser() as chooser:
            self.keys.press("Enter")
        chooser.value.set_files(file)
