// Tables can be dropped anywhere on the area, and are sent at once. Without this script the area is a plain file input.

for (const form of document.querySelectorAll("[data-drop]")) {
  const input = form.querySelector("input[type=file]");
  const state = form.querySelector("[data-drop-state]");
  const send = () => {
    if (input.files.length === 0) return;
    state.textContent = state.dataset.busy;
    form.submit();
  };
  const mark = (over) => form.classList.toggle("over", over);
  form.addEventListener("dragover", (event) => {
    event.preventDefault();
    mark(true);
  });
  form.addEventListener("dragleave", () => mark(false));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    mark(false);
    input.files = event.dataTransfer.files;
    send();
  });
  input.addEventListener("change", send);
}
