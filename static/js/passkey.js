// passkey.js: a form with data-passkey="get" or "create" asks the browser for a passkey, by data-options, before it is sent.
const form = document.querySelector("form[data-passkey]");
const problem = form.querySelector("[data-passkey-problem]");

function say(text) {
  problem.textContent = text;
  problem.hidden = false;
}

async function ask() {
  const options = JSON.parse(form.dataset.options);
  if (form.dataset.passkey === "create") {
    return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) });
  }
  return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  problem.hidden = true;
  try {
    form.elements.credential.value = JSON.stringify((await ask()).toJSON());
  } catch (failure) {
    say(failure.name === "InvalidStateError" ? "This device has a passkey of yours for Neurons Admin already." : "The browser gave no passkey. Try again, or use another way.");
    return;
  }
  form.submit();
});

if (!window.PublicKeyCredential?.parseCreationOptionsFromJSON) say("This browser cannot use passkeys here: it is too old, or the address does not begin with https.");
