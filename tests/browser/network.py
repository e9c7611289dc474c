"""The thin, the lost and the good network of one page."""

THIN = 50_000  # bytes a second, both ways
LATENCY = 100  # milliseconds


class Network:
    def __init__(self, page):
        self.session = page.context.new_cdp_session(page)
        self.session.send("Network.enable")

    def becomes(self, *, up=-1, down=-1, offline=False):
        """So many bytes a second from now on; -1 is as many as there are."""
        limits = {"latency": LATENCY, "downloadThroughput": down, "uploadThroughput": up}
        self.session.send("Network.emulateNetworkConditions", {"offline": offline, **limits})

    def becomes_thin(self):
        self.becomes(up=THIN, down=THIN)
