// dialog.js: the page's one <dialog>. It opens when htmx fills it, and closes on Esc, on [data-dialog-close],
// or when the server says so (HX-Trigger: dialog:done). The browser gives focus back to where it was.
(() => {
  const dialog = document.getElementById("dialog");
  if (!dialog) return;
  // htmx tells of a swap even when the server asked for none: a dialog that is done stays closed.
  let isDone = false;
  const FIRST = "[data-form-errors], [data-autofocus], .dialog-body :is(input:not([type=hidden]), select, textarea):not(:disabled), [type=submit]";

  dialog.addEventListener("htmx:afterSwap", (event) => {
    if (event.target !== dialog || isDone || !dialog.childElementCount) return;
    if (!dialog.open) dialog.showModal();
    dialog.querySelector(FIRST)?.focus();
  });

  dialog.addEventListener("click", (event) => {
    if (!event.target.closest("[data-dialog-close]")) return;
    event.preventDefault();
    dialog.close();
  });
  document.body.addEventListener("dialog:done", () => {
    isDone = dialog.open;
    dialog.close();
  });

  // What was shown or typed does not stay behind in the page.
  dialog.addEventListener("close", () => {
    isDone = false;
    dialog.replaceChildren();
    if (document.activeElement === document.body) document.getElementById("main")?.focus();
  });

  // Enter in a search searches; elsewhere in the same form it means what it means without one: the dialog's own button.
  document.addEventListener("keydown", (event) => {
    const form = event.target.matches("input") && event.target.closest("form:has(.pick)");
    if (event.key !== "Enter" || !form) return;
    event.preventDefault();
    if (event.target.type === "search") event.target.closest(".pick").querySelector("[name=search]").click();
    else form.querySelector(".dialog-foot [type=submit]").click();
  });

  // A link opened in another tab or window is followed as a link.
  document.addEventListener("click", (event) => {
    const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey;
    if (elsewhere && event.target.closest("a[hx-get]")) event.stopImmediatePropagation();
  }, true);
})();
