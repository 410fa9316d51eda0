// messages.js: shows messages (#messages, or inside the open dialog), speaks to screen readers, and says what
// went wrong when an htmx request fails. Others ask with: new CustomEvent("ui:announce", {detail: "Copied"}).
(() => {
  const GOOD_MESSAGE_STAYS = 8000;
  const SENTENCES = {
    0: "The server did not answer. What you asked for may or may not have been done: reload the page to see.",
    503: "The database does not answer just now. What you asked for was most likely not written down: try again in a minute.",
    400: "The server could not understand that. Nothing was changed. Reload the page and try again.",
    403: "You are not allowed to do that, or your session has changed. Nothing was changed. Reload the page.",
    404: "That is no longer there. Nothing was changed. Reload the page.",
    405: "That cannot be done here. Nothing was changed. Reload the page.",
    413: "That is far larger than any form here can be. Nothing was changed.",
    500: "Something failed on the server. What you asked for may or may not have been done: reload the page to see.",
  };

  function announce(text) {
    const host = document.querySelector("dialog[open]") || document.body;
    let region = host.querySelector(":scope > .announcer");
    if (!region) {
      region = document.createElement("div");
      region.className = "announcer visually-hidden";
      region.setAttribute("role", "status");
      host.append(region);
    }
    region.textContent = "";
    // A region must exist, empty, before its words are heard.
    setTimeout(() => { region.textContent = text; }, 50);
  }

  function showFailure(text) {
    const template = document.getElementById("failure-message");
    const host = document.querySelector("dialog[open] .dialog-messages") || document.getElementById("messages");
    const message = template.content.firstElementChild.cloneNode(true);
    message.querySelector(".message-text").textContent = text;
    message.dataset.failure = "";
    document.querySelectorAll("[data-failure]").forEach((old) => old.remove());
    host.append(message);
  }

  function expire(message) {
    if (message.matches(":hover, :focus-within")) setTimeout(() => expire(message), 2000);
    else message.remove();
  }

  function watch() {
    document.querySelectorAll("#messages .message.tone-good:not([data-expires])").forEach((message) => {
      message.dataset.expires = "";
      setTimeout(() => expire(message), GOOD_MESSAGE_STAYS);
    });
  }

  document.addEventListener("ui:announce", (event) => announce(event.detail));
  for (const name of ["run:over", "pick:found"]) document.addEventListener(name, (event) => announce(event.detail.spoken));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-message-dismiss]");
    if (button) button.closest("[data-message]").remove();
  });

  // A request that was sent to sign in is answered by the whole page asking again, not by a form inside a fragment.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    const signIn = document.body.dataset.signIn;
    if (!signIn || !xhr.responseURL || new URL(xhr.responseURL).pathname !== signIn) return;
    event.detail.shouldSwap = false;
    window.location.reload();
  });
  document.addEventListener("htmx:responseError", (event) => {
    const { status } = event.detail.xhr;
    showFailure(SENTENCES[status] || SENTENCES[500]);
  });
  document.addEventListener("htmx:sendError", () => showFailure(SENTENCES[0]));
  document.addEventListener("htmx:timeout", () => showFailure(SENTENCES[0]));
  document.addEventListener("htmx:afterOnLoad", () => {
    document.querySelectorAll("#messages [data-failure]").forEach((old) => old.remove());
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    watch();
    // The list below the search box has changed: say what it holds now.
    if (event.detail.requestConfig?.elt?.matches(".search")) announce(document.querySelector(".pager-count, .empty h2")?.textContent);
  });
  document.addEventListener("htmx:oobAfterSwap", () => watch());
  watch();
})();
