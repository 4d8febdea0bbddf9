// Search in pages that are opened from a folder. Browsers start no worker there: a frame runs its script instead, and
// what the one posts is an event of the other. Loaded before the theme's script, which makes the worker of the search.
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      const frame = document.createElement("iframe");
      frame.hidden = true;
      document.body.append(frame);
      this.frame = frame.contentWindow;
      this.waiting = [];
      this.frame.postMessage = (data) => setTimeout(() => this.answer(data));
      this.frame.importScripts = (...urls) => Promise.all(urls.map((each) => this.load(each)));
      this.load(url).then(() => {
        this.started = true;
        this.waiting.forEach((data) => this.deliver(data));
      });
    }
    load(url) {
      return new Promise((done, failed) => {
        const script = this.frame.document.createElement("script");
        script.src = new URL(url, location.href);
        script.onload = done;
        script.onerror = failed;
        this.frame.document.head.append(script);
      });
    }
    postMessage(data) {
      if (this.started) this.deliver(data);
      else this.waiting.push(data);
    }
    deliver(data) {
      this.frame.dispatchEvent(new MessageEvent("message", { data }));
    }
    answer(data) {
      const event = new MessageEvent("message", { data });
      this.dispatchEvent(event);
      if (this.onmessage) this.onmessage(event);
    }
    terminate() {
      this.frame.frameElement.remove();
    }
  };
}
