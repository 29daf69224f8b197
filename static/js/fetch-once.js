// A file that can be fetched once: a second press would lose it on the way, and a download leaves the page as it stands.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-fetch]")) { return; }
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
  for (const seconds of [1, 4]) { setTimeout(() => htmx.trigger("#exports", "fetched"), 1000 * seconds); }
});
