// The few things that a page cannot do without a script. Everything else works without one.

// Buttons that need a script appear; those that replace one go.
document.documentElement.classList.add("script");

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

// A menu closes when the reader turns elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.periods[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
