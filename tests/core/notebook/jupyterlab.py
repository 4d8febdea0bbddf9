"""JupyterLab with a notebook, in a Chromium without a screen that is driven by its DevTools protocol."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from base64 import b64decode
from itertools import count
from pathlib import Path
from time import monotonic, sleep
from typing import Any

ROOT = Path(__file__).parents[3]
_PANEL = "[...(globalThis.jupyterapp?.shell?.widgets('main') ?? [])].find((each) => each.sessionContext)"


class JupyterLab:
    """A server and a browser on a notebook of these cells, and what is asked of its page and the frame in it."""

    def __init__(self, browser: str, folder: Path, cells: list[str]) -> None:
        import nbformat

        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(each) for each in cells],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        )
        nbformat.write(notebook, folder / "a.ipynb")
        self._folder, self._frames, self.complaints = folder, dict[str, str](), list[str]()
        self._socket: Any = None
        own = {f"JUPYTER_{name}_DIR": str(folder / name) for name in ("CONFIG", "DATA", "RUNTIME")}
        environment = os.environ | own | {"IPYTHONDIR": str(folder / "IPython"), "PYTHONPATH": str(ROOT)}
        self._log = (folder / "log").open("w")
        command = [
            sys.executable,
            "-m",
            "jupyterlab",
            "--no-browser",
            "--ip=127.0.0.1",
            "--port=0",
            "--allow-root",
        ]
        command += [
            "--IdentityProvider.token=t",
            "--LabApp.expose_app_in_browser=True",
            "--LabApp.news_url=None",
        ]
        command.append(f"--ServerApp.root_dir={folder}")
        self._server = subprocess.Popen(
            command, env=environment, cwd=folder, stdout=self._log, stderr=self._log
        )
        profile = folder / "profile"
        command = [browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        command += ["--remote-debugging-port=0", f"--user-data-dir={profile}", "--window-size=1280,1500"]
        self._browser = subprocess.Popen(
            [*command, "about:blank"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            self._open(profile / "DevToolsActivePort")
        except BaseException:
            self.close()
            raise

    def _open(self, port: Path) -> None:
        import websocket

        self.wait(lambda: port.is_file() and len(port.read_text().splitlines()) == 2)
        number, path = port.read_text().splitlines()
        self._socket = websocket.create_connection(
            f"ws://127.0.0.1:{number}{path}", timeout=60, suppress_origin=True
        )
        self._numbers = count(1)
        targets = self.call("Target.getTargets")["targetInfos"]
        page = next(each["targetId"] for each in targets if each["type"] == "page")
        self._page = self.call("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
        self.call("Runtime.enable", self._page)
        attach = {"autoAttach": True, "waitForDebuggerOnStart": False, "flatten": True}
        self.call("Target.setAutoAttach", self._page, **attach)
        files = self._folder / "RUNTIME"
        self.wait(lambda: any(each.stat().st_size for each in files.glob("jpserver-*.json")))
        server = json.loads(next(files.glob("jpserver-*.json")).read_text())
        self.call("Page.navigate", self._page, url=f"{server['url']}lab/tree/a.ipynb?token=t")
        self.wait(lambda: self.run(f"{_PANEL}?.sessionContext.session?.kernel?.status === 'idle'"))
        self.run(f"globalThis.panel = {_PANEL}; jupyterapp.shell.activateById(panel.id)")

    def call(self, method: str, session: str = "", **params: Any) -> Any:
        """The result of a method of the protocol."""
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": params}
        self._socket.send(json.dumps(message | ({"sessionId": session} if session else {})))
        while (found := json.loads(self._socket.recv())).get("id") != number:
            params = found.get("params", {})
            if found.get("method") == "Target.attachedToTarget":
                self._frames[params["sessionId"]] = params["targetInfo"]["type"]
                if params["targetInfo"]["type"] == "iframe":
                    self._socket.send(
                        json.dumps({"id": 0, "method": "Runtime.enable", "sessionId": params["sessionId"]})
                    )
            elif found.get("method") == "Target.detachedFromTarget":
                self._frames.pop(params["sessionId"], None)
            elif found.get("method") == "Runtime.exceptionThrown":
                self.complaints.append(json.dumps(params["exceptionDetails"]))
        if "error" in found:
            raise RuntimeError(found["error"])
        return found["result"]

    def run(self, code: str, session: str = "") -> Any:
        """The value of an expression of JavaScript in the page, or in a frame."""
        asked = {"expression": code, "awaitPromise": True, "returnByValue": True}
        found = self.call("Runtime.evaluate", session or self._page, **asked)
        if "exceptionDetails" in found:
            raise RuntimeError(found["exceptionDetails"])
        return found["result"].get("value")

    def frame(self, code: str) -> Any:
        """The value of an expression in the frame of the live view; None while there is no frame."""
        self.run("1")
        frames = [session for session, kind in self._frames.items() if kind == "iframe"]
        try:
            return self.run(code, frames[-1]) if frames else None
        except RuntimeError:
            return None

    def command(self, name: str) -> None:
        """Run a command of JupyterLab, and wait until its cells have run."""
        self.run(f"jupyterapp.commands.execute({name!r}).then(() => 1)")

    def kernel(self, code: str) -> Any:
        """What the kernel's `answer` is after `code`."""
        path = self._folder / "answer.json"
        path.unlink(missing_ok=True)
        text = f"{code}\nimport json, pathlib\npathlib.Path({str(path)!r}).write_text(json.dumps(answer))"
        asked = json.dumps({"code": text, "store_history": False})
        self.run(f"panel.sessionContext.session.kernel.requestExecute({asked}).done.then(() => 1)")
        return json.loads(path.read_text())

    def wait(self, done: Any, seconds: float = 90) -> Any:
        """Wait until `done()` is true; returns what it was."""
        end = monotonic() + seconds
        while not (found := done()):
            assert monotonic() < end, (self._folder / "log").read_text()[-2000:]
            sleep(0.2)
        return found

    def picture(self, path: Path) -> None:
        """Write what the page looks like."""
        path.write_bytes(b64decode(self.call("Page.captureScreenshot", self._page)["data"]))

    def close(self) -> None:
        """End both programs, and the server its kernels."""
        if self._socket is not None:
            self._socket.close()
        for process in (self._browser, self._server):
            process.terminate()
        for process in (self._browser, self._server):
            process.wait(30)
        self._log.close()
