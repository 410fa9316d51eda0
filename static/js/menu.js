// menu.js: keys and search for <details data-menu>. Entries are [data-menu-entry]; a field [data-menu-filter] narrows
// them; data-menu-shortcut="k" on the menu opens it with Ctrl+K (⌘K), data-key="r" on an entry runs it with Alt+R.
(() => {
  const isMac = navigator.platform.startsWith("Mac");
  const menus = () => document.querySelectorAll("details[data-menu]");
  const filterOf = (menu) => menu.querySelector("[data-menu-filter]");
  const entriesOf = (menu) => [...menu.querySelectorAll("[data-menu-entry]")].filter((entry) => entry.checkVisibility());

  function close(menu, giveFocusBack) {
    if (!menu.open) return;
    menu.open = false;
    menu.isPrepared = false;
    if (giveFocusBack) menu.querySelector("summary").focus();
  }

  function place(menu) {
    // In a table the panel would be cut off by the frame: it is put beside its button, above everything.
    if (menu.dataset.menu !== "row") return;
    const panel = menu.querySelector(".menu-panel");
    const button = menu.querySelector("summary").getBoundingClientRect();
    panel.style.position = "fixed";
    panel.style.right = `${document.documentElement.clientWidth - button.right}px`;
    const below = window.innerHeight - button.bottom;
    const goesUp = below < panel.offsetHeight + 8 && button.top > below;
    panel.style.top = goesUp ? "auto" : `${button.bottom + 4}px`;
    panel.style.bottom = goesUp ? `${window.innerHeight - button.top + 4}px` : "auto";
  }

  function narrow(menu) {
    const words = filterOf(menu).value.toLowerCase().split(/\s+/).filter(Boolean);
    let left = 0;
    menu.querySelectorAll(".menu-group").forEach((group) => {
      let leftInGroup = 0;
      group.querySelectorAll("li").forEach((item) => {
        const text = item.querySelector("[data-menu-entry]").textContent.toLowerCase();
        item.hidden = !words.every((word) => text.includes(word));
        if (!item.hidden) leftInGroup += 1;
      });
      group.hidden = !leftInGroup;
      left += leftInGroup;
    });
    menu.querySelector(".menu-nothing").hidden = left > 0;
    const detail = left === 1 ? "1 entry" : `${left} entries`;
    if (words.length) document.dispatchEvent(new CustomEvent("ui:announce", { detail }));
  }

  // The browser tells of an opened menu a moment later; a shortcut does not wait, so that no typed letter is lost.
  function prepare(menu) {
    if (menu.isPrepared) return;
    menu.isPrepared = true;
    menus().forEach((other) => { if (other !== menu) close(other); });
    place(menu);
    const filter = filterOf(menu);
    if (!filter) return;
    filter.value = "";
    narrow(menu);
    // On a touch screen the keyboard would cover the entries.
    if (matchMedia("(pointer: fine)").matches) filter.focus();
  }

  function move(menu, event) {
    const entries = entriesOf(menu);
    const at = entries.indexOf(document.activeElement);
    const typing = document.activeElement === filterOf(menu);
    const to = {
      ArrowDown: at + 1 < entries.length ? at + 1 : 0,
      ArrowUp: at > 0 ? at - 1 : entries.length - 1,
      Home: typing ? undefined : 0,
      End: typing ? undefined : entries.length - 1,
    }[event.key];
    if (to === undefined || !entries.length) return;
    event.preventDefault();
    menu.open = true;
    (entriesOf(menu)[to] || entries[to]).focus();
  }

  function runFirst(menu, event) {
    event.preventDefault();
    entriesOf(menu).find((entry) => entry.getAttribute("aria-disabled") !== "true")?.click();
  }

  function pressed(menu, event) {
    const filter = filterOf(menu);
    const onEntry = document.activeElement?.matches("[data-menu-entry]");
    if (event.key === "Escape" && menu.open) {
      event.preventDefault();
      event.stopPropagation();
      close(menu, true);
    } else if (event.key === "Enter" && document.activeElement === filter) {
      runFirst(menu, event);
    } else if (event.altKey && event.key.length === 1) {
      const entry = entriesOf(menu).find((each) => each.dataset.key === event.key.toLowerCase());
      if (entry) { event.preventDefault(); entry.click(); }
    } else if (filter && onEntry && event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey) {
      filter.focus();
    } else {
      move(menu, event);
    }
  }

  document.addEventListener("toggle", (event) => {
    if (!event.target.matches?.("details[data-menu]")) return;
    if (event.target.open) prepare(event.target);
    else event.target.isPrepared = false;
  }, true);
  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-menu-filter]")) narrow(event.target.closest("details"));
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.target.closest?.("details[data-menu]");
    if (menu) pressed(menu, event);
    if (!(isMac ? event.metaKey : event.ctrlKey) || document.querySelector("dialog[open]")) return;
    const wanted = document.querySelector(`details[data-menu-shortcut="${CSS.escape(event.key.toLowerCase())}"]`);
    if (!wanted) return;
    event.preventDefault();
    wanted.open = true;
    prepare(wanted);
  });
  document.addEventListener("focusout", (event) => {
    const menu = event.target.closest?.("details[data-menu]");
    if (menu && event.relatedTarget && !menu.contains(event.relatedTarget)) close(menu);
  });
  document.addEventListener("click", (event) => {
    const inside = event.target.closest("details[data-menu]");
    menus().forEach((menu) => { if (menu !== inside) close(menu); });
    const entry = event.target.closest("[data-menu-entry]");
    if (inside && entry && entry.getAttribute("aria-disabled") !== "true") close(inside, true);
  });
  // What a run has changed is fetched again; a menu that somebody is reading is not taken away for it.
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    if (event.detail.target.querySelector("details[data-menu][open]")) event.detail.shouldSwap = false;
  });
  document.addEventListener("scroll", () => {
    menus().forEach((menu) => { if (menu.open) place(menu); });
  }, { capture: true, passive: true });

  if (isMac) document.querySelectorAll("[data-mac]").forEach((kbd) => { kbd.textContent = kbd.dataset.mac; });
})();
