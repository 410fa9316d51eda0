// times.js: keeps "3 min ago" true while a page stays open. The words are those of neurons_admin/ui/times.py; the
// browser's clock may be wrong, so the server's (data-now on the body) is what counts.
(() => {
  const EVERY = 10000;
  const STEPS = [[31536000, "year"], [2592000, "month"], [604800, "week"], [86400, "day"], [3600, "hour"], [60, "min"], [1, "s"]];
  const ahead = Date.now() - Date.parse(document.body.dataset.now);

  function words(moment) {
    const seconds = (Date.now() - ahead - moment) / 1000;
    const step = STEPS.find(([length]) => Math.abs(seconds) >= length);
    if (!step) return "just now";
    const [length, unit] = step;
    const count = Math.floor(Math.abs(seconds) / length);
    const plural = count > 1 && unit !== "min" && unit !== "s" ? "s" : "";
    return seconds < 0 ? `in ${count} ${unit}${plural}` : `${count} ${unit}${plural} ago`;
  }

  if (Number.isNaN(ahead)) return;
  setInterval(() => document.querySelectorAll("time[data-ago]").forEach((time) => {
    const text = words(Date.parse(time.dateTime));
    if (time.textContent !== text) time.textContent = text;
  }), EVERY);
})();
