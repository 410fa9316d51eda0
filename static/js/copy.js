// copy.js: a button copies its own data-copy, or the text of the element that data-copy-from names.
(() => {
  const SHOWN_FOR = 2000;

  function copyBySelection(text, near) {
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "visually-hidden";
    near.after(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    near.focus();
    return done;
  }

  async function copy(text, near) {
    // navigator.clipboard exists in secure contexts only; a plain-http intranet still has the old way.
    if (!navigator.clipboard) return copyBySelection(text, near);
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return copyBySelection(text, near);
    }
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy], [data-copy-from]");
    if (!button) return;
    const source = document.getElementById(button.dataset.copyFrom);
    const done = await copy(source ? source.textContent.trim() : button.dataset.copy, button);
    const words = done ? "Copied" : "Could not copy";
    document.dispatchEvent(new CustomEvent("ui:announce", { detail: words }));
    if (!done) return;
    button.classList.add("is-copied");
    setTimeout(() => button.classList.remove("is-copied"), SHOWN_FOR);
  });
})();
