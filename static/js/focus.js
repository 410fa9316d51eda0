// focus.js: the keyboard's place is not lost. Ctrl+K (⌘K) leads to the list's search box, arrows walk from there through
// the rows; what a swap takes away gets the focus again when it is back (it needs an id); a control of a list with
// data-focus-key has it again on the page that it leads to. What was unfolded before a swap still is after it (by its id).
(() => {
  const KEPT = "focus-kept";
  const isMac = navigator.platform.startsWith("Mac");
  const isLost = () => document.activeElement === document.body || document.activeElement === null;
  const rows = () => [...document.querySelectorAll("#list .row-link")].filter((link) => link.checkVisibility());

  // A button is disabled while its request is under way, and loses the focus by that.
  let asked = "";
  document.addEventListener("htmx:beforeRequest", () => {
    if (!isLost()) asked = document.activeElement.id;
  });
  document.addEventListener("focusin", (event) => {
    if (event.target.id !== asked) asked = "";
  });
  document.addEventListener("htmx:afterRequest", () => setTimeout(() => {
    if (!asked || !isLost() || document.querySelector("dialog[open]")) return;
    document.getElementById(asked)?.focus({ preventScroll: true });
  }, 50));

  document.addEventListener("keydown", (event) => {
    const wanted = (isMac ? event.metaKey : event.ctrlKey) && event.key.toLowerCase() === "k";
    if (!wanted || document.querySelector("dialog[open], details[data-menu-shortcut='k']")) return;
    const box = document.querySelector(".search input[type=search]");
    if (!box) return;
    event.preventDefault();
    box.focus();
    box.select();
  });
  document.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const fromBox = event.target.matches?.(".search input");
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    if (!fromBox && !event.target.matches?.("#list .row-link")) return;
    const links = rows();
    const at = fromBox ? -1 : links.indexOf(event.target);
    const to = at + step < 0 ? document.querySelector(".search input") : links[at + step];
    if (!to || (fromBox && step < 0)) return;
    event.preventDefault();
    to.focus();
  });

  let unfolded = [];
  document.addEventListener("htmx:beforeSwap", (event) => {
    unfolded = [...event.detail.target.querySelectorAll("details[id][open]")].map((details) => details.id);
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const id of unfolded) document.getElementById(id)?.setAttribute("open", "");
    unfolded = [];
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    const key = link?.closest("[data-focus-key]")?.dataset.focusKey;
    if (key) sessionStorage.setItem(KEPT, JSON.stringify([link.pathname, key]));
  });
  const [path, key] = JSON.parse(sessionStorage.getItem(KEPT) || "[]");
  sessionStorage.removeItem(KEPT);
  if (key && path === location.pathname && isLost()) {
    const kept = document.querySelector(`[data-focus-key="${CSS.escape(key)}"]`);
    (kept?.querySelector("summary") || kept)?.focus({ preventScroll: true });
  }

  if (isMac) document.querySelectorAll(".search [data-mac]").forEach((kbd) => { kbd.textContent = kbd.dataset.mac; });
})();
