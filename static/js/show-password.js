// Lets a password be seen while it is typed; without this script there is simply no button.
for (const place of document.querySelectorAll("[data-secret]")) {
  const input = place.querySelector("input");
  const button = document.createElement("button");
  const say = () => { button.textContent = input.type === "password" ? place.dataset.show : place.dataset.hide; };
  button.type = "button";
  button.className = "button field__show";
  button.setAttribute("aria-controls", input.id);
  button.addEventListener("click", () => { input.type = input.type === "password" ? "text" : "password"; say(); });
  input.form?.addEventListener("submit", () => { input.type = "password"; });
  say();
  place.append(button);
}
