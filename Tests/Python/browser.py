"""A headless Chromium without further packages: its debugging protocol over two pipes."""
import json
import os
import shutil
import subprocess

NAMES = ("chromium-headless-shell", "chromium", "google-chrome", "chrome")


def find():
    """The browser's path, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Browser:
    """One page of one browser; what went wrong in it is collected in `complaints`."""

    def __init__(self, profile):
        to_browser, self.write = os.pipe()
        self.read, from_browser = os.pipe()
        command = [
            "bash", "-c", f'exec "$@" 3<&{to_browser} 4>&{from_browser}', "browser", find(),
            "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
            "--no-first-run", "--disable-background-networking",
            f"--user-data-dir={profile}", "--remote-debugging-pipe", "about:blank",
        ]
        self.process = subprocess.Popen(
            command, pass_fds=(to_browser, from_browser),
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.number, self.rest, self.session = 0, b"", None
        self.requests, self.complaints = [], []
        self.is_loaded = False
        targets = self.call("Target.getTargets")["targetInfos"]
        page = next(t for t in targets if t["type"] == "page")
        self.session = self.call(
            "Target.attachToTarget", targetId=page["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def close(self):
        """Returns when the last process of the browser has ended.

        It ends at the end of its pipes, not by a signal: some builds go on in a process of
        their own. All of them inherit its standard output, and the last ones still write to
        the profile, which the caller removes.
        """
        os.close(self.write)
        os.close(self.read)
        self.process.communicate(timeout=60)

    def receive(self):
        while b"\0" not in self.rest:
            data = os.read(self.read, 1 << 16)
            if not data:
                raise RuntimeError("the browser has gone")
            self.rest += data
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def note(self, message):
        method, values = message.get("method"), message.get("params", {})
        if method == "Network.requestWillBeSent":
            self.requests.append(values["request"]["url"][:200])
        elif method == "Log.entryAdded":
            self.complaints.append(values["entry"]["text"])
        elif method in ("Runtime.exceptionThrown", "Runtime.consoleAPICalled"):
            self.complaints.append(json.dumps(values)[:500])
        elif method == "Page.loadEventFired":
            self.is_loaded = True

    def call(self, method, **values):
        self.number += 1
        message = {"id": self.number, "method": method, "params": values}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.note(answer)

    def open(self, path, width, height=900, dark=False):
        """Loads a file, or an address, at a window width."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height,
            deviceScaleFactor=1, mobile=width < 600)
        scheme = "dark" if dark else "light"
        self.call("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.is_loaded = False
        self.call("Page.navigate", url=path if "://" in str(path) else f"file://{path}")
        while not self.is_loaded:
            self.note(self.receive())

    def value(self, expression):
        """The value of a JavaScript expression in the page."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"])
        return result["result"].get("value")

    def picture(self, path):
        """Writes a picture of the whole page (PNG)."""
        import base64

        data = self.call("Page.captureScreenshot", captureBeyondViewport=True)["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))
