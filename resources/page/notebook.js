// A view of anywidget: the page of a network in a frame of its own, and messages between it and the kernel.
let views = 0;

function render({ model, el }) {
  const view = `${Date.now()}-${views++}`;
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "allow-scripts");
  frame.title = "A neural network that learns";
  frame.className = "numpynet-live";
  frame.srcdoc = model.get("page");
  Object.assign(frame.style, { width: "100%", height: "1000px", border: "0", display: "block", colorScheme: "normal" });
  const post = (message) => frame.contentWindow?.postMessage(message, "*");
  const ask = (message) => {
    try {
      model.send({ ...message, view });
    } catch {
      const sentence = "The kernel was restarted or has ended. Run the cell again.";
      post({ state: { ...model.get("state"), playing: false, controls: false, sentence } });
    }
  };
  const theme = () => ({ true: "light", false: "dark" })[document.body.dataset.jpThemeLight];
  let last = null, waits = false, draws = false;

  /** Show the newest moment; what comes while the page still draws is left out but for the last. */
  function draw() {
    if (draws && frame.isConnected) return void (waits = true);
    draws = true;
    waits = false;
    post(last);
    if (!frame.isConnected) ask({ do: "drawn" });
  }
  const heard = ({ source, data }) => {
    if (source !== frame.contentWindow || !source) return;
    if (data.height) frame.style.height = `${Math.min(data.height, 4000)}px`;
    if (data.do) ask({ do: data.do, value: data.value });
    if (data.drawn === undefined) return;
    draws = false;
    if (waits) draw();
    else ask({ do: "drawn" });
  };
  const told = (content, buffers) => {
    last = { ...content, buffers: buffers.map((each) => each.buffer.slice(each.byteOffset, each.byteOffset + each.byteLength)) };
    draw();
  };
  const state = () => post({ state: model.get("state") });
  let inside = true;
  const look = () => ask({ do: inside && !document.hidden ? "seen" : "hidden" });
  const watcher = new IntersectionObserver((entries) => {
    inside = entries[entries.length - 1].isIntersecting;
    look();
  });
  const themes = new MutationObserver(() => post({ theme: theme() }));
  // Also when the notebook has put the frame elsewhere, where it begins anew.
  frame.addEventListener("load", () => {
    draws = false;
    post({ theme: theme(), state: model.get("state") });
    if (last) draw();
  });
  addEventListener("message", heard);
  document.addEventListener("visibilitychange", look);
  model.on("msg:custom", told);
  model.on("change:state", state);
  model.on("comm_live_update", look); // it cannot be asked any more
  themes.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  el.append(frame);
  watcher.observe(frame);
  ask({ do: "shown" });
  return () => {
    removeEventListener("message", heard);
    document.removeEventListener("visibilitychange", look);
    model.off("msg:custom", told);
    model.off("change:state", state);
    model.off("comm_live_update", look);
    themes.disconnect();
    watcher.disconnect();
    ask({ do: "gone" });
  };
}

export default { render };
