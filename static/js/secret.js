// secret.js: a secret shown once (_secret.html) is taken out of the page when its time is over, or at once on request.
(() => {
  function hide(panel) {
    const value = panel.querySelector("[data-secret-value]");
    value.textContent = "No longer shown";
    value.classList.add("is-gone");
    panel.querySelectorAll("[data-secret-control]").forEach((control) => control.remove());
    panel.querySelector("[data-secret-left]").textContent = "It cannot be shown again.";
    delete panel.dataset.secret;
    document.dispatchEvent(new CustomEvent("ui:announce", { detail: "The secret is no longer shown" }));
  }

  function tick(panel) {
    if (!panel.isConnected || !("secret" in panel.dataset)) return;
    const left = Math.ceil((panel.endsAt - Date.now()) / 1000);
    if (left <= 0) { hide(panel); return; }
    panel.querySelector("[data-secret-left]").textContent = `Hidden in ${left} s`;
    setTimeout(() => tick(panel), 500);
  }

  function begin(panel) {
    const isNew = !panel.endsAt;
    panel.endsAt = Date.now() + Number(panel.dataset.secret) * 1000;
    if (isNew) tick(panel);
  }

  function findNew() {
    document.querySelectorAll("[data-secret]").forEach((panel) => { if (!panel.endsAt) begin(panel); });
  }

  document.addEventListener("htmx:load", findNew);
  document.addEventListener("click", (event) => {
    const panel = event.target.closest("[data-secret]");
    if (!panel) return;
    if (event.target.closest("[data-secret-hide]")) hide(panel);
    if (event.target.closest("[data-secret-longer]")) begin(panel);
  });
  // The browser may keep the page as it was for the back button.
  window.addEventListener("pagehide", () => document.querySelectorAll("[data-secret]").forEach(hide));
  findNew();
})();
